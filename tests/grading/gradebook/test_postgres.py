"""Does a gradebook on a real PostgreSQL server give the same grades as SQLite's file?"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from authoring_course import make_course, run
from small_class import CLASS, hand_in

from course.grading.sandbox.walls import bubblewrap

COURSE = [sys.executable, "-m", "course.cli"]
MISSING = "There is no PostgreSQL server here, which this test needs. On Debian and Ubuntu: apt-get install postgresql"


def programs():
    """The folder with initdb and pg_ctl, which Debian keeps out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    beside = shutil.which("initdb")
    if not found and beside is None:
        pytest.fail(MISSING)
    return found[-1].parent if found else Path(beside).parent


@pytest.fixture
def server():
    """A server of its own on a socket in a temporary folder: its SQLAlchemy address."""
    bin_ = programs()
    folder = Path(tempfile.mkdtemp(prefix="course-pg-"))  # pytest's own folders are closed to other users
    who = {}
    if os.getuid() == 0:  # the server refuses root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run(*words):
        with open(folder / "said.log", "ab") as log:
            done = subprocess.run(
                words, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, timeout=120, check=False, **who
            )
        assert done.returncode == 0, (folder / "said.log").read_text()

    data = folder / "data"
    run(bin_ / "initdb", "-D", data, "-U", "course", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    run(bin_ / "pg_ctl", "-D", data, "-l", folder / "server.log", "-o", options, "-w", "start")
    try:
        yield f"postgresql+psycopg://course@/postgres?host={folder}&options=-clock_timeout%3D2000"
    finally:
        run(bin_ / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def graded(root, *words):
    done = subprocess.run([*COURSE, "grade", *words], cwd=root, capture_output=True, text=True, timeout=900)
    return done.returncode, done.stdout + done.stderr


@contextmanager
def held(address):
    """The table of grades, locked by another connection."""
    host = address.partition("host=")[2].partition("&")[0]
    with psycopg.connect(host=host, user="course", dbname="postgres") as book:
        book.execute("LOCK TABLE grade IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.mark.long
def test_does_postgresql_give_the_same_grades_as_sqlite(tmp_path, server):
    bubblewrap()
    by_file, by_server = make_course(tmp_path / "file"), make_course(tmp_path / "server")
    with open(by_server / "nbgrader_config.py", "a") as config:
        config.write(f"\nc.CourseDirectory.db_url = {server!r}\n")
    for root in (by_file, by_server):
        assert run(root, "release", "week9") == 0
        for student, change in CLASS.items():
            hand_in(root, student, change)
        (root / "submitted" / "ada" / "week9" / "timestamp.txt").write_text("2026-03-03 18:00:00 UTC")
        due = [Path(sys.executable).with_name("nbgrader"), "db", "assignment", "add", "week9"]
        done = subprocess.run(
            [*due, "--duedate", "2026-03-01 12:00 UTC"], cwd=root, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        status, said = graded(root, "--jobs", "2")
        assert status == 3, said
    expected = (by_file / "grades.csv").read_bytes()
    assert (by_server / "grades.csv").read_bytes() == expected
    assert b"\nada," in expected and not (by_server / "gradebook.db").exists()

    patient = (
        "import sys; from course.grading.gradebook import locking; locking.LOCK_TIMEOUT_S = 3.0; "
        "from course.cli import main; "
    )
    with held(server):
        done = subprocess.run(
            [sys.executable, "-c", patient + "sys.exit(main(['grade', '--force']))"],
            cwd=by_server, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    assert done.returncode == 1 and "which another program has locked" in done.stderr, done.stderr
    assert "lock timeout. Close what else has it open" in done.stderr
    status, said = graded(by_server)
    assert status == 3 and (by_server / "grades.csv").read_bytes() == expected, said
    status, said = graded(by_server)
    assert "7 of 7 had not changed" in said


def test_is_it_said_what_to_install_where_there_is_no_server(monkeypatch):
    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(pytest.fail.Exception, match="apt-get install postgresql"):
        programs()
