"""Python as an ordinary user, where root started it.

    python -m tests.hostile.user -m pytest tests/grading/sandbox

runs that with a copy of the course, as a user without rights; so does `python -m tests.hostile --as-user`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .place import BUILT, HOME

USER = 61234  # a user ID that nobody has here


def again_as_user(arguments: list[str]) -> int:
    """Run ``python -m tests.hostile`` with these arguments as a user without rights; returns its exit status."""
    return as_user(["-m", "tests.hostile", *(each for each in arguments if each != "--as-user")])


def as_user(words: list[str]) -> int:
    """Run Python with these arguments as a user without rights; returns its exit status.

    The user gets a copy of the course, a home and a temporary folder of its own, and neither groups nor capabilities.
    """
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        who = "This is no root" if os.getuid() else "There is no setpriv here"
        print(f"{who}: run `python {' '.join(words)}` itself as the user you mean.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="course-user-") as folder:
        home = Path(folder) / "course"
        home.mkdir()
        for name in (*BUILT, "benchmarks", "course", "tests", "pyproject.toml", "nbgrader_config.py"):
            place = HOME / name
            if place.is_dir():
                shutil.copytree(place, home / name, ignore=shutil.ignore_patterns("__pycache__", "*.part"))
            elif place.is_file():
                shutil.copy(place, home / name)
        (Path(folder) / "tmp").mkdir()
        for path in (Path(folder), *Path(folder).rglob("*")):
            os.chown(path, USER, USER, follow_symlinks=False)
        surroundings = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": folder,
            "TMPDIR": str(Path(folder) / "tmp"),
            "PYTHONPATH": str(home),
            "LANG": "C.UTF-8",
        }
        drop = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all", "--no-new-privs"]
        command = [*_python_in_view(Path(folder)), *drop, sys.executable, *words]
        print(f"as user {USER}:", flush=True)
        return subprocess.run(command, cwd=home, env=surroundings, check=False).returncode


def _python_in_view(folder: Path) -> list[str]:
    """A command that runs the rest with Python's own folder in view, where it lies in a folder only root may enter.

    It mounts an empty folder over the closed one, and Python's folder into that, for the command alone.
    """
    base = Path(sys.base_prefix).resolve()
    closed = next((place for place in reversed(base.parents) if not place.stat().st_mode & 0o001), None)
    if closed is None:
        return []
    keep = folder / "python"
    keep.mkdir()
    steps = (
        'mount --bind "$1" "$2" && mount -t tmpfs -o mode=755 none "$3" && mkdir -p "$1" && mount --bind "$2" "$1" '
        '&& shift 3 && exec "$@"'
    )
    return ["unshare", "--mount", "sh", "-c", steps, "sh", str(base), str(keep), str(closed)]


if __name__ == "__main__":
    sys.exit(as_user(sys.argv[1:]))
