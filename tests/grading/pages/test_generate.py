"""Are pages written where something on them has changed, and by nbgrader's own command too?"""

import time

import nbformat
import pytest
from authoring_course import make_course
from feedback_pages import assert_harmless, notebook, words
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback

from course.grading.gradebook.classroom import Classroom
from course.grading.pages.generate import Feedback


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A course with two notebooks in its week; Ada's autograded notebooks and marks are written by hand."""
    root = make_course(tmp_path_factory.mktemp("course"))
    classroom = Classroom(root)
    with classroom.gradebook() as gradebook:
        gradebook.add_assignment("week9")
        for name in ("small", "other", "third"):
            gradebook.add_notebook(name, "week9")
            gradebook.add_grade_cell("check-double", name, "week9", max_score=2, cell_type="code")
            gradebook.add_solution_cell("double", name, "week9")
        gradebook.add_grade_cell("why", "small", "week9", max_score=3, cell_type="markdown")
        gradebook.add_solution_cell("why", "small", "week9")
        gradebook.add_student("ada", first_name="Ada", last_name="<Lovelace>")
        submission = gradebook.add_submission("week9", "ada")
        for part in submission.notebooks:
            for grade in part.grades:
                if grade.name == "check-double":
                    grade.auto_score, grade.needs_manual_grade = (2.0 if part.name == "other" else 0.0), False
        gradebook.db.commit()
    folder = classroom.path("autograded", "ada", "week9")
    folder.mkdir(parents=True)
    nbformat.write(notebook(), folder / "small.ipynb")
    nbformat.write(notebook("passed"), folder / "other.ipynb")
    return classroom


def test_does_nbgraders_generate_feedback_write_the_page_and_an_index(classroom):
    converter = GenerateFeedback(coursedir=classroom.directory("week9", "ada"), config=classroom.config)
    converter.start()
    folder = classroom.path("feedback", "ada", "week9")
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "other.html", "small.html"]
    small, index = ((folder / name).read_text() for name in ("small.html", "index.html"))
    assert "Ada <Lovelace>, ada" in words(small) and "secret_cases" not in small
    for page in (small, index):
        assert_harmless(page)
        assert 'href="other.html"' in page and 'href="third.html"' not in page
        assert "third (not handed in)" in words(page)
        assert "2 / 9" in words(page)


def test_are_a_persons_points_on_the_next_page_of_the_same_converter(classroom):
    pages = Feedback(classroom)
    small = classroom.path("feedback", "ada", "week9") / "small.html"
    pages.write("week9", "ada")
    assert "– / 3" in words(small.read_text())
    with Gradebook(classroom.directory().db_url, "neural-network-foundations") as gradebook:
        grade = gradebook.find_grade("why", "small", "week9", "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.0, 0.5, False
        gradebook.find_comment("why", "small", "week9", "ada").manual_comment = "Well put."
        gradebook.db.commit()
    pages.write("week9", "ada")
    said = words(small.read_text())
    assert "2.5 / 3" in said and "Well put." in said and "2.5 / 7" not in said and "2.5 / 5" in said


def test_is_a_class_of_pages_written_fast(classroom):
    pages = Feedback(classroom)
    pages.write("week9", "ada")
    began = time.process_time()
    for _ in range(20):
        pages.write("week9", "ada")
    assert (time.process_time() - began) / 20 < 0.04
