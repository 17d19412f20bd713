"""Is a notebook's cell read as Python, with its lines where they were?"""

import ast

import pytest

from course.syntax.python_cells import parse_code, python_of


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("x = 1\n", "x = 1\n"),
        ("%%time\nx = 1\n", "\nx = 1\n"),
        ("\n\nx = 1\n", "\n\nx = 1\n"),
        ("%time x = 1\n", "x = 1\n"),
        ("%%bash\nls\n", None),
    ],
)
def test_is_a_cell_plain_python_line_for_line(cell, python):
    assert python_of(cell) == python


def test_are_shell_lines_calls_of_ipython():
    assert "get_ipython()" in python_of("!ls\n") and "get_ipython()" in python_of("%matplotlib inline\n")


def test_does_an_authors_magic_count_as_nothing():
    assert ast.unparse(parse_code("%matplotlib inline\nif x:\n    !ls\n")) == "pass\nif x:\n    pass"
    assert parse_code("%%bash\nls -l").body == []
    assert isinstance(parse_code("x = (a\n     % b)").body[0], ast.Assign)  # an operator is no magic
    with pytest.raises(SyntaxError):
        parse_code("x = = 1")
