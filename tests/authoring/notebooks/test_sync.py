"""Does a built notebook edited in JupyterLab return to its text, with nothing lost on the way?"""

import logging
from types import SimpleNamespace

import nbformat
import pytest
from authoring_course import HOME, TEXT, make_course
from nbformat.v4 import new_code_cell, new_markdown_cell

from course.authoring.notebooks.build import build
from course.authoring.notebooks.sync import post_save, sync
from course.authoring.text import parse as texts
from course.authoring.text.model import SourceError
from course.coursedir.errors import AuthoringError

NOTEBOOK = {"type": "notebook"}


@pytest.fixture
def course(tmp_path):
    make_course(tmp_path)
    build(tmp_path, tmp_path / "source/week9/small.py")
    return SimpleNamespace(
        root=tmp_path, text=tmp_path / "source/week9/small.py", notebook=tmp_path / "source/week9/small.ipynb"
    )


def edit(course, change):
    """Change the built notebook as a person would, and save it as JupyterLab does: with outputs and its own notes."""
    nb = nbformat.read(course.notebook, 4)
    change(nb)
    for cell in nb.cells:
        cell.metadata["collapsed"] = True
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = 1, [nbformat.v4.new_output("stream", text="seen")]
    nb.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    nbformat.write(nb, course.notebook)


def save(course, change):
    edit(course, change)
    manager = SimpleNamespace(log=logging.getLogger("manager"))
    post_save(model=NOTEBOOK, os_path=str(course.notebook), contents_manager=manager)
    return course.text.read_text()


