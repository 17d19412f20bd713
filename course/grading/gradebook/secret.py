"""Secret key of a course (32 random bytes): its hidden tests draw their inputs with it, so that nobody can know them.

It lies beside the gradebook, in ``gradebook.secret``, readable for its owner alone. With it every grade can be computed
again, number for number. Which secret the grades were computed with is noted beside them, by a short hash (its
identity), so that a lost, damaged or exchanged one is noticed before anything is graded with another.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from course.coursedir.errors import GradingStopped
from course.coursedir.files import aside, write_if_changed
from course.runtime.hashing import digest

FILE = "gradebook.secret"
"""The file's name, in the course's folder."""
NOTE = "secret-identity.txt"
"""The name of the note beside the grades that says which secret they were computed with."""
_BYTES = 32
_TEXT = """\
# The hidden tests of this course draw their inputs with this secret. Back it up together with gradebook.db: with it
# every grade can be computed again; without it `course grade --new-secret` has to grade everything anew. Show it to
# nobody, and change nothing in it: the identity is a hash of the secret, by which damage is noticed.
secret: {secret}
identity: {identity}
"""
_WAY_BACK = (
    "Restore it from the backup of the gradebook. Where there is none, run `course grade --new-secret`: it draws a new "
    "secret, with which everything is graded again."
)


@dataclass(frozen=True)
class Secret:
    """A course's secret; what prints it shows the identity alone."""

    data: bytes = field(repr=False)

    @cached_property
    def identity(self) -> str:
        """A short hash, by which the secret is known and from which it cannot be found."""
        return digest(b"identity of a course's secret", self.data)[:12]


def there(root: Path, notes: Path) -> Secret | None:
    """The secret of the course in ``root``, whose grades are noted in ``notes``; None where none was needed yet.

    Raises GradingStopped where it is damaged, or is not the one that the grades were computed with.
    """
    noted, found = _noted(notes), _read(root / FILE)
    if found is None and noted:
        raise GradingStopped(f"{FILE} is missing; the grades here were computed with it ({noted}). {_WAY_BACK}")
    if found is not None and noted and found.identity != noted:
        raise GradingStopped(
            f"{FILE} is not the one that the grades here were computed with: that was {noted}, this is "
            f"{found.identity}. {_WAY_BACK}"
        )
    return found


def of_course(root: Path, notes: Path) -> Secret:
    """The secret of the course, which is made where none was needed before; raises GradingStopped as ``there``."""
    found = there(root, notes) or _make(root / FILE)
    write_if_changed(notes / NOTE, f"{found.identity}\n".encode())
    return found


def renew(root: Path, notes: Path) -> Secret:
    """Draw another secret in the place of the one that is there; that is kept beside it, as FILE.IDENTITY.orig."""
    path = root / FILE
    if path.exists():
        try:
            found = _read(path)
            name = found.identity if found else ""
        except GradingStopped:
            name = "damaged"
        shutil.copy2(path, path.with_name(f"{FILE}.{name}.orig"))
    made = Secret(secrets.token_bytes(_BYTES))
    os.replace(_written_aside(made, path), path)
    write_if_changed(notes / NOTE, f"{made.identity}\n".encode())
    return made


def _written_aside(secret: Secret, path: Path) -> Path:
    """A file beside ``path`` that holds a secret, safe on the disk and readable for its owner alone."""
    made = aside(path)
    with open(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(_TEXT.format(secret=secret.data.hex(), identity=secret.identity))
        file.flush()
        os.fsync(file.fileno())
    return made


def _read(path: Path) -> Secret | None:
    """The secret in a file; None where there is no file. Raises GradingStopped where it is damaged."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    parts = dict(re.findall(r"^(secret|identity): *([0-9a-f]+)\s*$", text, re.MULTILINE))
    with contextlib.suppress(KeyError, ValueError):
        found = Secret(bytes.fromhex(parts["secret"]))
        if len(found.data) == _BYTES and found.identity == parts["identity"]:
            return found
    raise GradingStopped(f"{FILE} is damaged: what it holds is not the secret that was written. {_WAY_BACK}")


def _noted(notes: Path) -> str:
    """The identity of the secret that the grades were computed with; "" where none is noted."""
    try:
        return (notes / NOTE).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""


def _make(path: Path) -> Secret:
    """A new secret in a new file, whole from its first moment; where another process was first, that one's."""
    made = Secret(secrets.token_bytes(_BYTES))
    written = _written_aside(made, path)
    try:
        os.link(written, path)
    except FileExistsError:
        return _read(path) or made
    except OSError:  # a file system without hard links
        os.rename(written, path)
    finally:
        written.unlink(missing_ok=True)
    return made
