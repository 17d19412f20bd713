"""What grading writes for people to read, in a browser: a feedback page, a class report, the doctor's messages."""

import subprocess
import sys
from pathlib import Path

import made_up_class
import nbformat
import pytest
from authoring_course import make_course
from lab import ROOT, Shots
from nbgrader.api import Gradebook
from playwright.sync_api import Page, expect
from small_course import answered, course, make_small, solutions

pytestmark = pytest.mark.browser

TEXT, STUDENT = Path("source", "week5", "backprop.py"), "U1234567X"
MISTAKES = {
    "relu_backward": "def relu_backward(dA, Z):\n    return (Z > 0).to(dA.dtype)",
    "cross_entropy_backward": "def cross_entropy_backward(S, y):\n    raise NotImplementedError",
}


def opened(page: Page, path: Path, height: int) -> None:
    """Open a page of this machine; nothing of it may lie beside the window."""
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.set_viewport_size({"width": 1180, "height": height})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls to the side"
    assert not errors


def test_can_a_student_read_the_feedback(page: Page, shots: Shots, tmp_path: Path):
    """The score, what to begin with, and the message beside the answer that it is about."""
    root = make_small(tmp_path, "release", TEXT)
    folder = root / "submitted" / STUDENT / "week5"
    folder.mkdir(parents=True)
    nb = answered(root / "release/week5/backprop.ipynb", {**solutions(root / TEXT), **MISTAKES})
    nbformat.write(nb, folder / "backprop.ipynb")
    course(root, "grade", "week5")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "neural-network-foundations") as gradebook:
        grade = gradebook.find_grade("when_the_check_fails", "backprop", "week5", STUDENT)
        grade.manual_score, grade.needs_manual_grade = 2, False
        gradebook.db.commit()
    course(root, "grade", "week5")
    opened(page, root / "feedback" / STUDENT / "week5" / "backprop.html", 1800)
    expect(page.locator(".score").first).to_contain_text("31 / 35")
    expect(page.locator(".begin")).to_contain_text("Begin with relu_backward")
    wrong = page.locator("#relu_backward")
    expect(wrong).to_contain_text("You return ReLU's own slope")
    expect(wrong.get_by_text("return (Z > 0).to(dA.dtype)")).to_be_visible()
    page.get_by_role("link", name="cross_entropy_backward").first.click()
    expect(page.locator("#cross_entropy_backward")).to_be_in_viewport()
    shots("cross-entropy")
    page.evaluate("window.scrollTo(0, 0)")
    shots.picture("feedback", [page.locator("h1"), page.locator("table.index"), wrong])


def test_can_an_instructor_read_the_class_report(page: Page, shots: Shots, tmp_path: Path):
    """A class of 500: it is there in under a second, with its figures, and its parts can be reached."""
    made_up_class.make(make_course(tmp_path / "course"), 500)
    course(tmp_path / "course", "report", made_up_class.WEEK, "-o", str(tmp_path / "report.html"))
    opened(page, tmp_path / "report.html", 1700)
    seconds = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
    assert 0 < seconds < 1, f"{seconds:.2f} s"
    expect(page.get_by_text("500 submissions")).to_be_visible()
    assert all(page.locator("img").evaluate_all("all => all.map(each => each.complete && each.naturalWidth > 300)"))
    shots.picture("report", [page.locator("h1"), page.locator("img").nth(1)])
    page.get_by_role("link", name="Misconceptions").click()
    expect(page.get_by_role("heading", name="Misconceptions")).to_be_in_viewport()
    shots("misconceptions")


def test_are_the_messages_of_the_doctor_as_the_guide_shows_them(page: Page, shots: Shots, tmp_path: Path):
    path = tmp_path / "messages.html"
    subprocess.run([sys.executable, ROOT / "benchmarks" / "messages.py", path], check=True, cwd=ROOT)
    opened(page, path, 4400)
    expect(page.get_by_text("not yet")).to_have_count(14)
    shots.picture("messages", [page.locator("h1"), page.locator("h2").last, page.locator("body > *").last])
