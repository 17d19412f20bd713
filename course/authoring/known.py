"""From the wrong answers in a text to the fingerprints that the checks know them by.

Those of visible checks go to `course/known/<week>-<notebook>.json`, committed, and with the package to students; those
of hidden checks to `.stamps/known/`, on the instructor's side only. What a fingerprint is stands in `course/known`.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import course
from course.authoring.build import digest
from course.authoring.text import SourceError, read
from course.authoring.tree import STAMPS, AuthoringError, read_state, texts, write_if_changed, write_state

if TYPE_CHECKING:  # torch takes seconds to import: only where a text is looked at anew
    from course.authoring.learn import Mistakes
    from course.known import Table


def files(root: Path, path: Path) -> tuple[Path, Path]:
    """Where a text's visible and hidden fingerprints lie."""
    name = f"{path.parent.name}-{path.stem}.json"
    return root / "course" / "known" / name, root / STAMPS / "known" / name


def write_week(root: Path, week: str) -> list[str]:
    """Write a week's fingerprints where they are not up to date; one line for each text that was looked at anew."""
    lines: list[str] = []
    if not _has_package(root):
        return lines
    for path in texts(root, week):
        visible, hidden = files(root, path)
        inputs, name = digest(path.read_bytes(), _makers()), f"{week}/{path.stem}"
        state = read_state(root, "known-state", name)
        if state.get("inputs") == inputs and visible.is_file() and hidden.is_file():
            continue
        found = _mistakes(path)
        written = [_write(file, table) for file, table in ((visible, found.visible), (hidden, found.hidden))]
        write_state(root, "known-state", name, {"inputs": inputs})
        count = len(found.visible.mistakes)
        what = f"{count} mistakes known to the visible checks" if any(written) else "up to date"
        lines.append(f"{visible.relative_to(root).as_posix()}: {what}")
    return lines


def stale(root: Path, week: str) -> list[str]:
    """What of the week's visible fingerprints is not what the texts give, one line each. Changes nothing."""
    from course.authoring.learn import agrees

    lines: list[str] = []
    for path in texts(root, week) if _has_package(root) else ():
        file = files(root, path)[0]
        if not agrees(file, _mistakes(path).visible):
            what = "is stale" if file.is_file() else "is missing"
            lines.append(f"{file.relative_to(root).as_posix()} {what}. Run `course known {week}`.")
    return lines


def strays(root: Path) -> list[Path]:
    """Files of visible fingerprints whose text is not there any more."""
    wanted = {files(root, path)[0] for path in (root / "source").glob("*/*.py")}
    return sorted(set((root / "course" / "known").glob("*.json")) - wanted)


def _mistakes(path: Path) -> Mistakes:
    from course.authoring.learn import mistakes

    try:
        return mistakes(read(path))
    except SourceError:
        raise
    except Exception as error:
        raise AuthoringError(
            f"source/{path.parent.name}/{path.name}: a cell of the solved notebook stops: "
            f"{type(error).__name__}: {error}. Mend it, then run the same command again."
        ) from error


def _write(file: Path, table: Table) -> bool:
    from course.authoring.learn import agrees
    from course.known import dumps

    return not agrees(file, table) and write_if_changed(file, dumps(table).encode())


def _has_package(root: Path) -> bool:
    """Whether the package that students install lies in this course: only there can its files be written."""
    return (root / "course" / "__init__.py").is_file()


@functools.cache
def _makers() -> bytes:
    """A hash of the code that fingerprints depend on: the checks, the cases, and how texts are rehearsed."""
    package = Path(course.__file__).parent
    names = [*package.glob("*.py"), *(package / "known").glob("*.py")]
    names += [package / "authoring" / f"{name}.py" for name in ("known", "learn", "rehearse")]
    return digest(*(path.read_bytes() for path in sorted(names))).encode()
