"""Are notebooks built from texts, always with the same bytes?"""

import shutil

import nbformat
import pytest
from authoring_course import TEXT, make_course, run

from course.authoring.notebooks.build import (
    build,
    build_week,
    cells_of,
    content,
    keep_copy,
    notebook,
    notebook_bytes,
)
from course.authoring.text import model
from course.authoring.text import parse as texts
from course.coursedir.errors import AuthoringError
from course.coursedir.layout import Repository, chosen_weeks, repository


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path)


def test_has_a_notebook_nbgraders_metadata_and_no_known_answers(course):
    nb = notebook(texts.read(course / "source/week9/small.py"))
    nbformat.validate(nb)
    meta = {
        cell.metadata["nbgrader"]["grade_id"]: cell.metadata["nbgrader"]
        for cell in nb.cells
        if "nbgrader" in cell.metadata
    }
    assert list(meta) == ["data", "double", "check-double", "steps", "check-steps", "why_it_works"]
    assert meta["check-double"] == {
        "grade": True, "grade_id": "check-double", "locked": True, "points": 2, "schema_version": 3, "solution": False,
        "task": False,
    }  # fmt: skip
    assert meta["why_it_works"]["solution"] and meta["why_it_works"]["grade"] and meta["why_it_works"]["points"] == 3
    assert meta["data"]["locked"] and not meta["double"]["locked"]
    assert "You square X" not in nbformat.writes(nb) and nb.metadata.course == {
        "assignment": "week9",
        "notebook": "small",
    }


def test_does_building_twice_give_the_same_bytes_and_leave_the_file_alone(course):
    path = course / "source/week9/small.py"
    assert build(course, path) == "built"
    first, stamp = path.with_suffix(".ipynb").read_bytes(), path.with_suffix(".ipynb").stat().st_mtime_ns
    assert build(course, path) == "up to date"
    shutil.rmtree(course / ".stamps")
    assert build(course, path) == "up to date"
    assert (path.with_suffix(".ipynb").read_bytes(), path.with_suffix(".ipynb").stat().st_mtime_ns) == (first, stamp)
    assert notebook_bytes(texts.read(path)) == first


def test_do_cells_come_back_from_the_notebook_as_they_were(course):
    source = texts.read(course / "source/week9/small.py")
    assert [content(c) for c in cells_of(notebook(source))] == [content(c) for c in source.cells if c.released]


def test_does_an_insertion_keep_the_other_cells_ids(course):
    path = course / "source/week9/small.py"
    before = {cell.id for cell in notebook(texts.read(path)).cells}
    path.write_text(TEXT.replace("# %%\nimport", "# %% [markdown]\n# New.\n\n# %%\nimport"))
    assert before < {cell.id for cell in notebook(texts.read(path)).cells}


def test_do_the_badge_and_the_install_cell_follow_the_repository(course):
    source = texts.read(course / "source/week9/small.py")
    badge, install = notebook(source).cells[:2]
    assert "In JupyterLab there is nothing to do" in badge.source and "In Colab" in badge.source
    assert "%pip install -q {wheels[-1]}" in install.source and "git+" not in install.source
    (course / "pyproject.toml").write_text('[tool.course]\nrepository = "https://github.com/a/b"\nbranch = "main"\n')
    assert repository(course) == Repository("a", "b", "main")
    badge, install = notebook(source, repository(course)).cells[:2]
    assert "colab.research.google.com/github/a/b/blob/main/release/week9/small.ipynb" in badge.source
    assert install.source.endswith('%pip install -q "git+https://github.com/a/b@main"')


def test_is_a_repository_told_that_colab_cannot_open(course):
    (course / "pyproject.toml").write_text('[tool.course]\nrepository = "git@host:a/b"\n')
    with pytest.raises(AuthoringError, match="no address that Colab opens"):
        repository(course)


def test_are_the_others_built_beside_one_bad_text(tmp_path):
    course = make_course(tmp_path, bad="# %% sollution='x'\n")
    with pytest.raises(model.SourceError, match="source/week9/bad.py:1: unknown marker"):
        build_week(course, "week9")
    assert (course / "source/week9/small.ipynb").is_file()
    assert not list((course / "source/week9").glob(".*"))


def test_are_weeks_in_order_and_is_an_unknown_one_named(course):
    for week in ("week10", "week2"):
        (course / "source" / week).mkdir()
        (course / "source" / week / "a.py").write_text("")
    assert chosen_weeks(course, []) == ["week2", "week9", "week10"]
    with pytest.raises(AuthoringError, match="unknown week 'week3'. The weeks are: week2, week9, week10.") as caught:
        chosen_weeks(course, ["week3"])
    assert caught.value.status == 2


def test_do_commands_print_a_line_for_each_notebook(course, capsys):
    assert run(course, "build") == 0 and run(course, "build", "week9") == 0
    assert capsys.readouterr().out.splitlines() == [
        "source/week9/small.ipynb: built",
        "source/week9/small.ipynb: up to date",
    ]
    assert run(course, "build", "week3") == 2
    (course / "source/week9/small.py").write_text(TEXT.replace("points=2", ""))
    assert run(course, "build") == 1
    assert "small.py:26: the check 'double' has no points" in capsys.readouterr().err


def test_is_a_copy_kept_beside_the_file(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("x")
    assert keep_copy(path).read_text() == "x" and keep_copy(path).name == "a.py.orig"
