"""Does a Dask cluster grade as this machine does, also when a worker is killed in the middle?"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from authoring_course import make_course

STUDENTS = 6


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and two workers on loopback; the scheduler's address and the workers' processes."""
    pytest.importorskip("distributed")
    logs = open(tmp_path / "dask.log", "w+")  # noqa: SIM115 (closed below)
    environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    quiet = {"stdout": logs, "stderr": subprocess.STDOUT, "env": environment}
    dask = [sys.executable, "-m", "dask"]
    scheduler = subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"], **quiet)
    running = [scheduler]
    try:
        address = ""
        for _ in range(600):
            logs.flush()
            found = re.search(r"Scheduler at:\s+(tcp://\S+)", (tmp_path / "dask.log").read_text())
            if found:
                address = found[1]
                break
            time.sleep(0.1)
        assert address, (tmp_path / "dask.log").read_text()
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        workers = [subprocess.Popen([*dask, "worker", address, *options], cwd=tmp_path, **quiet) for _ in range(2)]
        running += workers
        yield address, workers
    finally:
        for process in running:
            process.kill()
            process.wait()
        logs.close()


def hand_in(folder: Path) -> list[str]:
    """The small course, released, and submissions of it: every second one wrong."""
    import nbformat

    subprocess.run([sys.executable, "-m", "course.cli", "release", "week9"], cwd=folder, check=True)
    nb = nbformat.read(folder / "release" / "week9" / "small.ipynb", as_version=4)
    names = [f"s{number}" for number in range(STUDENTS)]
    for number, name in enumerate(names):
        for cell in nb.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
                cell.source = f"def double(X):\n    return {2 if number % 2 else 3} * X"
        place = folder / "submitted" / name / "week9"
        place.mkdir(parents=True)
        nbformat.write(nb, place / "small.ipynb")
    return names


@pytest.mark.long
def test_does_a_cluster_give_the_same_grades_though_a_worker_is_killed(tmp_path, cluster):
    address, workers = cluster
    folder = make_course(tmp_path / "course")
    names = hand_in(folder)
    command = [sys.executable, "-m", "course.cli", "grade", "week9"]
    there = subprocess.Popen(
        [*command, "--cluster", address], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    state = folder / "autograded" / ".state" / "week9"
    for _ in range(3000):
        if list(state.glob("s*.json")) or there.poll() is not None:
            break
        time.sleep(0.1)
    workers[0].send_signal(signal.SIGKILL)
    said, _ = there.communicate(timeout=600)
    assert there.returncode == 0, said
    assert f"graded {len(names)} submissions, 0 could not be graded" in said
    by_cluster = (folder / "grades.csv").read_text()
    here = subprocess.run([*command, "--force"], cwd=folder, capture_output=True, text=True, timeout=600)
    assert here.returncode == 0, here.stderr
    assert (folder / "grades.csv").read_text() == by_cluster
    assert by_cluster.count(",graded,") == len(names)


def test_is_a_scheduler_that_is_not_there_said_so(tmp_path):
    pytest.importorskip("distributed")
    from course.grading.ahead import Ahead
    from course.grading.errors import GradingStopped

    def nothing(week: str, student: str) -> None:
        raise AssertionError

    with pytest.raises(GradingStopped, match="no Dask scheduler answers"):
        list(Ahead(nothing, 2, "tcp://127.0.0.1:9").graded([("week9", "s0")]))
