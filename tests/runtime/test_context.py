"""Does a check's context hold in its own thread only, and only as long as it is entered?"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from course import check
from course.cache import figures
from course.doctor import known
from course.runtime import student_id
from course.runtime.context import CheckContext, current, entered
from course.runtime.shell import graded
from course.runtime.verdict import CheckFailed, heard


def test_does_the_environment_count_only_where_the_context_says_nothing(monkeypatch):
    for said, expected in (("autograde", True), ("", False)):
        monkeypatch.setenv("NBGRADER_EXECUTION", said)
        assert graded() is expected
        for here in (True, False):
            with entered(current()._replace(graded=here)):
                assert graded() is here
    monkeypatch.setenv(student_id.VARIABLE, "U7654321X")
    assert student_id.on_record("u7654321x") == "u7654321x"
    with entered(current()._replace(student="U1234567X", graded=True)), pytest.raises(CheckFailed, match="another ID"):
        student_id.on_record("U7654321X")
    with entered(current()._replace(student="")):
        assert student_id.on_record("U1111111X") == "U1111111X"


def test_is_a_context_left_as_it_was_entered_also_after_an_error():
    assert current() == CheckContext()
    with heard() as outer:
        with pytest.raises(ZeroDivisionError), heard(), known.recording():
            1 / 0  # noqa: B018
        assert current().heard is outer and current().notes is None
    assert current() == CheckContext()


def test_do_threads_that_check_at_once_hear_only_their_own(capsys):
    """They meet in the middle of their contexts, and check one after another in turns."""
    meet = threading.Barrier(3, timeout=60)

    def graded_one(number):
        with entered(current()._replace(graded=True)), heard() as verdicts, known.recording() as notes:
            for _ in range(5):
                meet.wait()
                with pytest.raises(CheckFailed):
                    check.value(number, -1)
        return [verdict.where for verdict in verdicts], len(notes)

    def students_one():
        for _ in range(5):
            meet.wait()
            check.value("nobody hears", "it")  # neither raised nor noted
        return current()

    with ThreadPoolExecutor(3) as pool:
        first, second, student = pool.submit(graded_one, 1), pool.submit(graded_one, 2), pool.submit(students_one)
        assert first.result() == (["yours 1, expected -1"] * 5, 5)
        assert second.result() == (["yours 2, expected -1"] * 5, 5)
        assert student.result() == CheckContext()
    assert capsys.readouterr().out.count("not yet") == 5


def test_are_figures_kept_only_in_the_thread_that_asked_for_it():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(figures.keeping, print).result()
        assert pool.submit(lambda: current().keep).result() is print
        assert current().keep is None
