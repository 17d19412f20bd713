"""The sandbox that submissions run in, from outside: the grader's end of the wire.

What runs beyond the wall is in ``inside``, and nothing else of this folder can be read there.
"""
