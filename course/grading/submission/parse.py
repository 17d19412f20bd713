"""Parsing a submission: notebooks as nbformat 4, the files beside them, or the reason why they are neither."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from course.coursedir.errors import CouldNotBeGraded
from course.coursedir.files import read_file, unlike_a_file
from course.coursedir.nbgrader_guard import guard
from course.grading.gradebook.saving import forget
from course.grading.submission.size_limits import MAX_FILE, cut

MAX_BYTES_BESIDE, MAX_FILES_BESIDE = 16_000_000, 2000
"""Of the files that go with a notebook into its sandbox: their bytes all together, and how many they may be."""

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_AGAIN = "Ask the student to download the notebook again (File > Download) and to hand that file in."


def parse(text: str, name: str) -> NotebookNode:
    """The notebook in ``text``, in nbformat 4, without outputs; raises CouldNotBeGraded with the reason.

    What is too long in it is cut.
    """
    if len(text) > MAX_FILE:
        raise CouldNotBeGraded(
            f"{name} has {len(text) // 1_000_000} MB, more than the {MAX_FILE // 1_000_000} MB that are read. Ask the "
            "student to take out what is so large, pictures most often, and to hand it in again."
        )
    if not text.strip():
        raise CouldNotBeGraded(f"{name} is empty. {_AGAIN}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nb = nbformat.convert(nbformat.reader.reads(_without_outputs(text.lstrip("\ufeff"))), 4)
            _, nb = nbformat.validator.normalize(nb)
            nbformat.validate(nb)
        cut(nb)
    except nbformat.reader.NotJSONError:
        raise no_notebook(name) from None
    except nbformat.ValidationError as error:
        raise CouldNotBeGraded(f"{name} is a damaged notebook: {_one_line(error)}. {_AGAIN}") from None
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:  # JSON, but no notebook
        raise CouldNotBeGraded(f"{name} is not a notebook that can be read ({_one_line(error)}). {_AGAIN}") from None
    return nb


def no_notebook(name: str) -> CouldNotBeGraded:
    """The reason for a file that is no notebook at all."""
    return CouldNotBeGraded(f"{name} is not a notebook: it is not JSON. {_AGAIN}")


def _without_outputs(text: str) -> str:
    """A notebook's JSON without outputs, and without cell ids that are none: what is wrong in these harms nobody."""
    try:
        whole = json.loads(text)
    except ValueError:
        return text  # nbformat says what is wrong with it
    cells = whole.get("cells") if isinstance(whole, dict) else None
    old = isinstance(whole, dict) and isinstance(minor := whole.get("nbformat_minor"), int) and minor < 5
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict):
            if cell.get("cell_type") == "code":
                cell["outputs"], cell["execution_count"] = [], None
            if "id" in cell and old and isinstance(cell.get("metadata"), dict):
                cell["metadata"].setdefault("id", cell.pop("id"))  # Colab's place for it, where the format has none
            elif "id" in cell and not (isinstance(cell["id"], str) and _ID.fullmatch(cell["id"])):
                del cell["id"]
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")  # no halves of characters


def _one_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200].rstrip(".")


class SubmissionExporter(NotebookExporter):
    """nbgrader's exporter for autograding, which says what is wrong with a file that is no notebook.

    It also takes back the score of an earlier submission, which would stand otherwise.
    """

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        guard(self)

    def from_file(self, file_stream: Any, resources: dict | None = None, **kw: Any) -> tuple[NotebookNode, dict]:
        """Read and convert an open file; raises CouldNotBeGraded."""
        name = getattr(file_stream, "name", None) or "The notebook"
        try:
            try:
                text = file_stream.read()
            except UnicodeDecodeError:
                raise CouldNotBeGraded(f"{name} is not a notebook: it is not text. {_AGAIN}") from None
            nb = parse(text, str(name))
        except CouldNotBeGraded:
            info = (resources or {}).get("nbgrader")
            if info:
                with Gradebook(info["db_url"]) as gradebook:
                    forget(gradebook, info["assignment"], info["student"], info["notebook"])
            raise
        return super().from_file(io.StringIO(nbformat.writes(nb)), resources=resources, **kw)


def beside(folder: Path, ignore: Sequence[str] = (), tell: Callable[[str], None] = lambda _: None) -> dict[str, bytes]:
    """The files in a submission's folder by relative path, without the notebooks at its top.

    Links and special files are left out: a submission consists of what was handed in, not of what it points to; so is
    what may not be read. ``tell`` gets a sentence for each. Raises CouldNotBeGraded where there is too much of it.
    ``ignore`` holds patterns of names that do not count.
    """
    found: dict[str, bytes] = {}
    size = 0
    for path in sorted(folder.rglob("*")):
        own = (path, *path.parents[: len(path.relative_to(folder).parts) - 1])
        if any(any(fnmatch(part.name, each) for each in ignore) for part in own):
            continue
        name = path.relative_to(folder).as_posix()
        if any(part.is_symlink() for part in own[1:]) or (path.parent == folder and path.suffix == ".ipynb"):
            continue
        if kind := unlike_a_file(path):
            tell(f"{name.encode('utf-8', 'replace').decode()} {kind}; it was left out.")
        elif path.is_file():
            size += path.stat().st_size
            if size > MAX_BYTES_BESIDE or len(found) >= MAX_FILES_BESIDE:
                raise CouldNotBeGraded(
                    f"There are more than {MAX_BYTES_BESIDE // 1_000_000} MB of files beside the notebook, or more "
                    f"than {MAX_FILES_BESIDE:,} files. Take out what it does not need, and grade again."
                )
            found[name] = read_file(path)
    return found
