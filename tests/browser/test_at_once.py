"""The Formgrader's button while `course grade` is at work: it changes nothing, says who is at work, and works later."""

import subprocess
import sys
import time

import nbformat
import pytest
from lab import PAGE, RUN
from playwright.sync_api import expect
from small_course import TEXT, answered, course, solutions

from course.coursedir.lock import holder_of

pytestmark = pytest.mark.browser

STUDENT, SLOW = "U2222222B", "U3333333C"


def test_does_the_formgraders_button_say_who_is_at_work(desk, home, shots):
    course(home, "release", "week1")
    answers = solutions(home / TEXT)
    for student, first in ((STUDENT, ""), (SLOW, "import time\ntime.sleep(18)\n")):
        nb = answered(home / "release" / "week1" / "tables.ipynb", answers)
        nb.cells.insert(0, nbformat.v4.new_code_cell(first))
        hand_in = home / "submitted" / student / "week1"
        hand_in.mkdir(parents=True)
        nbformat.write(nb, hand_in / "tables.ipynb")

    desk.go()
    desk.hide_sides()
    desk.menu("Nbgrader", "Formgrader")
    formgrader = desk.page.frame_locator("#formgrader iframe, #formgrader-iframe iframe, iframe#formgrader-iframe")
    week = formgrader.locator("#main-table tr", has_text="week1")
    week.locator(".num-submissions a").click(timeout=PAGE)
    submission = formgrader.locator("#main-table tr", has_text=STUDENT)
    expect(submission.locator(".status")).to_have_text("needs autograding", timeout=PAGE)

    command = [sys.executable, "-m", "course.cli", "grade", "week1", "--students", SLOW]
    dialog = formgrader.locator(".modal.in")
    with subprocess.Popen(command, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as grade:
        while grade.poll() is None and holder_of(home) is None:
            time.sleep(0.1)
        submission.locator(".autograde a").click()
        dialog.wait_for(timeout=RUN)
        assert grade.poll() is None, grade.communicate()[0]  # it was at work all the while
        expect(dialog.locator(".modal-title")).to_have_text("Error")
        expect(dialog).to_contain_text("`course grade")
        expect(dialog).to_contain_text(f"(process {grade.pid} on ")
        expect(dialog).to_contain_text("is at work in this folder")
        shots("at work")
        assert not (home / "autograded" / STUDENT).exists()
        said, _ = grade.communicate(timeout=300)
        assert grade.returncode == 0, said
    dialog.locator(".modal-footer button").click()
    expect(dialog).to_have_count(0)
    expect(submission.locator(".status")).to_have_text("needs autograding")

    submission.locator(".autograde a").click()
    dialog.wait_for(timeout=RUN)
    expect(dialog).to_contain_text("Successfully autograded", timeout=RUN)
    assert (home / "autograded" / STUDENT / "week1" / "tables.ipynb").is_file()
