"""Are texts read with all that their header lines say, and written back as they were?"""

import json

import pytest
from authoring_course import TEXT

from course.authoring.text import model
from course.authoring.text import parse as texts


def test_is_a_sound_text_read_with_its_roles_and_lines():
    source = texts.loads(TEXT, "source/week9/small.py")
    exercise = source.exercises["double"]
    assert (source.assignment, source.notebook) == ("week9", "small")
    assert list(source.exercises) == ["double", "steps"] and list(source.answers) == ["why_it_works"]
    assert exercise.points == 2 and source.exercises["steps"].points == 0.5
    assert [cell.title for cell in exercise.wrongs] == ["once", "squared"]
    assert [cell.title for cell in exercise.rights] == ["a sum"]
    assert (exercise.wrongs[0].says, exercise.wrongs[0].next) == ("You return X itself.", "Multiply it.")
    lines = TEXT.splitlines()
    for cell in source.cells:
        assert lines[cell.line - 1].startswith("# %%") and cell.source.splitlines()[0] in lines[cell.line]


def test_is_a_text_written_back_byte_for_byte():
    source = texts.loads(TEXT, "source/week9/small.py")
    assert texts.dumps(source) == TEXT
    assert texts.loads(texts.dumps(source), source.path) == source


def test_are_all_problems_told_at_once_with_the_file():
    bad = TEXT.replace("points=2", "").replace('given="data"', 'givn="data"')
    with pytest.raises(model.SourceError) as caught:
        texts.loads(bad, "anywhere/source/week9/small.py")
    assert len(caught.value.problems) == 2
    assert str(caught.value).splitlines()[0].startswith("source/week9/small.py:11: unknown marker or option 'givn'")


def test_is_nbgraders_own_metadata_read_as_a_role():
    meta = {
        "grade": True,
        "grade_id": "check-double",
        "locked": True,
        "points": 2,
        "schema_version": 3,
        "solution": False,
    }
    long_form = TEXT.replace('check="double" points=2', f"nbgrader={json.dumps(meta)}")
    assert texts.loads(long_form, "source/week9/small.py") == texts.loads(TEXT, "source/week9/small.py")


def test_is_a_header_named_that_jupytext_cannot_read():
    with pytest.raises(model.SourceError, match="week9/small.py:1: jupytext cannot read it"):
        texts.loads("# ---\n# jupyter:\n#   kernelspec: 1\n# ---\n\n" + TEXT, "source/week9/small.py")


def test_is_a_file_named_that_cannot_be_read(tmp_path):
    with pytest.raises(model.SourceError, match="none.py:1: cannot read it"):
        texts.read(tmp_path / "none.py")


@pytest.mark.parametrize("header", ["solution", "check points=2", "[markdown] answer points=1", 'given=""'])
def test_is_a_marker_without_a_name_told_what_to_write(header):
    role = header.removeprefix("[markdown] ").split()[0].split("=")[0]
    _, problems = texts.parse(f"{TEXT}\n# %% {header}\n# what it asks\n", "source/week9/small.py")
    line = len(TEXT.splitlines()) + 2
    assert any(
        problem.line == line
        and f"this {role} has no name" in problem.message
        and f'{role}="first_step"' in str(problem)
        for problem in problems
    )


LOCKED = '{"grade": false, "grade_id": "rows", "locked": true, "schema_version": 3, "solution": false}'
HEADERS = {
    # header: (role, name, what is left of the metadata, the problem)
    f"nbgrader={LOCKED}": ("given", "rows", [], None),
    f'given="rows" nbgrader={LOCKED}': ("given", "rows", [], None),
    f'given="columns" nbgrader={LOCKED}': ("given", "columns", ["nbgrader"], "two roles: given and nbgrader's given"),
    'nbgrader={"task": true, "grade_id": "t"}': ("code", None, ["nbgrader"], None),
    "nbgrader={}": ("code", None, [], None),
    'tags=["wide"]': ("code", None, ["tags"], None),
    'folded={"of": "an extension"}': ("code", None, ["folded"], None),
    "A title": ("code", None, ["title"], None),
    'givn="rows"': ("given", "rows", [], "unknown marker or option 'givn'. Did you mean given?"),
    'colour="red"': ("code", None, ["colour"], "unknown marker or option 'colour'. The markers are solution, check"),
    'name="x"': ("code", None, [], "a code cell takes no name. Take name=... away."),
    'given="rows" answer="rows"': ("answer", "rows", [], "two roles: answer and given. Keep one of them."),
}


@pytest.mark.parametrize("header", HEADERS)
def test_is_each_part_of_a_header_line_read(header):
    role, name, left, message = HEADERS[header]
    source, problems = texts.parse(f"# %% {header}\nx = 1\n", "source/week9/small.py")
    (cell,) = source.cells
    assert (cell.role, cell.name, list(cell.metadata)) == (role, name, left)
    assert isinstance(cell, model.PlainCell if name is None else model.RoleCell)
    assert [problem for problem in problems if message and problem.message.startswith(message)] or not message
