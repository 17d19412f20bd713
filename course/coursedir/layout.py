"""Directory layout of a course: its root, weeks, texts and settings, and its public Git repository."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course.coursedir.errors import AuthoringError

if TYPE_CHECKING:
    from traitlets.config import Config

CONFIG = "nbgrader_config.py"
"""nbgrader's settings: the file by which a course's folder is known."""
STAMPS = ".stamps"
"""The folder with what each step noted for the next time: it can go at any time, and is made again."""
STATE = ".state"
"""The folder in autograded/ with what is noted beside the grades."""
FINGERPRINTS = "fingerprints"
"""The folder with the fingerprints of the hidden checks' known mistakes: committed, never given to students."""


@dataclass(frozen=True)
class Repository:
    """The course's public Git repository on GitHub."""

    owner: str
    name: str
    branch: str

    @property
    def address(self) -> str:
        """What pip installs the course from."""
        return f"git+https://github.com/{self.owner}/{self.name}@{self.branch}"

    def colab(self, path: str) -> str:
        """Where Colab opens a notebook of the repository."""
        return f"https://colab.research.google.com/github/{self.owner}/{self.name}/blob/{self.branch}/{path}"


def find_root(start: Path | None = None) -> Path:
    """The course's folder: ``start`` (the working folder) or the nearest one above it with an nbgrader_config.py."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file() and (folder / "source").is_dir():
            return folder
    raise AuthoringError(f"{start}: no course here (no {CONFIG} beside source/). Go to the course's folder.", 2)


def all_weeks(root: Path) -> list[str]:
    """Every folder of source/ that has a text, week2 before week10."""
    found = {text.parent.name for text in (root / "source").glob("*/*.py")}
    return sorted(found, key=lambda week: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", week)])


def chosen_weeks(root: Path, names: Iterable[str]) -> list[str]:
    """The weeks named, or all. Raises AuthoringError (status 2) with the weeks there are for an unknown one."""
    weeks, names = all_weeks(root), [name.rstrip("/").removeprefix("source/") for name in names]
    if unknown := [name for name in names if name not in weeks]:
        there = f"The weeks are: {', '.join(weeks)}" if weeks else "source/ has no weeks yet"
        raise AuthoringError(f"unknown week {', '.join(map(repr, unknown))}. {there}.", 2)
    return [week for week in weeks if week in names] if names else weeks


def texts(root: Path, week: str) -> list[Path]:
    """The week's texts, by name."""
    return sorted((root / "source" / week).glob("*.py"))


def repository(root: Path) -> Repository | None:
    """The repository named in pyproject.toml's [tool.course], or None where none is set."""
    try:
        if sys.version_info >= (3, 11):
            import tomllib
        else:
            import tomli as tomllib
        table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {}).get("course", {})
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{root / 'pyproject.toml'}: {error}. Correct the file.") from error
    address = table.get("repository", "").strip()
    if not address:
        return None
    match = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", address)
    if not match:
        raise AuthoringError(
            f"{root / 'pyproject.toml'}: repository = {address!r} is no address that Colab opens. "
            'Write "https://github.com/OWNER/NAME", or "" for none.'
        )
    return Repository(match[1], match[2], table.get("branch", "main"))


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load_config(root: Path) -> Config:
    """The settings in the course's nbgrader_config.py; raises AuthoringError where that file does not run."""
    from traitlets.config import PyFileConfigLoader

    from course.coursedir.alias import plain

    try:
        return PyFileConfigLoader(CONFIG, path=plain(root)).load_config()
    except ModuleNotFoundError:
        raise
    except Exception as error:  # whatever a person wrote there
        words = (str(error) or "no reason given").splitlines()[0]
        raise AuthoringError(f"{root / CONFIG}: {type(error).__name__}: {words}. Correct the file.") from error
