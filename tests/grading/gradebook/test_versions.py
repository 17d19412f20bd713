"""Is everything graded again that a change may have changed, and nothing else?"""

import pytest
from authoring_course import make_course

from course.grading.gradebook import versions
from course.grading.gradebook.classroom import Classroom


def test_does_a_change_of_the_settings_grade_again(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c.Execute.timeout = 20")
    first = Classroom(tmp_path).tools
    assert first == Classroom(tmp_path).tools
    (tmp_path / "nbgrader_config.py").write_text("c.Execute.timeout = 30")
    assert first != Classroom(tmp_path).tools


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("check.py", True),
        ("doctor/mistakes/week5-a.json", True),
        ("doctor/fingerprints.py", True),
        ("grading/pages/templates/feedback.html.j2", True),
        ("grading/pages/templates/page.css", True),
        ("authoring/notebooks/build.py", False),
        ("sample/students.py", False),
        ("commands/grade.py", False),
        ("__pycache__/check.cpython-311.pyc", False),
    ],
)
def test_does_a_change_of_a_check_or_a_template_grade_again(tmp_path, monkeypatch, name, counts):
    changed = tmp_path / "course" / name
    changed.parent.mkdir(parents=True)
    changed.write_text("before")
    monkeypatch.setattr(versions, "PACKAGE", tmp_path / "course")
    monkeypatch.setattr(versions, "MISTAKES", tmp_path / "course" / "doctor" / "mistakes")
    first, without = versions.version_of_code.__wrapped__(), versions.version_of_code.__wrapped__(fingerprints=False)
    changed.write_text("after")
    assert (versions.version_of_code.__wrapped__() != first) == counts
    counts = counts and changed.suffix != ".json"
    assert (versions.version_of_code.__wrapped__(fingerprints=False) != without) == counts


def test_do_a_weeks_known_mistakes_grade_that_week_again(monkeypatch, tmp_path):
    home = make_course(tmp_path / "course")
    monkeypatch.setattr(versions, "MISTAKES", tmp_path)

    def now(week):
        classroom = Classroom(home)
        with classroom.gradebook() as gradebook:
            monkeypatch.setattr(classroom, "assignment_hash", lambda *_: "the same")
            return classroom.inputs(gradebook, "ada", week)

    first = now("week9"), now("week8")
    (tmp_path / "week9-small.json").write_text("{}")
    assert now("week9") != first[0] and now("week8") == first[1]
