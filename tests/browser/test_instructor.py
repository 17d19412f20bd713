"""An instructor in the Formgrader, all by buttons: release, autograde, read an answer in words, give feedback."""

import csv
import html
import json

import nbformat
import pytest
from lab import PAGE, RUN
from nbgrader.api import Gradebook
from playwright.sync_api import expect
from small_course import TEXT, answered, course, solutions

pytestmark = pytest.mark.browser

STUDENT, QUESTION = "U1234567X", "what_imputation_assumes"
COMMENT = "You saw that the dizzy are not like the others. Say also what you would ask the clinic."
MISTAKE = '''\
def fill_means(X):
    """Replace each nan by 0."""
    return torch.nan_to_num(X, nan=0.0)'''


def rows(home):
    """Every grade and comment of the student's notebook, by cell."""
    with Gradebook(f"sqlite:///{home / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        notebook = gradebook.find_submission_notebook("tables", "week1", STUDENT)
        grades = {grade.name: (grade.auto_score, grade.manual_score, grade.score) for grade in notebook.grades}
        return grades, {comment.name: comment.manual_comment for comment in notebook.comments}


def test_can_an_instructor_release_grade_and_give_feedback_in_the_formgrader(desk, home, shots):
    desk.go()
    desk.hide_sides()
    desk.menu("Nbgrader", "Formgrader")
    formgrader = desk.page.frame_locator("#formgrader iframe, #formgrader-iframe iframe, iframe#formgrader-iframe")

    def succeeds(words: str) -> None:
        """Wait for nbgrader's dialog, read it, close it."""
        dialog = formgrader.locator(".modal.in")
        dialog.wait_for(timeout=RUN)
        expect(dialog.locator(".modal-title")).to_have_text("Success")
        expect(dialog).to_contain_text(words)
        shots(words.split()[1])
        dialog.locator(".modal-footer button").click()
        expect(dialog).to_have_count(0)

    week = formgrader.locator("#main-table tr", has_text="week1")
    week.wait_for(timeout=PAGE)
    shots("assignments")
    week.locator(".assign a").click()
    succeeds("Successfully created the student version of 'week1'")
    released = home / "release" / "week1" / "tables.ipynb"
    cells = nbformat.read(released, as_version=4).cells
    assert any('raise NotImplementedError("fill_means")' in cell.source for cell in cells)
    assert not any("BEGIN HIDDEN TESTS" in cell.source or "BEGIN SOLUTION" in cell.source for cell in cells)
    course(home, "release", "--check", "week1")  # the command would have made the same files

    answers = {**solutions(home / TEXT), "fill_means": MISTAKE}
    answers[QUESTION] = "That the missing are like the known. Here the dizzy were measured, so it fails."
    hand_in = home / "submitted" / STUDENT / "week1"
    hand_in.mkdir(parents=True)
    nbformat.write(answered(released, answers), hand_in / "tables.ipynb")
    (hand_in / "timestamp.txt").write_text("2026-03-01 18:00:00 UTC")

    formgrader.get_by_role("link", name="Manage Assignments").click()
    week.locator(".num-submissions a").click()
    submission = formgrader.locator("#main-table tr", has_text=STUDENT)
    expect(submission.locator(".status")).to_have_text("needs autograding", timeout=PAGE)
    shots("submissions")
    submission.locator(".autograde a").click()
    succeeds("Successfully autograded 'week1' for student 'U1234567X'")
    expect(submission.locator(".status")).to_have_text("needs manual grading")
    expect(submission.locator(".score")).to_have_text("8 / 12")
    shots("autograded")
    grades, _ = rows(home)
    for name, (auto, manual, score) in grades.items():
        assert manual is None
        assert (auto is None and score == 0) if name == QUESTION else (auto == 0) == (name == "check-fill_means"), name

    submission.locator(".student-name a").click()
    formgrader.locator("#main-table tr", has_text="tables").locator("a").first.click()
    points = formgrader.locator(f"#{QUESTION}")
    points.wait_for(timeout=PAGE)
    expect(formgrader.locator("#check-fill_means")).to_have_attribute("placeholder", "0")
    with desk.page.expect_response(lambda reply: "/api/grade/" in reply.url and reply.request.method == "PUT") as put:
        points.fill("1.5")
        points.press("Tab")
    assert put.value.ok
    with desk.page.expect_response(lambda reply: "/api/comment/" in reply.url and reply.request.method == "PUT") as put:
        formgrader.locator(f"#{QUESTION}-comment").fill(COMMENT)
        formgrader.locator(f"#{QUESTION}-comment").press("Tab")
    assert put.value.ok
    points.focus()  # the Formgrader scrolls there
    answer = formgrader.locator(".nbgrader_cell", has=points)
    answer.scroll_into_view_if_needed()
    expect(answer).to_be_in_viewport(ratio=1)
    shots.picture("formgrader", [desk.page.locator("#jp-top-panel"), answer])
    grades, comments = rows(home)
    assert grades[QUESTION] == (None, 1.5, 1.5)
    assert comments[QUESTION] == COMMENT

    desk.go()
    desk.menu("Nbgrader", "Formgrader")
    week.locator(".num-submissions a").click()
    expect(submission.locator(".status")).to_have_text("graded", timeout=PAGE)
    expect(submission.locator(".score")).to_have_text("9.5 / 12")
    submission.locator(".generate-feedback a").click()
    succeeds("Successfully generated feedback for 'week1' for student 'U1234567X'")
    page = html.unescape((home / "feedback" / STUDENT / "week1" / "tables.html").read_text())
    assert COMMENT in page
    assert "You fill the holes with 0." in page
    assert "hidden_cases" not in page

    course(home, "grade", "week1")
    assert rows(home) == (grades, comments)  # the command's grades are the buttons', and the person's points stay
    with (home / "grades.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["student"], row["score"], row["state"]) == (STUDENT, "9.5", "graded")
    note = json.loads((home / "autograded" / ".state" / "week1" / f"{STUDENT}.json").read_text())
    assert note["state"] == "graded"
