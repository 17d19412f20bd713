"""Cache of the hidden tests' known mistakes, as they are under the course's secret: learnt once for each week.

What a wrong answer gives to a hidden case depends on the secret that the case is drawn with. So the author's side runs
the wrong answers once under it (``course known WEEK … --for-grading``, in a process of its own, which learns one week
while another is graded), and leaves the tables in `.stamps/known/`. Without a week's text nothing is learnt; the
committed tables in `fingerprints/` then still know what hidden checks with cases written by hand give.

In a practice everybody has numbers of their own, so there they are learnt for each student's ID as well, visible checks
included: within two seconds each, beside the grading.
"""

from __future__ import annotations

import contextlib
import glob
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from os import getpid
from pathlib import Path
from typing import IO

from course.coursedir.layout import FINGERPRINTS, STAMPS, texts
from course.grading.gradebook.secret import Secret
from course.grading.gradebook.versions import version_of_code
from course.runtime.hashing import digest
from course.runtime.lacking import lack_by_limits, lack_in, lack_of
from course.runtime.student_id import EXERCISE, is_id

TIMEOUT_S = 900
"""How long a week's wrong answers may run."""
_failed: dict[tuple[Path, ...], str] = {}
"""Why tables could not be learnt: that is not tried again for each student."""


def place(root: Path, path: Path, secret: Secret, student: str = "") -> Path:
    """Where a text's table under a secret lies, or that for an ID; another text, secret or version, another file."""
    version = digest(path.read_bytes(), version_of_code(fingerprints=False), secret.identity)[:16]
    name = f"{path.parent.name}-{path.stem}-{version}"
    return root / STAMPS / "known" / (Path(name, f"{digest(student)[:16]}.json") if student else f"{name}.json")


def asks_for_an_id(path: Path) -> bool:
    """Whether everybody has numbers of their own in this text."""
    return f'solution="{EXERCISE}"' in path.read_text(encoding="utf-8", errors="replace")


class KnownTables:
    """The tables of the weeks that are being graded. ``close`` it: what still learns then ends.

    ``doing`` gets a line before they are learnt, ``tell`` where they cannot be.
    """

    def __init__(
        self, root: Path, secret: Secret, tell: Callable[[str], object], doing: Callable[[str], object]
    ) -> None:
        self.root, self.secret, self.tell, self.doing = root, secret, tell, doing
        self._learner: _Learner | None = None
        self._read: dict[str, tuple[str, ...]] = {}  # a week's tables, as texts
        self._told: set[str] = set()  # of which weeks it was said that students' own numbers could not be learnt with

    def expect(self, weeks: Iterable[str], students: Sequence[tuple[str, str]] = ()) -> None:
        """Begin to learn what is not known yet, of these weeks and then of (week, student), and return at once."""
        new = [week for week in weeks if not _all_there(wanted := self._wanted(week)) and wanted not in _failed]
        own = [each for each in students if not _all_there(wanted := self._own(*each)) and wanted not in _failed]
        if not new and not own:
            return
        if new:
            self.doing(f"Learning the known mistakes of {', '.join(new)} under this course's secret (once)")
        self.close()
        self._learner = _Learner(self.root, new, own)

    def of(self, week: str, student: str = "") -> tuple[str, ...]:
        """A week's tables as texts, and where there are any those with a student's own numbers; waits for them."""
        if week not in self._read:
            self._read[week] = self._of_all(week)
        return (*self._read[week], *self._of_one(week, student))

    def solutions(self, week: str) -> dict[str, dict[str, str]]:
        """The author's solutions of a week, by notebook and exercise, where its tables are there."""
        found = {}
        for path in texts(self.root, week):
            with contextlib.suppress(OSError, ValueError):
                data = json.loads(place(self.root, path, self.secret).read_text(encoding="utf-8"))
                found[path.stem] = dict(data.get("solutions", {}))
        return found

    def _of_all(self, week: str) -> tuple[str, ...]:
        wanted = self._wanted(week)
        if not wanted:
            return self._committed(week, f"There is no text of {week} here")
        if why := self._learnt(wanted, [week], []):
            return self._committed(week, f"The known mistakes of {week} could not be learnt ({why})")
        try:
            return tuple(table.read_text(encoding="utf-8") for table in wanted)
        except OSError as error:
            return self._committed(week, f"The known mistakes of {week} could not be read ({error})")

    def _of_one(self, week: str, student: str) -> tuple[str, ...]:
        wanted = () if self._wanted(week) in _failed else self._own(week, student)
        if not self._learnt(wanted, [], [(week, student)]):
            with contextlib.suppress(OSError):
                return tuple(table.read_text(encoding="utf-8") for table in wanted)
        if week not in self._told:
            self.tell(
                f"The known mistakes of {week} could not be learnt with the numbers of {student}: feedback names fewer "
                "causes. Grades do not depend on it."
            )
        self._told.add(week)
        return ()

    def _learnt(self, wanted: tuple[Path, ...], weeks: list[str], students: list[tuple[str, str]]) -> str:
        """Wait for these tables; "" where they are there, or why they cannot be learnt, which is then tried no more."""
        _delete_damaged(wanted)
        if not _all_there(wanted) and wanted not in _failed and not (self._learner and self._learner.learns(wanted)):
            self.expect(weeks, students)  # alone, where one for several came to nothing
            if self._learner is not None and not self._learner.learns(wanted):
                _failed[wanted] = self._learner.why()
        return "" if _all_there(wanted) else _failed.get(wanted, "") or "they are gone"

    def close(self) -> None:
        """End what still learns."""
        if self._learner is not None:
            self._learner.end()
            self._learner = None

    def _wanted(self, week: str) -> tuple[Path, ...]:
        return tuple(place(self.root, path, self.secret) for path in texts(self.root, week))

    def _own(self, week: str, student: str) -> tuple[Path, ...]:
        if not is_id(student):
            return ()
        asking = (path for path in texts(self.root, week) if asks_for_an_id(path))
        return tuple(place(self.root, path, self.secret, student.upper()) for path in asking)

    def _committed(self, week: str, why: str) -> tuple[str, ...]:
        self.tell(f"{why}: feedback on its hidden tests names fewer causes. Grades do not depend on it.")
        files = sorted((self.root / FINGERPRINTS).glob(f"{glob.escape(week)}-*.json"))
        return tuple(file.read_text(encoding="utf-8", errors="replace") for file in files)


