"""Does a Dask cluster grade as this machine does, also when a worker is killed in the middle?"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from authoring_course import make_course
from small_class import CLASS, hand_in, right

from course.authoring.notebooks.release import release_week
from course.coursedir.errors import GradingStopped
from course.grading.gradebook.classroom import Classroom
from course.grading.run import cluster as cluster_module
from course.grading.run.parallel import GradingPool
from course.grading.run.task import Graded, Task
from course.grading.sandbox.walls import bubblewrap

GRADE = [sys.executable, "-m", "course.cli", "grade", "week9"]
DASK = [str(Path(sys.executable).with_name("dask"))]
ONE = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]


class Cluster:
    """A scheduler on loopback, and the workers that are started; their logs lie in its folder."""

    def __init__(self, folder):
        self.folder, self.running = folder, []
        known = folder / "scheduler.json"
        where = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(known)]
        self.scheduler = self.start("scheduler", *where)
        until(lambda: known.exists() and known.read_text().endswith("}"), 120)
        self.address = json.loads(known.read_text())["address"]

    def start(self, *words, env=None):
        with open(self.folder / f"{len(self.running)}.log", "w") as log:
            started = subprocess.Popen([*DASK, *words], cwd=self.folder, stdout=log, stderr=subprocess.STDOUT, env=env)
        self.running.append(started)
        return started

    def worker(self, **how):
        started = self.start("worker", self.address, *ONE, **how)
        log = self.folder / f"{len(self.running) - 1}.log"
        until(lambda: "Registered to" in log.read_text(), 120)
        return started

    def close(self):
        for process in self.running:
            process.kill()
            process.wait()


def until(done, seconds):
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


@pytest.fixture
def cluster(tmp_path):
    """A cluster of no worker yet."""
    made = Cluster(tmp_path)
    yield made
    made.close()


def slow(nb, answers):
    right(nb, answers)
    answers["steps"] += "\nimport time\ntime.sleep(2)"


@pytest.mark.long
def test_does_a_cluster_give_the_same_grades_though_a_worker_is_killed(tmp_path, cluster):
    bubblewrap()
    root = make_course(tmp_path / "course")
    Classroom(root)
    release_week(root, "week9")
    students = {**CLASS, **{f"slow{number}": slow for number in range(4)}}
    for student, change in students.items():
        hand_in(root, student, change)
    here = subprocess.run([*GRADE, "--jobs", "1"], cwd=root, capture_output=True, text=True, timeout=900)
    assert here.returncode == 3, here.stderr
    expected = (root / "grades.csv").read_bytes()
    assert expected.count(b",graded,") == len(students) - 2, "two of the class hand in no notebook"

    workers = [cluster.worker(), cluster.worker()]
    noted = root / "autograded" / ".state" / "week9"
    for path in [*noted.glob("*.json"), root / "grades.csv"]:
        path.unlink()
    there = subprocess.Popen(
        [*GRADE, "--cluster", cluster.address], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    ran = [noted / f"{name}.json" for name in students if name not in ("dan", "fay")]
    until(lambda: any(path.exists() for path in ran) or there.poll() is not None, 600)
    left = [path for path in ran if not path.exists()]
    workers[0].send_signal(signal.SIGKILL)
    said, _ = there.communicate(timeout=900)
    assert there.returncode == 3, said
    assert len(left) > 3, "it was killed in the middle"
    assert (root / "grades.csv").read_bytes() == expected
    assert workers[1].poll() is None


JOBS = [("week9", "ada"), ("week9", "bob")]


def grade_on(cluster):
    """What two submissions that hold nothing come to, by name: which of them ends first is the cluster's to say."""
    with GradingPool(lambda week, student: Task(student, {}, {}, (), {}), 1, cluster.address) as pool:
        return sorted(pool.graded(JOBS), key=lambda ended: ended[0])


@pytest.mark.long
def test_is_a_cluster_that_cannot_grade_said_to_be_so(cluster, monkeypatch):
    with pytest.raises(GradingStopped, match="has no workers. Start some workers with `dask worker"):
        grade_on(cluster)
    (cluster.folder / "course.py").touch()  # another thing of that name, which this worker finds first
    worker = cluster.worker(env={**os.environ, "PYTHONPATH": str(cluster.folder)})
    with pytest.raises(GradingStopped, match="No module named.*Install the course there"):
        grade_on(cluster)
    worker.kill()
    worker = cluster.worker()
    assert grade_on(cluster) == [(job, Graded()) for job in JOBS]
    with monkeypatch.context() as patch:
        patch.setattr(cluster_module, "version_of_code", lambda: "an older one")
        with pytest.raises(GradingStopped, match="has another version of the course"):
            grade_on(cluster)
    monkeypatch.setattr(cluster_module, "WORKER_TIMEOUT_S", 1.0)
    with GradingPool(lambda week, student: Task(student, {}, {}, (), {}), 1, cluster.address) as pool:
        graded, submit = pool.graded(JOBS), pool._submit

        def killed(*asked):
            worker.send_signal(signal.SIGSTOP)  # it is there, and does nothing
            future = submit(*asked)
            worker.kill()
            return future

        monkeypatch.setattr(pool, "_submit", killed)
        with pytest.raises(GradingStopped, match="every worker has gone"):
            next(graded)
    cluster.worker()
    with GradingPool(lambda week, student: Task(student, {}, {}, (), {}), 1, cluster.address) as pool:
        submit = pool._submit
        monkeypatch.setattr(pool, "_submit", lambda *asked: (cluster.scheduler.kill(), submit(*asked))[1])
        with pytest.raises(GradingStopped, match="no longer answers"):
            list(pool.graded(JOBS))


def test_is_a_scheduler_that_is_not_there_said_so():
    with pytest.raises(GradingStopped, match="no Dask scheduler answers"):
        list(GradingPool(lambda *_: pytest.fail("prepared"), 2, "tcp://127.0.0.1:9").graded([("week9", "s0")]))