def cell(nb, grade_id):
    return next(cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def panel(grade_id, points=None, **flags):
    """The metadata that nbgrader's Create Assignment panel writes."""
    meta = {
        "grade": False,
        "grade_id": grade_id,
        "locked": False,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return {"nbgrader": {**meta, **flags, **({} if points is None else {"points": points})}}


def test_does_saving_without_an_edit_leave_the_text_byte_for_byte(course):
    assert save(course, lambda nb: None) == TEXT


def test_does_an_edited_cell_change_its_lines_and_no_others(course):
    def change(nb):
        nb.cells[2].source = nb.cells[2].source.replace("in prose", "in new prose")

    assert save(course, change) == TEXT.replace("in prose", "in new prose")
    assert "built" in build(course.root, course.text) and build(course.root, course.text) == "up to date"


def test_do_known_answers_stay_with_an_edited_check(course):
    def change(nb):
        cell(nb, "check-double").metadata["nbgrader"]["points"] = 3
        cell(nb, "check-double").source += "\n# more"

    new = texts.loads(save(course, change), course.text)
    assert new.exercises["double"].points == 3
    assert [known.title for known in new.exercises["double"].wrongs] == ["once", "squared"]
    assert [each.role for each in new.cells][4:10] == ["solution", "check", "wrong", "wrong", "right", "solution"]


def test_may_known_answers_and_their_exercise_move(course):
    def change(nb):
        pair = [cell(nb, "double"), cell(nb, "check-double")]
        nb.cells = [each for each in nb.cells if each not in pair] + pair

    new = texts.loads(save(course, change), course.text)
    assert [each.role for each in new.cells][-5:] == ["solution", "check", "wrong", "wrong", "right"]


def test_does_a_deleted_exercise_leave_its_known_answers_and_a_problem_in_the_log(course, caplog):
    def change(nb):
        nb.cells = [each for each in nb.cells if each not in (cell(nb, "double"), cell(nb, "check-double"))]

    new = save(course, change)
    assert "# says: You square X." in new
    assert "no exercise has that name" in caplog.text and "source/week9/small.py:" in caplog.text


def test_are_known_answers_kept_where_every_cell_is_deleted(course):
    new = save(course, lambda nb: nb.cells.clear())
    assert [new.count(f"# %% {role}=") for role in ("solution", "wrong", "right")] == [0, 2, 1]


def test_do_cells_made_with_the_panel_become_roles(course):
    def change(nb):
        nb.cells += [
            new_markdown_cell("A question."),
            new_code_cell("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", metadata=panel("cell-3fa09b", solution=True)),
            new_code_cell(
                "assert x\n### BEGIN HIDDEN TESTS\nassert x == 1\n### END HIDDEN TESTS",
                metadata=panel("cell-99ee", points=4, grade=True, locked=True),
            ),
            new_markdown_cell("So.", metadata=panel("cell-aa", points=1, grade=True, solution=True)),
            new_code_cell("y = 1", metadata=panel("cell-bb", locked=True)),
        ]

    new = texts.loads(save(course, change), course.text)
    assert [(each.role, each.name, each.points) for each in new.cells[-5:]] == [
        ("text", None, None),
        ("solution", "x", None),
        ("check", "x", 4),
        ("answer", "cell-aa", 1),
        ("given", "cell-bb", None),
    ]
    assert "built" in build(course.root, course.text)


def test_is_an_unfinished_edit_kept_and_told(course, caplog):
    def change(nb):
        nb.cells.append(new_code_cell("half = 1", metadata=panel("half", solution=True)))

    new = save(course, change)
    assert new.endswith('# %% solution="half"\nhalf = 1\n')
    assert "the solution 'half' has no markers" in caplog.text and "the solution 'half' has no check" in caplog.text


def test_do_tasks_attachments_and_tags_survive(course):
    picture = {"image.png": {"image/png": "iVBORw0KGgo="}}

    def change(nb):
        nb.cells.append(
            new_markdown_cell("![](attachment:image.png)", attachments=picture, metadata={"tags": ["wide"]})
        )
        nb.cells.append(new_markdown_cell("Do it.", metadata=panel("task1", points=1, locked=True, task=True)))

    save(course, change)
    build(course.root, course.text)
    picture_cell, task = nbformat.read(course.notebook, 4).cells[-2:]
    assert picture_cell.attachments == picture and picture_cell.metadata.tags == ["wide"]
    assert task.metadata.nbgrader.task and task.metadata.nbgrader.points == 1


def test_do_the_texts_header_and_magics_survive(tmp_path):
    header = "# ---\n# jupyter:\n#   kernelspec:\n#     display_name: Python 3\n#     name: python3\n# ---\n\n"
    make_course(tmp_path, odd=header + "# %%\n# %pip list\n\n# %% [markdown]\n# Hello.\n")
    path = tmp_path / "source/week9/odd.py"
    before = path.read_text()
    build(tmp_path, path)
    nb = nbformat.read(path.with_suffix(".ipynb"), 4)
    assert nb.cells[2].source == "%pip list"
    nb.cells[3].source = "Hallo."
    nbformat.write(nb, path.with_suffix(".ipynb"))
    assert sync(tmp_path, path.with_suffix(".ipynb"))[0] == "synced"
    assert path.read_text() == before.replace("Hello", "Hallo")


def test_is_a_second_edit_after_a_save_no_conflict(course):
    save(course, lambda nb: nb.cells.append(new_markdown_cell("One.")))
    assert save(course, lambda nb: nb.cells.append(new_markdown_cell("Two."))).endswith(
        "# One.\n\n# %% [markdown]\n# Two.\n"
    )


def test_is_neither_overwritten_when_both_changed(course):
    course.text.write_text(TEXT.replace("in prose", "in the text's prose"))
    before = course.text.read_bytes()
    with pytest.raises(AuthoringError, match="both changed"):
        save(course, lambda nb: nb.cells.append(new_markdown_cell("Mine.")))
    edited = course.notebook.read_bytes()
    with pytest.raises(AuthoringError, match=r"small.ipynb and .*small.py disagree: both changed.*`course sync week9`"):
        build(course.root, course.text)
    assert (course.text.read_bytes(), course.notebook.read_bytes()) == (before, edited)


@pytest.mark.parametrize("way", ["sync", "force"])
def test_do_both_ways_out_of_a_conflict_keep_a_copy(course, way):
    changed = TEXT.replace("in prose", "in the text's prose")
    course.text.write_text(changed)
    edit(course, lambda nb: nb.cells.append(new_markdown_cell("Mine.")))
    if way == "sync":
        outcome, problems = sync(course.root, course.notebook, force=True)
        assert "it is kept in source/week9/small.py.orig" in outcome and problems == []
        assert "Mine." in course.text.read_text() and course.text.with_suffix(".py.orig").read_text() == changed
        assert build(course.root, course.text) == "built"
    else:
        assert "kept in source/week9/small.ipynb.orig" in build(course.root, course.text, force=True)
        assert "Mine." not in course.notebook.read_text()
        assert "Mine." in course.notebook.with_suffix(".ipynb.orig").read_text()


def test_is_an_edit_without_jupyters_hook_not_overwritten_either(course):
    edit(course, lambda nb: nb.cells.append(new_markdown_cell("Mine.")))
    with pytest.raises(AuthoringError, match="small.ipynb was edited since the last build"):
        build(course.root, course.text)
    assert sync(course.root, course.notebook) == ("synced", [])
    assert "Mine." in course.text.read_text()


def test_is_running_a_notebook_no_edit(course):
    edit(course, lambda nb: None)
    assert build(course.root, course.text, force=True) == "built"
    assert not list(course.text.parent.glob("*.orig"))


def test_is_a_newer_text_not_taken_back_by_an_old_notebook(course):
    changed = TEXT.replace("in prose", "in the text's prose")
    course.text.write_text(changed)
    assert save(course, lambda nb: None) == changed
    assert sync(course.root, course.notebook)[0] == "up to date"


def test_are_other_notebooks_left_alone(course, tmp_path, caplog):
    manager = SimpleNamespace(log=logging.getLogger("manager"))
    other = course.text.parent / "scratch.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), other)
    post_save(model=NOTEBOOK, os_path=str(other), contents_manager=manager)
    assert "has no text yet" in caplog.text and not other.with_suffix(".py").exists()
    post_save(model={"type": "file"}, os_path=str(course.text), contents_manager=manager)
    assert course.text.read_text() == TEXT


def test_is_a_broken_notebook_file_named(course):
    course.notebook.write_text("{")
    with pytest.raises(SourceError, match="source/week9/small.ipynb:1: this is no notebook"):
        sync(course.root, course.notebook, force=True)
    assert course.text.read_text() == TEXT


def test_does_saving_through_jupytexts_contents_manager_run_the_hook(course):
    from jupyter_server.services.contents.largefilemanager import LargeFileManager
    from jupytext import build_sync_jupytext_contents_manager_class
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("lab_config.py", path=str(HOME / "course/authoring")).load_config()
    manager = build_sync_jupytext_contents_manager_class(LargeFileManager)(config=config, root_dir=str(course.root))
    model = manager.get("source/week9/small.ipynb")
    model["content"]["cells"].append(new_markdown_cell("From the Lab."))
    manager.save(model, "source/week9/small.ipynb")
    assert course.text.read_text().endswith("# %% [markdown]\n# From the Lab.\n")


def text_manager(course):
    """JupyterLab's way to files under `make lab`, where a text opens as a notebook."""
    from jupyter_server.services.contents.largefilemanager import LargeFileManager
    from jupytext import build_sync_jupytext_contents_manager_class
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("lab_config.py", path=str(HOME / "course/authoring")).load_config()
    return build_sync_jupytext_contents_manager_class(LargeFileManager)(config=config, root_dir=str(course.root))


def test_does_a_text_opened_as_a_notebook_take_what_the_panel_writes(course):
    manager = text_manager(course)
    model = manager.get("source/week9/small.py", type="notebook")
    model["content"]["cells"].append(new_code_cell("y = 1", metadata=panel("cell-bb", locked=True)))
    manager.save(model, "source/week9/small.py")
    before, after = texts.loads(TEXT, course.text), texts.read(course.text)
    assert after.cells[:-1] == before.cells and (after.cells[-1].role, after.cells[-1].name) == ("given", "cell-bb")
    assert after.header == ""


EXERCISE = "import math\n### BEGIN SOLUTION\nk = 2\ndef Cube(x):\n    return x**3\n### END SOLUTION"


TESTS = "check.value(Cube, 8)\n### BEGIN HIDDEN TESTS\ncheck.value(Cube, 27)\n### END HIDDEN TESTS"


def test_is_an_exercise_that_the_panel_adds_to_a_text_called_by_what_it_defines(course):
    manager = text_manager(course)
    for random in ("cell-0aa1", "cell-99ee"):  # the panel's names of two authors: another each time
        course.text.write_text(TEXT)
        model = manager.get("source/week9/small.py", type="notebook")
        model["content"]["cells"] += [
            new_code_cell(EXERCISE, metadata=panel(random, solution=True)),
            new_code_cell(TESTS, metadata=panel(random + "0", points=2, grade=True, locked=True)),
        ]
        manager.save(model, "source/week9/small.py")
        assert random in course.text.read_text(), "what the panel wrote stays in the text"
        source = texts.read(course.text)
        assert [(each.role, each.name) for each in source.cells[-2:]] == [("solution", "cube"), ("check", "cube")]
        build(course.root, course.text, force=True)
        built = nbformat.read(course.notebook, 4).cells[-2:]
        assert [each.metadata.nbgrader.grade_id for each in built] == ["cube", "check-cube"]
        post_save(NOTEBOOK, str(course.notebook), SimpleNamespace(log=logging.getLogger("manager")))
        assert random in course.text.read_text(), "saving the built notebook changes no byte of the text"


def test_does_the_sync_command_bring_every_notebook_back(course, capsys, monkeypatch):
    from course.cli import main

    monkeypatch.chdir(course.root)
    assert main(["sync", "week9"]) == 0
    edit(course, lambda nb: nb.cells.append(new_code_cell("half = 1", metadata=panel("half", solution=True))))
    assert main(["sync", "week9"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"source/week9/small.ipynb: {outcome}" for outcome in ("up to date", "synced")]
    assert "the solution 'half' has no check" in err and "half = 1" in course.text.read_text()
