"""Allowlist of bind mounts: which files of the package a sandbox sees, and where the rest of it has to be covered.

What a notebook imports, and what the sandbox itself runs: that is the student's side. How a submission is graded is
not there to be read, neither by import nor by path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import cache_from_source
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
"""The folder of ``course`` that runs here."""

STUDENT_FOLDERS = ("answers", "cache", "datasets", "doctor", "figures", "judges", "practices", "runtime")
"""The folders of the package that the modules need that notebooks import. The grader's are not among them."""

_NOT_FOR_NOTEBOOKS = ("cli.py",)
_INSIDE = "grading/sandbox/inside"
_SITE_PACKAGES = tuple(f"{lib}python*/*-packages/course" for lib in ("", "lib*/", "local/lib*/"))


def student_side(package: Path = PACKAGE) -> list[str]:
    """All that a sandbox sees of the package, as paths in it: folders, and single modules."""
    doorstep = sorted(path.name for path in package.glob("*.py") if path.name not in _NOT_FOR_NOTEBOOKS)
    way_in = [f"{parent.as_posix()}/__init__.py" for parent in reversed(Path(_INSIDE).parents) if parent.name]
    return [*doorstep, *STUDENT_FOLDERS, *way_in, _INSIDE]


def binds(package: Path = PACKAGE) -> Iterator[tuple[Path, str]]:
    """Each file or folder to be shown, and where in the sandbox's package; compiled modules with their sources."""
    for name in student_side(package):
        yield package / name, name
        if name.endswith(".py"):
            compiled = Path(cache_from_source(str(package / name)))
            if compiled.is_file() and package in compiled.parents:
                yield compiled, compiled.relative_to(package).as_posix()


def copies(shown: Sequence[Path], package: Path = PACKAGE) -> list[Path]:
    """The package's own folder and other installs of it, where they can be seen in the folders that are ``shown``."""
    found = {package, *(place for top in shown for pattern in _SITE_PACKAGES for place in top.glob(pattern))}
    seen = [
        top / place.resolve().relative_to(top.resolve())
        for place in found
        for top in shown
        if place.is_dir() and top.resolve() in place.resolve().parents
    ]
    return sorted(set(seen))
