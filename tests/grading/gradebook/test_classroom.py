"""Does the classroom find its folders and settings by the course's own, and remember what it was told?"""

import pytest
from authoring_course import make_course

from course.coursedir.errors import GradingStopped
from course.coursedir.sample_dates import DUE
from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.outcome import GRADED, Outcome

OUTCOME = Outcome("ada", "week9", GRADED, inputs="1")


@pytest.fixture
def classroom(tmp_path):
    return Classroom(make_course(tmp_path))


def hand_in(classroom, *students, week="week9"):
    for student in students:
        classroom.path("submitted", student, week).mkdir(parents=True)


@pytest.mark.parametrize("step", ["submitted", "autograded", "feedback"])
def test_which_folder_is_a_step_in(classroom, step):
    config = classroom.config.CourseDirectory
    setattr(config, f"{step}_directory", f"elsewhere/{step}")
    assert classroom.folder(step) == classroom.root / "elsewhere" / step
    assert classroom.path(step, "ada", "week9") == classroom.root / "elsewhere" / step / "ada" / "week9"


def test_is_a_folder_outside_the_course_taken_as_it_is(classroom, tmp_path):
    classroom.config.CourseDirectory.feedback_directory = str(tmp_path / "away")
    assert classroom.folder("feedback") == tmp_path / "away"


def test_are_the_settings_kept_unless_the_command_says_otherwise(classroom):
    classroom.set_execution(unsafe=False, device=None)
    assert (classroom.unsafe, classroom.device) == (False, "cpu")
    classroom.set_execution(unsafe=True, device="auto")
    classroom.set_execution(unsafe=False, device=None)
    assert (classroom.unsafe, classroom.device) == (True, "auto")
    assert (classroom.config.Execute.unsafe, classroom.config.Execute.device) == (True, "auto")


def test_who_has_handed_in(classroom):
    hand_in(classroom, "bob", "ada", ".trash")
    hand_in(classroom, "cyn", week="week8")
    (classroom.folder("submitted") / "DESERVED.csv").write_text("")
    assert classroom.hand_ins("week9") == ["ada", "bob"]
    assert classroom.weeks_handed_in() == ["week8", "week9"]
    assert Classroom(classroom.root, ["bob"]).hand_ins("week9") == ["bob"]
    with pytest.raises(GradingStopped, match="nothing of week9 from cyn. There is ada, bob"):
        Classroom(classroom.root, ["cyn"]).hand_ins("week9")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"graded"', '{"state": "graded"}', '{"student": 1, "x": 2}'])
def test_is_a_note_that_says_nothing_as_good_as_none(classroom, text):
    assert classroom.outcome("ada", "week9") is None
    classroom.remember(OUTCOME)
    assert classroom.outcome("ada", "week9") == OUTCOME and classroom.outcomes() == [OUTCOME]
    classroom.note("ada", "week9").write_text(text)
    assert classroom.outcome("ada", "week9") is None and classroom.outcomes() == []


def test_is_what_was_forgotten_gone(classroom):
    classroom.remember(OUTCOME)
    classroom.forget("ada", "week9")
    classroom.forget("bob", "week9")
    assert classroom.outcomes() == [] and classroom.history("week9").is_file(), "the history stays"


@pytest.mark.parametrize(
    ("students", "before", "after"),
    [
        (["sample-late", "sample-perfect"], None, DUE.replace(tzinfo=None)),
        (["sample-late", "ada"], DUE.replace(tzinfo=None), None),
        (["sample-late", "ada"], None, None),
    ],
)
def test_has_the_sample_class_alone_its_due_date(classroom, students, before, after):
    assert not classroom.has_assignment("week9")
    with classroom.gradebook() as gradebook:
        gradebook.update_or_create_assignment("week9", duedate=before)
    assert classroom.has_assignment("week9")
    hand_in(classroom, *students)
    classroom.set_sample_due_date("week9")
    with classroom.gradebook() as gradebook:
        assert gradebook.find_assignment("week9").duedate == after
