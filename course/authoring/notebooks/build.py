"""Deterministic build of a notebook from its text: equal texts, equal bytes; an edited notebook is never lost."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.authoring.text.model import (
    Cell,
    PlainCell,
    Problem,
    RoleCell,
    Source,
    SourceError,
    display_path,
    long_form,
    whole,
)
from course.authoring.text.parse import read
from course.coursedir.errors import AuthoringError
from course.coursedir.files import read_state, write_if_changed, write_state
from course.coursedir.install_cell import BADGE, HEADER_TAG, INSTALL, NO_BADGE, NO_INSTALL
from course.coursedir.layout import Repository, repository, texts
from course.runtime.hashing import digest
from course.runtime.own_names import MARK

if TYPE_CHECKING:
    from nbformat import NotebookNode

# What JupyterLab notes about how a cell looks or last ran; none of it is the author's.
PASSING_KEYS = ("autoscroll", "collapsed", "scrolled", "trusted", "execution", "ExecuteTime", "nbgrader")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def notebook(source: Source, public: Repository | None = None) -> NotebookNode:
    """The instructor's notebook of a source: header cells, then every cell but the known wrong and right answers."""
    from nbformat.v4 import new_notebook

    cells: list[NotebookNode] = []
    taken: set[str] = set()
    for cell in (*_header(source, public), *(cell for cell in source.cells if cell.released)):
        cells.append(_node(cell, _cell_id(cell, taken)))
    course = {"assignment": source.assignment, "notebook": source.notebook}
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "course": course}
    return new_notebook(cells=cells, metadata=metadata)


def notebook_bytes(source: Source, public: Repository | None = None) -> bytes:
    """The notebook as its file holds it."""
    import nbformat

    return (nbformat.writes(notebook(source, public)) + "\n").encode()


def cells_of(nb: NotebookNode) -> list[Cell]:
    """The cells of a notebook as a text has them, nbgrader's metadata turned back into roles, without our header."""
    return [_back(node) for node in nb.cells if HEADER_TAG not in node.metadata.get("tags", ())]


Content = tuple[str, str, str, str | None, float | None, str]


def content(cell: Cell) -> Content:
    """What makes two cells the same cell: everything but where they stand and blank lines around them."""
    return (
        cell.kind,
        cell.source.strip("\n"),
        cell.role,
        cell.name,
        cell.points,
        json.dumps(cell.metadata, sort_keys=True),
    )


def content_hash(nb: NotebookNode) -> str:
    """A hash of what an author can edit in a notebook: not outputs, ids, or what JupyterLab notes for itself."""
    return digest(json.dumps([content(cell) for cell in cells_of(nb)]).encode())


def build_week(root: Path, week: str, force: bool = False) -> list[tuple[Path, str]]:
    """Build a week's notebooks: (path, "built" or "up to date") for each.

    Raises SourceError with the problems of all its texts, and AuthoringError for a notebook that was edited since it
    was built, unless `force`. Sound notebooks are built even when others of the week have problems.
    """
    outcome: list[tuple[Path, str]] = []
    problems: list[Problem] = []
    refused: list[str] = []
    for path in texts(root, week):
        try:
            outcome.append((path.with_suffix(".ipynb"), build(root, path, force)))
        except SourceError as error:
            problems += error.problems
        except AuthoringError as error:
            refused.append(str(error))
    if problems:
        raise SourceError(problems)
    if refused:
        raise AuthoringError("\n".join(refused))
    return outcome


def build(root: Path, path: Path, force: bool = False) -> str:
    """Build one text's notebook beside it; returns "built" (and what was kept) or "up to date". Raises the same."""
    target, name = path.with_suffix(".ipynb"), f"{path.parent.name}/{path.stem}"
    state, maker = read_state(root, "build", name), digest(makers_hash().encode(), repr(repository(root)).encode())
    known = {"text": digest(path.read_bytes()), "maker": maker}
    old = target.read_bytes() if target.is_file() else None
    if old is not None and state.get("file") == digest(old) and known.items() <= state.items():
        return "up to date"
    source = read(path)
    new = notebook_bytes(source, repository(root))
    mark, note = content_hash(notebook(source)), ""
    if old is not None and old != new and state.get("file") != digest(old) and _edited(target, mark, state, force):
        if not force:
            raise AuthoringError(_disagreement(target, path, state.get("text") != known["text"]))
        note = f" (the edited notebook is kept in {display_path(keep_copy(target))})"
    written = write_if_changed(target, new)
    write_state(root, "build", name, {**known, "notebook": mark, "file": digest(new)})
    return f"built{note}" if written else "up to date"


