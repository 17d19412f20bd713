"""Do nbgrader's command, the Formgrader's API and `course grade` give the same grades? No browser takes part."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from lab import Lab
from nbgrader.api import Gradebook
from small_course import TEXT, answered, course, make_small, solutions

pytestmark = pytest.mark.browser

WAYS = ("command", "formgrader", "course")
STUDENTS = ("ada", "bob")
MISTAKES = {
    "fill_means": "def fill_means(X):\n    return torch.nan_to_num(X, nan=0.0)",
    "count_missing": "def count_missing(text):\n    return 1 / 0",
}
NOISE = "import sys\nprint('a warning', file=sys.stderr)\n3.5"  # stock nbgrader: a zero, or a score


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Three copies of one course with the same two hand-ins, each graded and given feedback in its own way."""
    folder = tmp_path_factory.mktemp("ways")
    first = folder / WAYS[0]
    first.mkdir()
    make_small(first, "release")
    with book(first) as gradebook:
        gradebook.update_or_create_assignment("week1", duedate="2026-03-01 12:00:00 UTC")
    right, released = solutions(first / TEXT), first / "release/week1/tables.ipynb"
    hand_in(first, "ada", "2026-03-02 18:00:00 UTC", answered(released, {**right, **MISTAKES}))  # two days begun
    nb = answered(released, {name: answer for name, answer in right.items() if name != "what_imputation_assumes"})
    nb.cells = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != "check-one_hot"]
    nb.cells.insert(3, nbformat.v4.new_code_cell(NOISE))
    hand_in(first, "bob", "2026-03-01 09:00:00 UTC", nb)
    for way in WAYS[1:]:
        shutil.copytree(first, folder / way)

    for step in ("autograde", "generate_feedback"):
        nbgrader(first, step, "week1")
    with Lab(folder / "formgrader", tmp_path_factory.mktemp("lab")) as lab:
        for student in STUDENTS:
            for path in (f"submission/week1/{student}/autograde", f"assignment/week1/{student}/generate_feedback"):
                said = lab.formgrader("POST", path)
                assert said["success"], said["log"] + (said["error"] or "")
    course(folder / "course", "grade", "week1")
    return {way: folder / way for way in WAYS}


def book(root: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}", "neural-network-foundations")


def hand_in(root: Path, student: str, when: str, nb: nbformat.NotebookNode) -> None:
    folder = root / "submitted" / student / "week1"
    folder.mkdir(parents=True)
    nbformat.write(nb, folder / "tables.ipynb")
    (folder / "timestamp.txt").write_text(when)


def nbgrader(root: Path, *words: str) -> None:
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def contents(root: Path) -> dict:
    """All that the gradebook holds of the two, by names: its own identifiers are random."""
    found = {}
    with book(root) as gradebook:
        for student in STUDENTS:
            submission = gradebook.find_submission("week1", student)
            late = (submission.total_seconds_late, submission.late_submission_penalty)
            found[student] = (submission.score, submission.max_score, str(submission.timestamp), *late)
            for notebook in submission.notebooks:
                for each in notebook.grades:
                    scores = (each.auto_score, each.manual_score, each.extra_credit, each.max_score)
                    found[student, notebook.name, each.name] = (*scores, each.needs_manual_grade)
                for each in notebook.comments:
                    found[student, notebook.name, each.name, "comment"] = (each.auto_comment, each.manual_comment)
    return found


def test_do_the_two_get_what_they_deserve(graded):
    found = contents(graded["course"])
    assert found["ada"][3:] == (108_000, pytest.approx(0.2 * found["ada"][0]))
    assert found["bob"][3:] == (0, 0)
    assert found["bob", "tables", "check-one_hot"][0] == 2  # put back, and passed
    assert found["bob", "tables", "check-count_missing"][0] == 1  # noise and numbers change nothing
    assert found["bob", "tables", "what_imputation_assumes"][0] == 0
    assert found["bob", "tables", "what_imputation_assumes", "comment"] == ("No response.", None)
    assert found["ada", "tables", "check-count_missing"][0] == 0
    assert found["ada", "tables", "check-one_hot"][0] == 2


@pytest.mark.parametrize("way", WAYS[:2])
def test_are_the_gradebooks_the_same(graded, way):
    assert contents(graded[way]) == contents(graded["course"])


@pytest.mark.parametrize("way", WAYS[:2])
def test_what_the_checks_said_is_the_same(graded, way):
    for student in STUDENTS:
        paths = [root / "autograded" / student / "week1" / "tables.ipynb" for root in (graded[way], graded["course"])]
        notebooks = [nbformat.read(path, as_version=4) for path in paths]
        assert notebooks[0].metadata == notebooks[1].metadata
        assert [cell.get("outputs") for cell in notebooks[0].cells] == [c.get("outputs") for c in notebooks[1].cells]


@pytest.mark.parametrize("way", WAYS[:2])
def test_is_the_feedback_the_same(graded, way):
    for student in STUDENTS:
        pages = [root / "feedback" / student / "week1" / "tables.html" for root in (graded[way], graded["course"])]
        assert pages[0].read_text() == pages[1].read_text()


def test_are_the_exported_scores_the_same(graded):
    tables = {}
    for way, root in graded.items():
        nbgrader(root, "export", "--to", "nbgrader.csv")
        course(root, "export", "week1", "--to", "csv", "-o", "tidy.csv")
        tables[way] = table(root / "nbgrader.csv"), table(root / "tidy.csv")
    assert tables["command"] == tables["course"]
    assert tables["formgrader"] == tables["course"]
    assert {line["student_id"] for line in tables["course"][0]} == set(STUDENTS)


def table(path: Path) -> list[dict[str, str]]:
    """A table's lines in order."""
    with path.open(newline="") as file:
        return sorted(csv.DictReader(file), key=lambda line: [*line.values()])
