"""Is every broken rule of a text named, with its line and the next step?"""

import pytest
from authoring_course import TEXT

from course.authoring.text import parse as texts


def found(text):
    """The problems of a text as "line: message"."""
    return [str(problem).split(":", 1)[1] for problem in texts.parse(text, "source/week9/small.py")[1]]


BAD = {
    "duplicate name": (('solution="steps"', 'solution="double"'), 49, "the name 'double' is taken by line 17"),
    "solution without check": (('check="steps" points=0.5', 'given="steps_check"'), 49, "'steps' has no check"),
    "check without solution": (('solution="double"', 'given="doubled"'), 26, "the check 'double' has no solution"),
    "no hidden tests": (("### BEGIN HIDDEN TESTS\ncheck.value", "check.value", 1), 61, "END HIDDEN TESTS with no"),
    "no points": (('double" points=2', 'double"'), 26, "the check 'double' has no points"),
    "points no number": (("points=2", 'points="two"'), 26, "points='two' is no number of points"),
    "points negative": (("points=2", "points=-1"), 26, "points=-1 is no number of points"),
    "points where none belong": (('given="data"', 'given="data" points=1'), 11, "takes no points"),
    "answer without points": (("points=3", ""), 67, "'why_it_works' has no points"),
    "unknown marker": (('solution="double"', 'sollution="double"'), 17, "'sollution'. Did you mean solution?"),
    "unknown option": (("points=0.5", "points=0.5 pionts=2"), 58, "'pionts'. Did you mean points?"),
    "two roles": (('given="data"', 'given="data" solution="data"'), 11, "two roles"),
    "no name": (('given="data"', 'given="My Data"'), 11, "'My Data' is no name"),
    "never closed": (("    ### END SOLUTION\n\n\n", "\n\n\n"), 20, "BEGIN SOLUTION is never closed"),
    "nested": (("    secret_factor = 2", "    ### BEGIN SOLUTION"), 21, "inside another one"),
    "solution markers elsewhere": (("rows = torch", "### BEGIN SOLUTION\nrows = torch"), 12, "does not belong"),
    "hidden markers elsewhere": (("print(first)", "### BEGIN HIDDEN TESTS"), 56, "does not belong"),
    "wrong without name": ((' name="squared"', ""), 39, "this wrong answer has no name"),
    "wrong with a name taken": (('name="squared"', 'name="once"'), 39, "another wrong answer is called 'once'"),
    "wrong without says": (("# says: You square X.\n", ""), 39, "no `# says:` line"),
    "wrong without next": (("# next: Add X to itself.\n", ""), 39, "no `# next:` line"),
    "wrong to nothing": (('right="double"', 'right="doubel"'), 45, "'doubel': no exercise has that name"),
    "wrong defines another": (("def double(X):\n    return X**2", "def twice(X):\n    return X"), 39, "define double"),
    "not Python": (("rows = torch.ones(", "rows = = torch.ones("), 12, "this is not Python"),
    "free name": (("check.shape(first", "check.shape(rows"), 59, "the check uses 'rows'"),
    "free name in a lambda": (("on=hidden_cases)", "on=hidden_cases(lambda: rows))"), 30, "the check uses 'rows'"),
    "a name of a check's": (
        ("    total = third[i]", "    total = third[i]\nprint(hidden_cases)"),
        49,
        "only the check of double",
    ),
    "looks into an answer": (("check.shape(first", "check.shape(first.T"), 59, "looks into the student's 'first' (.T)"),
    "check in markdown": (("[markdown]\n# ## Sum", '[markdown] check="steps" points=1\n# Sum'), 70, "code cell"),
    "unreadable options": (('given="data"', 'given="data" =x='), 11, "cannot read the options"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_is_a_broken_rule_named_with_its_line(case):
    change, line, message = case
    assert change[0] in TEXT
    problems = found(TEXT.replace(*change[:2]))
    assert any(problem.startswith(f"{line}: ") and message in problem for problem in problems), problems


def test_are_a_solution_without_markers_and_a_check_without_hidden_tests_named():
    bare = "".join(line for line in TEXT.splitlines(True) if "###" not in line)
    problems = found(bare)
    assert any("the solution 'double' has no markers" in p for p in problems)
    assert any("the check 'double' has no hidden tests" in p for p in problems)


def test_are_magics_strings_with_markers_and_imports_fine():
    extra = '\n# %%\n# %pip install --quiet x\n!ls\ntext = """\n# %% no cell\n"""\n'
    assert found(TEXT + extra) == []
