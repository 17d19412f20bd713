"""Does Ctrl-C wait for what is being written, and for nothing else?"""

import signal

import pytest

from course.grading.gradebook import locking
from course.grading.gradebook.locking import unbroken


@pytest.mark.parametrize("times", [1, 2])
def test_does_ctrl_c_wait_for_what_is_being_written_unless_it_comes_twice(times):
    """nbgrader and SQLAlchemy would catch the exception, or make another one of it."""
    written, before = [], signal.getsignal(signal.SIGINT)

    def write():
        try:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
            written.append("whole")
        except KeyboardInterrupt:
            written.append("half")
            raise

    with pytest.raises(KeyboardInterrupt):
        locking.patiently(write, lambda _: None)
    assert written == ["whole" if times == 1 else "half"]
    assert signal.getsignal(signal.SIGINT) is before


def test_does_holding_ctrl_c_back_leave_other_meanings_of_it_alone():
    """A process in the background ignores it; another program's handler is its own; the outermost step decides."""
    heard = []
    for handler in (signal.SIG_IGN, lambda *_: heard.append("own")):
        before = signal.signal(signal.SIGINT, handler)
        try:
            with unbroken():
                signal.raise_signal(signal.SIGINT)
            assert signal.getsignal(signal.SIGINT) is handler
        finally:
            signal.signal(signal.SIGINT, before)
    assert heard == ["own"]
    with pytest.raises(KeyboardInterrupt), unbroken():
        with unbroken():
            signal.raise_signal(signal.SIGINT)
        heard.append("whole")
    with pytest.raises(KeyboardInterrupt) as stopped, unbroken():
        signal.raise_signal(signal.SIGINT)
        raise ValueError("what the step met")
    assert heard == ["own", "whole"] and isinstance(stopped.value.__context__, ValueError)
