"""Cache of the hidden tests' known mistakes, as they are under the course's secret: learnt once for each week.

What a wrong answer gives to a hidden case depends on the secret that the case is drawn with. So the author's side runs
the wrong answers once under it (``course known WEEK --for-grading``, in a process of its own), and leaves the tables in
`.stamps/known/`. Without a week's text nothing is learnt; the committed tables in `fingerprints/` then still know what
hidden checks with cases written by hand give.
"""

from __future__ import annotations

import glob
import os
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from course.coursedir.layout import FINGERPRINTS, STAMPS, texts
from course.grading.gradebook.secret import Secret
from course.grading.gradebook.versions import version_of_code
from course.runtime.hashing import digest

TIMEOUT_S = 900
"""How long a week's wrong answers may run."""


def place(root: Path, path: Path, secret: Secret) -> Path:
    """Where a text's table under a secret lies; another text, secret or version of the course, another file."""
    version = digest(path.read_bytes(), version_of_code(fingerprints=False), secret.identity)[:16]
    return root / STAMPS / "known" / f"{path.parent.name}-{path.stem}-{version}.json"


def known_tables(
    root: Path, week: str, secret: Secret, tell: Callable[[str], object], doing: Callable[[str], object]
) -> tuple[str, ...]:
    """The tables of a week's hidden tests, as texts, learnt where that was not done yet.

    ``doing`` gets a line before they are learnt, ``tell`` where they cannot be.
    """
    sources = texts(root, week)
    wanted = [place(root, path, secret) for path in sources]
    if not sources:
        return _committed(root, week, f"There is no text of {week} here", tell)
    if not all(table.is_file() for table in wanted):
        doing(f"Learning the known mistakes of {week} under this course's secret (once; some seconds)")
        if why := _learn(root, week, tuple(wanted)):
            return _committed(root, week, f"The known mistakes of {week} could not be learnt ({why})", tell)
    try:
        return tuple(table.read_text(encoding="utf-8") for table in wanted)
    except OSError as error:
        return _committed(root, week, f"The known mistakes of {week} could not be read ({error})", tell)


@lru_cache(maxsize=64)  # what failed is not tried again for each student
def _learn(root: Path, week: str, wanted: tuple[Path, ...]) -> str:
    """Have the week's wrong answers run, so that ``wanted`` is there; returns why that failed, or ""."""
    ours = [sys.executable, "-m", "course.coursedir.processes", str(os.getpid())]  # it ends with this process
    command = [*ours, "course.cli", "known", week, "--for-grading"]
    try:
        done = subprocess.run(
            command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return " ".join(str(error).split())[:300]
    lines = done.stderr.decode("utf-8", "replace").split("\n")
    changed = f"exit status {done.returncode}" if done.returncode else "the course's code has changed meanwhile"
    said = next((line for line in reversed(lines) if line.strip()), changed)
    return "" if all(table.is_file() for table in wanted) else " ".join(said.split())[:300]


def _committed(root: Path, week: str, why: str, tell: Callable[[str], object]) -> tuple[str, ...]:
    tell(f"{why}: feedback on its hidden tests names fewer causes. Grades do not depend on it.")
    files = sorted((root / FINGERPRINTS).glob(f"{glob.escape(week)}-*.json"))
    return tuple(file.read_text(encoding="utf-8", errors="replace") for file in files)