class _Learner:
    """A process in which wrong answers run, one week after another: all of ``weeks``, and with students' numbers."""

    def __init__(self, root: Path, weeks: list[str], students: list[tuple[str, str]]) -> None:
        ours = [sys.executable, "-m", "course.coursedir.processes", str(getpid())]  # it ends with this process
        every = dict.fromkeys([*weeks, *(week for week, _ in students)])
        command = [*ours, "course.cli", "known", *every, "--for-grading", "--ids"]
        self._said: IO[bytes] = BytesIO()
        self._process: subprocess.Popen[bytes] | None = None
        self._error = ""
        try:
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as this)
            with tempfile.TemporaryFile() as ids:  # no command line: everybody can read those
                ids.write("".join(f"{week} {student.upper()}\n" for week, student in students).encode())
                ids.seek(0)
                self._process = subprocess.Popen(
                    command, cwd=root, stdin=ids, stdout=subprocess.DEVNULL, stderr=self._said
                )
        except OSError as error:
            self._error = lack_of(error) or str(error)

    def learns(self, wanted: tuple[Path, ...]) -> bool:
        """Wait until these tables are there; False where it ended without them, or was ended for taking too long."""
        end = time.monotonic() + TIMEOUT_S
        while self._process is not None and not _all_there(wanted):
            if self._process.poll() is not None:
                return _all_there(wanted)
            if time.monotonic() > end:
                self._error = f"that took longer than {TIMEOUT_S} s"
                self.end()
                return False
            time.sleep(0.02)
        return _all_there(wanted)

    def why(self) -> str:
        """Why it came to nothing: what the machine lacked, or what it said itself last."""
        if self._error or self._process is None or self._said.closed:
            return " ".join(self._error.split())[:300]
        status = self._process.returncode
        self._said.seek(0)
        words = self._said.read().decode("utf-8", "replace")
        if lack := lack_in(words) or (lack_by_limits() if status else ""):
            return lack
        if status < 0:
            return f"its process was killed by signal {-status}. See that the machine has memory left."
        changed = f"exit status {status}" if status else "the course's code has changed meanwhile"
        said = next((line for line in reversed(words.split("\n")) if line.strip()), changed)
        return " ".join(said.split())[:300]

    def end(self) -> None:
        """End it, where it has not ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._said.close()


def _delete_damaged(tables: Iterable[Path]) -> None:
    """Delete those of the tables that are damaged, so that they are learnt again; what is no table is no fault."""
    for table in tables:
        with contextlib.suppress(OSError):
            try:
                json.loads(table.read_text(encoding="utf-8"))
            except ValueError:
                table.unlink()


def _all_there(wanted: tuple[Path, ...]) -> bool:
    return all(table.is_file() for table in wanted)
