"""What the system says of a process that works, one that waits, and one that is kept waiting."""

import os
import subprocess
import sys
import time

import pytest

from course.grading.sandbox import machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux says it in /proc")
SPIN = "while True: pass"


@pytest.fixture
def spinning():
    """Two processes on one processor, and one that sleeps, below this one."""
    begun = [subprocess.Popen([sys.executable, "-c", code]) for code in (SPIN, SPIN, "import time; time.sleep(99)")]
    for each in begun[:2]:
        os.sched_setaffinity(each.pid, {min(os.sched_getaffinity(0))})
    yield begun
    for each in begun:
        each.kill()
        each.wait()


def test_is_seen_who_works_and_who_is_kept_waiting(spinning):
    one, other, sleeper = (each.pid for each in spinning)
    before, worked, since = machine.Observation(), machine.worked_in(os.getpid()), time.monotonic()
    time.sleep(2)
    waited = machine.waited(os.getpid(), one) + machine.waited(os.getpid(), other)
    took = time.monotonic() - since
    assert waited > 0.7 * took, "two on one processor: one of them always waits"
    assert machine.waited(os.getpid(), sleeper) < 0.5 * took and machine.waited(os.getpid(), 1 << 22) == 0.0
    assert machine.waited_in(os.getpid()) >= waited / 2
    own = machine.worked_in(os.getpid()) - worked
    assert 0.0 < own < 1.2 * took
    assert not before.was_busy(own=10 * took), "what they worked themselves is nobody else's"


def test_is_work_of_those_that_have_ended_not_lost():
    spin = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
    before = machine.worked_in(os.getpid())
    subprocess.run([sys.executable, "-c", spin], check=True)
    assert machine.worked_in(os.getpid()) - before >= 0.5


def test_is_a_process_killed_for_want_of_memory_noticed(monkeypatch, tmp_path):
    (tmp_path / "vmstat").write_text("nr_free_pages 1\noom_kill 3\n")
    monkeypatch.setattr(machine, "_PROC", tmp_path)
    before = machine.Observation()
    assert not before.memory_ran_out()
    (tmp_path / "vmstat").write_text("oom_kill 4\n")
    assert before.memory_ran_out()


def test_is_nothing_found_where_the_system_does_not_say(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "_PROC", tmp_path / "none")
    assert machine.waited(1, 1) == machine.worked_in(1) == machine.waited_in(1) == 0.0
    assert not machine.Observation().memory_ran_out() and not machine.Observation().was_busy(0.0)
