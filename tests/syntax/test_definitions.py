"""Is a cell that only defines told from one that runs something?"""

import ast

import pytest

from course.syntax.definitions import inert_definitions


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x, y=1):\n    return g(x)\nN = 3", ["f", "N"]),
        ("SIZES = [1, (2, 3)]", ["SIZES"]),
        ("def f(x: int) -> float:\n    return x", ["f"]),
        ("def f(x=make()):\n    return x", []),
        ("def f(x: List[int]):\n    return x", []),
        ("@cached\ndef f():\n    return 1", []),
        ("N = 3\nprint(N)", []),
        ("a = b = 1", []),
        ("a, b = 1, 2", []),
        ("x[0] = 1", []),
        ("class A:\n    pass", []),
        ("", []),
    ],
)
def test_does_a_cell_only_define(source, names):
    assert inert_definitions(ast.parse(source).body) == names
