"""Path alias (a symbolic link) of a course's folder, for libraries that read more into a path than a name.

nbgrader takes paths for patterns (glob), SQLAlchemy for parts of an address, traitlets for variables: in a folder such
as ``Course [2026]`` nothing would be found, and the list of files that must not be copied would match none.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from course.coursedir.files import aside

_READ_INTO = re.compile(r"[\[\]*?{}%#$~\\\"\n\r\udc80-\udcff]")
"""What patterns, addresses and variables are written with, and bytes that are no text."""


def plain(root: Path | str) -> str:
    """A path to the folder ``root`` that has no such characters: itself, or a link that goes with this process."""
    return _link(str(root)) if _READ_INTO.search(str(root)) else str(root)


def real(path: str, root: Path) -> Path:
    """The path below ``root`` that was formatted with ``plain(root)``, in its own words."""
    short = plain(root)
    return root / os.path.relpath(path, short) if Path(path).is_relative_to(short) else Path(path)


@cache
def _link(root: str) -> str:
    """A new link; raises OSError where there is no place for it."""
    places = [place for place in (tempfile.gettempdir(), "/tmp", "/var/tmp") if not _READ_INTO.search(place)]
    folder = aside(Path(places[0], "alias"))
    folder.mkdir(mode=0o700)
    (folder / "course").symlink_to(root, target_is_directory=True)
    atexit.register(_remove, folder, os.getpid())
    return str(folder / "course")


def _remove(folder: Path, pid: int) -> None:
    if os.getpid() == pid:  # a fork has the link in common
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)