@functools.cache
def makers_hash() -> str:
    """A hash of what turns texts into notebooks and notebooks into a release: this package and the tools it uses."""
    from importlib.metadata import version

    package = Path(__file__).parents[2]
    folders = ("authoring/text", "authoring/notebooks", "coursedir", "syntax")
    code = [path.read_bytes() for folder in folders for path in sorted((package / folder).glob("*.py"))]
    return digest(*code, *(version(tool).encode() for tool in ("jupytext", "nbformat", "nbgrader")))


def keep_copy(path: Path) -> Path:
    """Keep a file's content beside it as NAME.orig before it is overwritten."""
    copy = path.with_name(path.name + ".orig")
    write_if_changed(copy, path.read_bytes())
    return copy


def read_notebook(path: Path) -> NotebookNode:
    """A notebook from its file. Raises SourceError where the file is no notebook."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises its own errors, JSON's and validation's
        message = f"this is no notebook ({type(error).__name__}). Delete it and run `course build {path.parent.name}`."
        raise SourceError([Problem(1, message, display_path(path))]) from error


def _edited(target: Path, mark: str, state: Mapping[str, Any], force: bool) -> bool:
    """Whether building would overwrite somebody's edit: the notebook is neither what is built now nor what was."""
    try:
        return content_hash(read_notebook(target)) not in (mark, state.get("notebook"))
    except SourceError:
        if force:
            return True
        raise


def _disagreement(target: Path, path: Path, both: bool) -> str:
    notebook_path, text_path = display_path(target), display_path(path)
    what = "both changed" if both else f"{notebook_path} was edited"
    return (
        f"{notebook_path} and {text_path} disagree: {what} since the last build. Keep the notebook's edit with "
        f"`course sync {path.parent.name}`, or the text's with `course build --force {path.parent.name}`."
    )


def _header(source: Source, public: Repository | None) -> tuple[PlainCell, PlainCell]:
    """The cells above the text's first: the Colab badge, and the one that installs the course where it is missing."""
    path = f"release/{source.assignment}/{source.notebook}.ipynb"
    badge = f"[![Open in Colab]({BADGE})]({public.colab(path)})" if public else NO_BADGE
    install = f'%pip install -q "{public.address}"' if public else NO_INSTALL
    tags = {"tags": [HEADER_TAG]}
    return PlainCell("markdown", badge, metadata=tags), PlainCell("code", INSTALL + install, metadata=tags)


def _node(cell: Cell, cell_id: str) -> NotebookNode:
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

    new = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}[cell.kind]
    metadata = {key: value for key, value in cell.metadata.items() if key != "attachments"}
    if isinstance(cell, RoleCell):
        metadata["nbgrader"] = _nbgrader(cell)
    source = f"{MARK}\n{cell.source}" if cell.kind == "code" and cell.role == "check" else cell.source
    node = new(source, id=cell_id, metadata=metadata)
    if "attachments" in cell.metadata:
        node["attachments"] = cell.metadata["attachments"]
    return node


def _nbgrader(cell: RoleCell) -> dict[str, Any]:
    """A role in nbgrader's own cell metadata."""
    meta: dict[str, Any] = {
        "grade": cell.role in ("check", "answer"),
        "grade_id": f"check-{cell.name}" if cell.role == "check" else cell.name,
        "locked": cell.role in ("check", "given"),
        "schema_version": 3,
        "solution": cell.role in ("solution", "answer"),
        "task": False,
    }
    if cell.points is not None:
        meta["points"] = whole(cell.points)
    return meta


def _back(node: NotebookNode) -> Cell:
    """The cell of a text that a notebook's cell stands for."""
    metadata = {key: value for key, value in node.metadata.items() if key not in PASSING_KEYS}
    meta = node.metadata.get("nbgrader") or {}
    if meta.get("task"):
        metadata["nbgrader"] = dict(meta)
    if node.get("attachments"):
        metadata["attachments"] = node["attachments"]
    metadata = json.loads(json.dumps(metadata))  # plain dictionaries, and the notebook's own stay its own
    if marker := long_form(meta):
        return RoleCell(node.cell_type, node.source.removeprefix(f"{MARK}\n"), *marker, metadata=metadata)
    return PlainCell(node.cell_type, node.source, metadata=metadata)


def _cell_id(cell: Cell, taken: set[str]) -> str:
    """An id that depends on the cell alone: its name, or a hash of its text, with a number where that is taken."""
    stem = (f"{cell.role}-{cell.name}" if cell.name else digest(cell.kind.encode(), cell.source.encode())[:12])[:56]
    cell_id, number = stem, 1
    while cell_id in taken:
        number += 1
        cell_id = f"{stem}-{number}"
    taken.add(cell_id)
    return cell_id
