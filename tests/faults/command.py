"""One run of a command of the course, started, waited for, and looked at."""

from __future__ import annotations

import atexit
import importlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2]
LONGEST_S = 240.0
"""After so long a command is said to hang, and killed."""
NO_SENTENCE = re.compile(
    r"Traceback \(most recent|^  File \"|Exception ignored|^\[.*\b(ERROR|CRITICAL|WARNING)\b|Warning:|"
    r"^\w*Error\b|resource_tracker|leaked",
    re.MULTILINE,
)
"""What must not stand in a message for people."""


@dataclass
class Ran:
    """What came of a command: its exit status (minus the signal's number where one ended it), and what it said."""

    words: tuple[str, ...]
    status: int
    out: str
    err: str
    seconds: float

    @property
    def last(self) -> str:
        """The last line of what it said to stderr."""
        lines = self.err.strip().splitlines()
        return lines[-1].strip() if lines else ""

    def faults(self) -> list[str]:
        """What is wrong with how it ended, whatever its status."""
        said = []
        for name, text in (("stderr", self.err), ("stdout", self.out)):
            if found := NO_SENTENCE.search(text):
                start = text.rfind("\n", 0, found.start()) + 1
                said.append(f"{self.name} showed on {name}: {' '.join(text[start : start + 300].split())}")
        if self.status > 0 and self.status != 3 and not re.search(r"\w.*[.:?!)]$", self.last):
            said.append(f"{self.name} ended with {self.status} and no sentence: {self.last[:200]!r}")
        return said

    @property
    def name(self) -> str:
        """The command, for people."""
        return f"`{' '.join(self.words)}`"


def import_everything() -> None:
    """Import what the course's commands import: a command that is forked from here begins with its work at once."""
    import nbgrader.api
    import nbgrader.apps.api
    import nbgrader.converters  # noqa: F401
    import torch  # noqa: F401

    import course.grading.nbgrader  # noqa: F401

    for name in (
        "cli", "authoring.notebooks.release", "grading.pages.generate", "grading.report.grades_csv",
        "grading.run.parallel", "grading.run.pipeline", "sample.hand_ins",
    ):  # fmt: skip
        importlib.import_module(f"course.{name}")


class Running:
    """A command under way. ``pid`` is its process's, which leads a process group of its own."""

    def __init__(self, words: Sequence[str], pid: int, folder: Path, began: float) -> None:
        self.words, self.pid, self._folder, self._began = tuple(words), pid, folder, began
        self._status: int | None = None

    def poll(self) -> bool:
        """Whether it has ended."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def wait(self, seconds: float = LONGEST_S) -> Ran:
        """Wait until it has ended; one that hangs is killed, which shows in its status and its words."""
        deadline, hangs = time.monotonic() + seconds, False
        while not self.poll():
            if time.monotonic() > deadline and not hangs:
                hangs = True
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.02)
        assert self._status is not None
        out, err = (Path(self._folder, name).read_text(errors="replace") for name in ("out", "err"))
        if hangs:
            err += f"\nWarning: it had not ended after {seconds:.0f} s, and was killed."
        return Ran(self.words, self._status, out, err, time.monotonic() - self._began)

    def send(self, number: int) -> None:
        """Send it a signal."""
        if not self.poll():
            os.kill(self.pid, number)

    def until(self, ready: Callable[[], Any], seconds: float = 120.0) -> Any:
        """Wait for something to come about while it runs; what came about, None where it ended before."""
        deadline = time.monotonic() + seconds
        while not (found := ready()):
            if self.poll() or time.monotonic() > deadline:
                return None
            time.sleep(0.01)
        return found


def start(
    words: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    folder: Path,
    *,
    first: Callable[[], object] = lambda: None,
    warm: bool = True,
    run: Callable[[], int] | None = None,
) -> Running:
    """Start ``words`` in ``cwd``; what it says goes into files in ``folder``. ``first`` is done in it before.

    A ``warm`` one is forked from this process, which has imported everything. Others begin as a shell would begin
    them, and so do commands of others than the course. ``run`` is called in the place of the command itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        try:
            _become(words, cwd, environment, folder, first, warm, run)
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(70)
    return Running(words, pid, folder, began)


def _become(
    words: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    folder: Path,
    first: Callable[[], object],
    warm: bool,
    run: Callable[[], int] | None,
) -> None:
    """In the new process: be the command. Never returns."""
    os.setpgid(0, 0)
    _speak_into(folder)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(3, 1024)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    os.chdir(cwd)
    if not warm or words[0] != "course":
        command = [sys.executable, "-m", "course.cli", *words[1:]] if words[0] == "course" else list(words)
        first()
        os.execvpe(command[0], command, dict(environment))
    os.environ.clear()
    os.environ.update(environment)
    import tempfile

    tempfile.tempdir = None
    sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False, buffering=1) for number in (1, 2))
    from course import cli

    main = types.ModuleType("__main__")
    main.__dict__.update(__spec__=cli.__spec__, __file__=cli.__file__, __package__="course")
    sys.modules["__main__"], sys.argv = main, [cli.__file__, *words[1:]]
    first()
    os._exit(_as_python_ends(run or (lambda: cli.main(words[1:]))))


def _speak_into(folder: Path) -> None:
    """What this process says goes into files in ``folder`` from now on."""
    for name, number in (("out", 1), ("err", 2)):
        file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o666)
        os.dup2(file, number)
        os.close(file)


def one_after_another(
    words: Sequence[str], turns: Sequence[tuple[Path, Callable[[], object]]], environment: Mapping[str, str], said: Path
) -> list[Ran]:
    """What came of the same command in each of several folders, in one process, whose room serves them all.

    Before each its function is called in that process. One that ends the process ends the others, too.
    """

    def run() -> int:
        from course import cli

        for number, (root, first) in enumerate(turns):
            sys.stdout.flush(), sys.stderr.flush()
            (said / str(number)).mkdir(parents=True)
            _speak_into(said / str(number))
            os.chdir(root)
            first()
            (said / str(number) / "status").write_text(str(cli.main(words[1:])))
        return 0

    running = start(words, turns[0][0], environment, said, run=run)
    whole = running.wait()
    found = []
    for number in range(len(turns)):
        folder = said / str(number)
        status = folder / "status"
        out, err = (
            (folder / name).read_text(errors="replace") if (folder / name).exists() else "" for name in ("out", "err")
        )
        ended = int(status.read_text()) if status.exists() else whole.status or 70
        found.append(Ran(tuple(words), ended, out, err, 0.0))
    return found


def _as_python_ends(run: Callable[[], int]) -> int:
    """The exit status of ``run`` after what Python does at its end: threads joined, exit functions called."""
    try:
        status = run()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for file in (sys.stdout, sys.stderr):
        file.flush()
    return status


def nbgrader(*words: str) -> list[str]:
    """A command of nbgrader's own."""
    return [str(Path(sys.executable).with_name("nbgrader")), *words]


def copy(origin: Path, target: Path) -> None:
    """A copy of a folder as it stands, with times and permissions."""
    subprocess.run(["cp", "-a", str(origin), str(target)], check=True)
