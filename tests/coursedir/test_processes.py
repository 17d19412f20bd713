"""Does a signal stop a command once and in order, and does no worker outlive the process that started it?"""

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from home import ROOT

from course.coursedir.processes import STOPPING, start_tracker, stopped_by_signals, unbroken

LIMIT_S = 2.0
"""Seconds for which anything may outlive the main process."""


@pytest.fixture
def place(tmp_path):
    """A folder in which torch takes a minute to import, and says when that begins."""
    (tmp_path / "torch.py").write_text(
        "import pathlib, time\npathlib.Path('importing').write_text('')\ntime.sleep(60)\n"
    )
    return tmp_path


def begin(place, code, **more):
    """A Python process with a mark in its environment, by which whatever it starts is known; and the mark."""
    mark = uuid.uuid4().hex
    env = {**os.environ, "PYTHONPATH": f"{place}{os.pathsep}{ROOT}", "A_TESTS_MARK": mark}
    script = place / "script.py"
    script.write_text(code)
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, script.name], cwd=place, env=env, **quiet, **more), mark


def marked(mark):
    """The processes with a mark in their environment, zombies left out, with their command lines."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark.encode() in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
    return found


def until(done, process, seconds=60):
    deadline = time.monotonic() + seconds
    while not done():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.01)


def gone(mark, within=LIMIT_S):
    """Nothing with the mark is left after so many seconds."""
    deadline = time.monotonic() + within
    while (left := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, left


WORKERS = {
    "loky's": """
import os
from loky import get_reusable_executor
from course.coursedir.processes import begin_worker
get_reusable_executor(2, initializer=begin_worker, initargs=(os.getpid(),)).submit(print).result()
""",
    "started as Python does": """
from course.coursedir.processes import worker_pool
with worker_pool(2) as pool:
    pool.submit(print).result()
""",
    "a fork server's": """
from course.coursedir.processes import worker_pool
if __name__ == "__main__":
    with worker_pool(2, ["json"]) as pool:
        pool.submit(print).result()
""",
    "the fork server itself": """
from course.coursedir.processes import worker_pool
if __name__ == "__main__":
    with worker_pool(2, ["torch"]) as pool:
        pool.submit(print).result()
""",
    "a command": """
import os, subprocess, sys
subprocess.run([sys.executable, "-m", "course.coursedir.processes", str(os.getpid()), "torch"])
""",
}


@pytest.mark.parametrize("whose", WORKERS)
def test_does_no_worker_outlive_its_parent_though_it_imports_something_long(whose, place):
    running, mark = begin(place, WORKERS[whose])
    until((place / "importing").exists, running)
    assert len(marked(mark)) > 1
    running.kill()
    running.wait()
    gone(mark)


@pytest.mark.parametrize("whose", WORKERS)
def test_does_no_worker_outlive_a_parent_that_is_killed_as_it_starts(whose, place):
    """Before it could ask for the parent-death signal: as soon as there is a process."""
    running, mark = begin(place, WORKERS[whose])
    until(lambda: len(marked(mark)) > 1, running)
    running.kill()
    running.wait()
    gone(mark)


@pytest.mark.parametrize("preload", [None, ["json"]], ids=["started", "forked"])
def test_are_workers_killed_where_an_error_ends_their_pool(preload, place):
    (place / "torch.py").write_text("def set_num_threads(number): pass\n")
    running, mark = begin(
        place,
        f"""
import time
from course.coursedir.processes import worker_pool
if __name__ == "__main__":
    try:
        with worker_pool(2, {preload}) as pool:
            pool.submit(time.sleep, 0).result()
            pool.submit(time.sleep, 60)
            time.sleep(0.2)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        print("ended")
""",
    )
    began = time.monotonic()
    assert running.communicate(timeout=60) == ("ended\n", "") and time.monotonic() - began < 20
    gone(mark)


def test_do_workers_leave_signals_to_the_main_process_and_their_programs_not(place):
    (place / "torch.py").write_text("def set_num_threads(number): pass\n")
    running, _ = begin(
        place,
        """
import os, signal, subprocess, sys
from course.coursedir.processes import STOPPING, begin_worker
if os.fork() == 0:
    begin_worker(os.getppid())
    for number in STOPPING:
        signal.raise_signal(number)
    kinds = "import signal; print(*(signal.getsignal(n) is not signal.SIG_IGN for n in (1, 2, 15)))"
    subprocess.run([sys.executable, "-c", kinds])
    os._exit(7)
print(os.waitstatus_to_exitcode(os.wait()[1]))
""",
    )
    assert running.communicate(timeout=60) == ("True True True\n7\n", "")


def test_is_what_looks_after_semaphores_out_of_reach_of_a_terminal_that_closes():
    """As loky's own tracker, which leaves SIGINT and SIGTERM to others, and would end by SIGHUP with a warning."""
    from loky.backend import resource_tracker

    start_tracker(resource_tracker.ensure_running)
    pid = resource_tracker._resource_tracker._pid
    os.kill(pid, signal.SIGHUP)
    time.sleep(0.5)
    assert Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    assert signal.SIGHUP not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


# --- What stops a command -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", STOPPING, ids=str)
def test_does_each_signal_raise_what_ctrl_c_raises(number):
    before = signal.getsignal(number)
    with stopped_by_signals() as came:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        signal.raise_signal(number)  # at once: the same request, which does not break off the cleaning up
    assert came == [number, number] and signal.getsignal(number) is before


def test_does_a_command_without_a_terminal_go_on(monkeypatch):
    """``nohup`` has SIGHUP ignored; somebody's own handler is not taken away."""
    heard = []
    kept = signal.signal(signal.SIGHUP, signal.SIG_IGN), signal.signal(signal.SIGTERM, lambda *_: heard.append("own"))
    try:
        with stopped_by_signals() as came, unbroken():
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGTERM)
        assert came == [] and heard == ["own"]
    finally:
        signal.signal(signal.SIGHUP, kept[0])
        signal.signal(signal.SIGTERM, kept[1])


@pytest.mark.parametrize("number", STOPPING, ids=str)
def test_does_each_signal_wait_for_what_is_being_written(number):
    written = []
    with stopped_by_signals() as came, pytest.raises(KeyboardInterrupt), unbroken():
        signal.raise_signal(number)
        if number != signal.SIGINT:
            signal.raise_signal(number)  # a closed terminal sends it twice
        written.append("whole")
    assert written == ["whole"] and came == [number]
