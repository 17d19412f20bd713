"""nbgrader's own commands refuse to work beside another command before they have changed anything; alone they work."""

import pytest
from authoring_course import make_course, run
from nbgrader.apps import AutogradeApp, GenerateAssignmentApp, GenerateFeedbackApp
from small_class import hand_in, right

from course.coursedir import lock
from course.coursedir.lock import alone
from course.grading.gradebook.classroom import Classroom

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A released course, with a submission, and its notebook where autograded ones lie."""
    root = make_course(tmp_path_factory.mktemp("course"))
    assert run(root, "release", "week9") == 0
    hand_in(root, "ada", right)
    autograded = Classroom(root).path("autograded", "ada", "week9")
    autograded.mkdir(parents=True)
    (autograded / "small.ipynb").write_bytes((root / "release" / "week9" / "small.ipynb").read_bytes())
    with Classroom(root).gradebook() as gradebook:
        gradebook.update_or_create_student("ada")
        gradebook.update_or_create_submission("week9", "ada")
    return root


def contents(root):
    """Every file with its content and its time of change, but for the lock and its note."""
    files = (path for path in root.rglob("*") if path.is_file() and path.name not in (lock.LOCK.name, lock.NOTE.name))
    return {path.relative_to(root).as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def begun(root, command, monkeypatch):
    """The exit status of nbgrader's command, as its command line begins it."""
    monkeypatch.chdir(root)
    app = command()
    app.initialize(["week9", "--force"])
    try:
        app.start()
    except SystemExit as ended:
        return ended.code
    return 0


@pytest.mark.filterwarnings("ignore")  # nbgrader's own, of SQLAlchemy and nbformat
@pytest.mark.parametrize("command", [AutogradeApp, GenerateAssignmentApp, GenerateFeedbackApp])
def test_does_it_refuse_beside_another_command_and_change_nothing(course, command, monkeypatch, capfd, caplog):
    before = contents(course)
    with alone(course, "course grade week9"), monkeypatch.context() as patch:
        patch.setattr(lock, "_held", {})  # as another process sees it
        assert begun(course, command, monkeypatch) == 1
    said = capfd.readouterr().err + caplog.text
    assert "`course grade week9` (process" in said and "is at work in this folder" in said, said
    assert contents(course) == before


@pytest.mark.filterwarnings("ignore")
def test_does_it_work_alone_and_keep_others_out_meanwhile(course, monkeypatch):
    from nbgrader.converters import GenerateAssignment

    seen = []

    def convert(self):
        seen.append(str(lock.holder_of(course)))

    monkeypatch.setattr(GenerateAssignment, "convert_notebooks", convert)
    assert begun(course, GenerateAssignmentApp, monkeypatch) == 0
    assert len(seen) == 1 and "`nbgrader generate_assignment week9`" in seen[0]
    assert lock.holder_of(course) is None
