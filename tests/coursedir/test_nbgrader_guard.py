"""nbgrader's own commands refuse to work beside another command before they have changed anything; alone they work."""

import shutil

import pytest
from authoring_course import make_course, run
from jupyter_core.application import NoStart
from nbgrader.api import Gradebook
from nbgrader.apps import (
    AutogradeApp,
    CollectApp,
    GenerateAssignmentApp,
    GenerateFeedbackApp,
    NbGraderApp,
    ReleaseFeedbackApp,
)
from nbgrader.exchange.default import ExchangeCollect
from small_class import hand_in, right

from course.coursedir import lock
from course.coursedir.gradebook_file import GradebookFile
from course.coursedir.lock import alone
from course.grading.gradebook.classroom import Classroom

pytestmark = pytest.mark.long
EXCHANGE = (CollectApp, ReleaseFeedbackApp)


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
    app.initialize(["week9"] if issubclass(command, EXCHANGE) else ["week9", "--force"])
    try:
        app.start()
    except SystemExit as ended:
        return ended.code
    return 0


@pytest.mark.filterwarnings("ignore")  # nbgrader's own, of SQLAlchemy and nbformat
@pytest.mark.parametrize("command", [AutogradeApp, GenerateAssignmentApp, GenerateFeedbackApp, *EXCHANGE])
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


def test_does_nbgraders_collect_hold_the_lock_while_it_copies(course, tmp_path, monkeypatch):
    inbound = tmp_path / "exchange" / "neural-network-foundations" / "inbound"
    shutil.copytree(course / "submitted" / "ada" / "week9", inbound / "eve+week9+2026-03-01 18:00:00.000000 UTC+1")
    monkeypatch.setattr(ExchangeCollect, "check_owner", False)
    seen, copy = [], ExchangeCollect.do_copy

    def noting(self, *words):
        seen.append(str(lock.holder_of(course)))
        copy(self, *words)

    monkeypatch.setattr(ExchangeCollect, "do_copy", noting)
    monkeypatch.chdir(course)
    app = CollectApp()
    app.initialize(["week9", f"--Exchange.root={tmp_path / 'exchange'}"])
    app.start()
    assert len(seen) == 1 and "`nbgrader collect week9`" in seen[0] and lock.holder_of(course) is None
    assert (course / "submitted" / "eve" / "week9" / "small.ipynb").is_file()


DATABASE = {
    "student add": "nbgrader db student add eve",
    "student remove": "nbgrader db student remove ada --force",
    "student import": "nbgrader db student import students.csv",
    "assignment add": "nbgrader db assignment add week10",
    "assignment remove": "nbgrader db assignment remove week9 --force",
    "upgrade": "nbgrader db upgrade",
}


def database(command, monkeypatch, root):
    """The exit status of ``nbgrader db``, from its whole command line, in this process."""
    monkeypatch.chdir(root)
    app = NbGraderApp()
    try:
        app.initialize(command.split()[1:])
        app.start()
    except NoStart:  # the command within has done it all
        return 0
    except SystemExit as ended:
        return ended.code
    finally:
        NbGraderApp.clear_instance()
    return 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("command", DATABASE.values(), ids=DATABASE)
def test_does_a_command_on_the_database_refuse_beside_another_and_change_nothing(course, command, monkeypatch, capfd):
    (course / "students.csv").write_text("id,first_name\nfay,Fay\n")
    before = contents(course)
    with alone(course, "course grade week9"), monkeypatch.context() as patch:
        patch.setattr(lock, "_held", {})
        assert database(command, monkeypatch, course) == 1
    said = capfd.readouterr().err
    assert "`course grade week9` (process" in said and "is at work in this folder" in said, said
    assert contents(course) == before
    (course / "students.csv").unlink()


@pytest.mark.filterwarnings("ignore")
def test_does_a_command_on_the_database_hold_the_lock_and_number_the_gradebook(course, monkeypatch, capfd):
    seen, add = [], Gradebook.update_or_create_student

    def adding(self, name, **more):
        seen.append(str(lock.holder_of(course)))
        return add(self, name, **more)

    monkeypatch.setattr(Gradebook, "update_or_create_student", adding)
    classroom = Classroom(course)
    number = GradebookFile(course, classroom.config)._readable().version
    assert database("nbgrader db student add eve", monkeypatch, course) == 0
    assert len(seen) == 1 and "`nbgrader db student add` (process" in seen[0] and lock.holder_of(course) is None
    assert GradebookFile(course, classroom.config)._readable().version == number + 1
    with alone(course, "course grade week9"), monkeypatch.context() as patch:
        patch.setattr(lock, "_held", {})
        assert database("nbgrader db student list", monkeypatch, course) == 0, "who reads is kept from nothing"
    assert "eve" in capfd.readouterr().out


@pytest.mark.filterwarnings("ignore")
def test_does_a_command_on_the_database_make_no_lost_gradebook_anew(course, monkeypatch, capfd):
    book, away = course / "gradebook.db", course / "away.db"
    book.rename(away)
    try:
        assert database("nbgrader db student add gus", monkeypatch, course) == 1
        assert not book.exists() and "is missing" in capfd.readouterr().err
    finally:
        away.rename(book)
