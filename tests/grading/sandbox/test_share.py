"""One share of time for all that a submission does, and no doubt that is not noted."""

import time

import pytest

from course.grading.sandbox.share import FIRST_SHARE, Doubtful, Share


def test_is_what_is_used_gone_for_what_comes_after():
    share = Share(0.3)
    assert 0.2 < share.left <= 0.3 and share.deadline(9) - time.monotonic() <= 0.3 and not share.used_up
    time.sleep(0.31)
    assert share.left == 0 and share.used_up and share.doubts == {"time"} and not share.starved


def test_is_a_hurried_share_a_part_and_its_end_a_doubt():
    share = Share(1.0, hurried=True)
    assert share.left <= FIRST_SHARE
    time.sleep(FIRST_SHARE + 0.01)
    with pytest.raises(Doubtful):
        _ = share.used_up


@pytest.mark.parametrize("note", [Share.ran_out, lambda share: share.lost("it ended itself")])
def test_does_a_doubt_end_a_hurried_try_alone(note):
    note(calm := Share(5))
    assert calm.doubts
    with pytest.raises(Doubtful):
        note(Share(5, hurried=True))


def test_is_time_without_a_processor_not_counted_up_to_twice_as_much_again():
    waits = iter([2.0, 2.05, 2.05])  # what was there before is not its own
    share = Share(0.1, waited=waits.__next__)
    time.sleep(0.11)
    assert 0.0 < share.left <= 0.05 and not share.starved
    time.sleep(0.06)
    assert share.used_up
    long = Share(0.1, waited=iter([0.0, 99.0, 99.0]).__next__)
    time.sleep(0.11)
    assert 0.1 < long.left <= 0.2 and long.starved, "it waited all the time, and gets no more than thrice its time"
    time.sleep(0.2)
    assert long.used_up


def test_has_who_has_no_limit_all_the_time():
    assert Share().left > 1e9 and not Share().used_up


def test_is_time_that_a_hurried_try_worked_through_its_own_doing():
    """Nobody kept it from a processor: it is not tried again, however many wait."""
    loops = Share(5, hurried=True, worked=time.monotonic)
    sleeps = Share(5, hurried=True, worked=lambda: 7.0)
    time.sleep(0.05)
    loops.ran_out()
    assert not loops.doubts
    with pytest.raises(Doubtful):
        sleeps.ran_out()
