"""Are regions found, whatever their markers, and is a stub the solution minus its answer?"""

import ast

import pytest

from course.syntax.regions import Region, RegionError, marker_lines, parts, regions, scan, stub, without

STUBS = {
    "function": (
        "def f(x):\n    y = 1\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION",
        'def f(x):\n    y = 1\n    # YOUR CODE HERE\n    raise NotImplementedError("f")',
    ),
    "top level": (
        "### BEGIN SOLUTION\na = 1\nb, (c, d) = 2, (3, 4)\nfor i in a:\n    e = i\n### END SOLUTION\nprint(a)",
        "\n".join(f"{name} = ...  # YOUR CODE HERE" for name in "abcde") + "\nprint(a)",
    ),
    "in a with block": (
        "with open(p) as f:\n    ### BEGIN SOLUTION\n    a = f.read()\n    ### END SOLUTION",
        "with open(p) as f:\n    a = ...  # YOUR CODE HERE",
    ),
    "in place": (
        "x = zeros(3)\n### BEGIN SOLUTION\nx[1] = 2\n### END SOLUTION",
        'x = zeros(3)\n# YOUR CODE HERE\nraise NotImplementedError("ex")',
    ),
    "two regions": (
        "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
        "### BEGIN SOLUTION\na = 2\n### END SOLUTION",
        'def f():\n    # YOUR CODE HERE\n    raise NotImplementedError("f")\na = ...  # YOUR CODE HERE',
    ),
    "methods": (
        "class A:\n    def f(self):\n        ### BEGIN SOLUTION\n        x = 1\n        ### END SOLUTION\n"
        "    def g(self):\n        ### BEGIN SOLUTION\n        x = 2\n        ### END SOLUTION",
        'class A:\n    def f(self):\n        # YOUR CODE HERE\n        raise NotImplementedError("A")\n'
        '    def g(self):\n        # YOUR CODE HERE\n        raise NotImplementedError("A")',
    ),
    "a comprehension's variable stays out": (
        "### BEGIN SOLUTION\na = [k for k in range(3)]\n### END SOLUTION",
        "a = ...  # YOUR CODE HERE",
    ),
    "no region": ("a = 1", '# YOUR CODE HERE\nraise NotImplementedError("ex")'),
}


@pytest.mark.parametrize("source, wanted", STUBS.values(), ids=STUBS)
def test_is_a_stub_the_solution_minus_its_answer(source, wanted):
    assert stub(source, "ex") == wanted
    compile(stub(source, "ex"), "stub", "exec")


def test_does_a_written_answer_become_an_invitation():
    assert stub("Because.\n\nAnd so.", "why", "markdown") == "*Write your answer here.*"


MARKERS = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
WRONG = {
    "never closed": ("a\n# BEGIN HIDDEN TESTS\nb\nc", 1, "never closed", [Region(1, 3)]),
    "nested": (
        "# BEGIN HIDDEN TESTS\na\n# BEGIN HIDDEN TESTS\nb\n# END HIDDEN TESTS\nc",
        2,
        "inside another one",
        [Region(0, 1), Region(2, 4)],
    ),
    "never begun": ("a\n# END HIDDEN TESTS\nb", 1, "with no ### BEGIN HIDDEN TESTS before it", []),
}


@pytest.mark.parametrize("source, line, message, found", WRONG.values(), ids=WRONG)
def test_does_a_marker_without_its_partner_lose_nothing(source, line, message, found):
    assert scan(source, *MARKERS)[0] == found
    with pytest.raises(RegionError, match=message) as caught:
        regions(source, "HIDDEN TESTS")
    assert caught.value.offset == line
    assert line in marker_lines(source, "HIDDEN TESTS")


def test_are_a_cells_statements_parted_where_hidden_tests_begin_and_end():
    source = "a = 1\nb = 2\n### BEGIN HIDDEN TESTS\nc = (\n    3\n)\n### END HIDDEN TESTS\nif a:\n    d = 4"
    found = [(ast.unparse(module), hidden) for module, hidden in parts(source, "HIDDEN TESTS")]
    assert found == [("a = 1\nb = 2", False), ("c = 3", True), ("if a:\n    d = 4", False)]
    assert parts(source, "HIDDEN TESTS")[1][0].body[0].lineno == 4, "a traceback names the cell's own lines"
    inside = "for k in range(2):\n    a = k\n    ### BEGIN HIDDEN TESTS\n    b = k\n    ### END HIDDEN TESTS"
    assert [hidden for _, hidden in parts(inside, "HIDDEN TESTS")] == [True]
    assert [hidden for _, hidden in parts("a\n# BEGIN HIDDEN TESTS\nb\nc", "HIDDEN TESTS")] == [False, True]


def test_are_regions_taken_out_with_a_note_in_their_place():
    source = "a\n  ### BEGIN HIDDEN TESTS\n  b\n  ### END HIDDEN TESTS\nc\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"
    assert regions(source, "HIDDEN TESTS") == [Region(1, 3), Region(5, 6)]
    assert without(source, "HIDDEN TESTS") == "a\nc"
    assert without(source, "HIDDEN TESTS", "# hidden") == "a\n  # hidden\nc\n# hidden"
    assert marker_lines(source, "HIDDEN TESTS") == [1, 3, 5, 6] and marker_lines(source, "SOLUTION") == []
