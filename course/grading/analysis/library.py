"""Models of library calls for the analysis of side effects: what a call does to its object and its arguments.

By name alone, for nothing is imported or run. A name of the student's own is looked up in the notebook first.
"""

CHANGING = frozenset(
    "append appendleft extend extendleft insert pop popitem popleft remove clear update setdefault sort reverse rotate "
    "add discard difference_update intersection_update symmetric_difference_update move_to_end subtract step zero_grad "
    "load_state_dict register_parameter register_buffer register_module add_module register send close write".split()
)
"""Methods that change their object; so do those that end in ``_``, torch's own sign for it."""

SHOWING = frozenset(
    "show head tail describe info item tolist numpy size dim plot hist pivot round mean sum std min max state_dict "
    "numel keys values items format join count index copy clone detach cpu get parameters named_parameters".split()
)
"""Methods that change nothing where they stand alone, to show what they return."""

CHANGING_FIRST = frozenset(
    "shuffle heappush heappop heapify heapreplace setattr delattr setitem delitem fill_diagonal copyto insort "
    "next".split()
)
"""Functions that change their first argument."""

PASSING = frozenset(
    "zip enumerate iter reversed next list tuple sorted map filter chain islice cast getattr vars".split()
)
"""Functions out of which their arguments, or parts of them, come again."""

LOOKING = frozenset("print display help type len repr str callable isinstance issubclass id hash dir".split())
"""Functions that call nothing that they are given."""
