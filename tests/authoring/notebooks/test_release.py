"""Does a release hold what students may see, and does the old one stay where a new one fails?"""

import shutil

import nbformat
import pytest
from authoring_course import TEXT, make_course, run
from leaks import leaks, strangers

from course.runtime.own_names import MARK


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path)


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """A course whose week is released once for all tests that only look."""
    root = make_course(tmp_path_factory.mktemp("course"))
    assert run(root, "release", "week9") == 0
    return root


def test_does_a_release_hold_stubs_visible_checks_and_data_only(released):
    week = released / "release/week9"
    nb = nbformat.read(week / "small.ipynb", 4)
    assert sorted(path.name for path in week.iterdir()) == ["prices.csv", "small.ipynb"]
    assert strangers(released / "source/week9", week) == []
    assert leaks(TEXT, nb) == []
    cells = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in nb.cells if "nbgrader" in cell.metadata}
    assert 'raise NotImplementedError("double")' in cells["double"].source
    assert cells["why_it_works"].source == "*Write your answer here.*"
    assert (
        cells["check-double"].source.startswith(f"{MARK}\ncheck.function(double")
        and not cells["check-double"].metadata.deletable
    )
    assert "secret_factor" not in (week / "small.ipynb").read_text()


def test_is_a_released_week_up_to_date_until_its_text_changes(released, tmp_path, capsys):
    course = tmp_path / "course"
    shutil.copytree(released, course)
    assert run(course, "release") == 0 and run(course, "release", "--check") == 0
    assert capsys.readouterr().out.splitlines() == ["release/week9: up to date"] * 2
    path = course / "source/week9/small.py"
    path.write_text(TEXT.replace("in prose", "in other prose"))
    (course / "release/week9/extra.txt").write_text("")
    before = (course / "release/week9/small.ipynb").read_bytes()
    assert run(course, "release", "--check") == 1
    assert capsys.readouterr().out.splitlines() == [
        "release/week9/extra.txt should not be there. Run `course release week9`.",
        "release/week9/small.ipynb is stale. Run `course release week9`.",
    ]
    assert (course / "release/week9/small.ipynb").read_bytes() == before


def test_does_a_release_that_fails_leave_the_old_one(released, tmp_path, monkeypatch, capsys):
    course = tmp_path / "course"
    shutil.copytree(released, course)
    (course / "source/week9/small.py").write_text(TEXT.replace("in prose", "in other prose"))
    from nbgrader.preprocessors import ClearOutput

    def broken(*args):
        raise RuntimeError("small.ipynb, double: no such thing.")

    monkeypatch.setattr(ClearOutput, "preprocess", broken)
    before = (course / "release/week9/small.ipynb").read_bytes()
    assert run(course, "release") == 1
    error = capsys.readouterr().err
    assert "source/week9: nbgrader could not release it. small.ipynb, double: no such thing." in error
    assert "Traceback" not in error and len(error.splitlines()) == 1
    assert (course / "release/week9/small.ipynb").read_bytes() == before
    assert [path.name for path in (course / ".stamps").glob(".*.part")] == []


def test_does_the_leak_test_see_leaks(released):
    nb = nbformat.read(released / "release/week9/small.ipynb", 4)
    for secret in (
        "secret_factor = 2",
        "x = 3\nfor i in [1]:\n    secret_factor  =  2",
        "hidden_cases = cases.draw(seeds=24, seed0=100, X='n d')",
        "### END SOLUTION",
        "Because the model answer says so.",
        "# says: You square X.",
    ):
        leaky = nbformat.from_dict(nb)
        leaky.cells = [*nb.cells, nbformat.v4.new_code_cell(secret)]
        assert leaks(TEXT, leaky), secret
    leaky.cells = [*nb.cells, nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="2")])]
    assert leaks(TEXT, leaky)


@pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's own use of SQLAlchemy
def test_does_the_sample_class_give_way_to_changed_exercises_and_do_students_not(released, tmp_path, capsys):
    from nbgrader.api import Gradebook

    course = tmp_path / "course"
    shutil.copytree(released, course)
    changed = TEXT.replace('"steps"', '"stairs"')
    database = f"sqlite:///{course / 'gradebook.db'}"
    with Gradebook(database, "neural-network-foundations") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission("week9", "ada")
    (course / "source/week9/small.py").write_text(changed)
    assert run(course, "release") == 1
    error = capsys.readouterr().err
    assert "submissions of ada" in error and "nbgrader db assignment remove week9 --force" in error
    with Gradebook(database, "neural-network-foundations") as gradebook:
        gradebook.remove_submission("week9", "ada")
        gradebook.add_student("sample-perfect")
        gradebook.add_submission("week9", "sample-perfect")
    assert run(course, "release") == 0
    with Gradebook(database, "neural-network-foundations") as gradebook:
        assert {cell.name for cell in gradebook.find_notebook("small", "week9").grade_cells} == {
            "check-double", "check-stairs", "why_it_works",
        }  # fmt: skip
