"""Static analysis of one cell's source: magics, solution and hidden-test regions, names and their scopes.

Both sides need it: the author's, which makes notebooks, and the instructor's, which grades them.
"""
