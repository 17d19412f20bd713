"""Two-way synchronisation: a notebook's edits return to its text, and no byte changes where nothing was edited.

JupyterLab calls `post_save` after every save (see lab_config.py); `course sync` does the same by hand.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.authoring.notebooks.build import cells_of, content, content_hash, keep_copy, notebook, read_notebook
from course.authoring.text.model import Cell, Problem, RoleCell, Source, display_path
from course.authoring.text.names import settled
from course.authoring.text.parse import dumps, parse, text_of
from course.coursedir.errors import AuthoringError
from course.coursedir.files import read_state, write_if_changed, write_state
from course.coursedir.layout import CONFIG
from course.runtime.hashing import digest

if TYPE_CHECKING:
    from nbformat import NotebookNode


def merge(source: Source, nb: NotebookNode) -> Source:
    """The source with the notebook's cells.

    Cells that were not edited keep their exact text. Known wrong and right answers, which the notebook does not have,
    stay behind the cell they stood behind, or else behind their exercise's check, or else at the end.
    """
    old = [cell for cell in source.cells if cell.released]
    new = settled(cells_of(nb))
    matcher = difflib.SequenceMatcher(a=[content(c) for c in old], b=[content(c) for c in new], autojunk=False)
    kept: dict[int, int] = {}  # position in the notebook -> position among the text's released cells
    for a, b, size in matcher.get_matching_blocks():
        kept.update((b + i, a + i) for i in range(size))
    cells = [old[kept[i]] if i in kept else cell for i, cell in enumerate(new)]
    places = {a: b for b, a in kept.items()}  # the other way round
    behind: dict[int, list[RoleCell]] = {}  # position in the notebook -> the known answers that follow
    for before, answer in _known_answers(source.cells):
        at = places.get(before)
        if at is None and before >= 0:
            at = _position(cells, old[before].role, old[before].name)
        if at is None:
            at = _position(cells, "check", answer.name)
        behind.setdefault(len(cells) - 1 if at is None else at, []).append(answer)
    merged = [each for i, cell in enumerate(cells) for each in (cell, *behind.get(i, ()))]
    return replace(source, cells=(*behind.get(-1, ()), *merged))  # -1: a notebook without cells


def sync(root: Path, path: Path, force: bool = False) -> tuple[str, list[Problem]]:
    """Bring a notebook's edits into the text beside it: ("synced" or "up to date", the new text's problems).

    A text with problems is written all the same: nothing is lost, and the problems say what to mend. Raises
    AuthoringError where the text changed too since both last agreed, unless `force` (the old text is kept as .orig),
    and SourceError where the file is no notebook.
    """
    text_path, name = path.with_suffix(".py"), f"{path.parent.name}/{path.stem}"
    nb, note = read_notebook(path), ""
    text = text_of(text_path) if text_path.is_file() else ""
    source, problems = parse(text, text_path) if text else (Source(text_path, "", ()), [])
    mark, state = content_hash(nb), read_state(root, "build", name)
    if mark == content_hash(notebook(source)):
        return "up to date", problems
    if text and state.get("text") != digest(text.encode()):
        if mark == state.get("notebook"):
            return "up to date", problems  # the text went ahead of an unedited notebook
        if not force:
            raise AuthoringError(
                f"{display_path(path)} and {display_path(text_path)} both changed since the last build, so neither was "
                f"overwritten. Keep the notebook's edit with `course sync {path.parent.name}`, or the text's with "
                f"`course build --force {path.parent.name}`."
            )
        note = f" (the text had changed too; it is kept in {display_path(keep_copy(text_path))})"
    new = dumps(merge(source, nb))
    write_if_changed(text_path, new.encode())
    write_state(root, "build", name, {"text": digest(new.encode()), "notebook": mark})
    return f"synced{note}", parse(new, text_path)[1]


def post_save(model: Mapping[str, Any], os_path: str, contents_manager: Any, **_: Any) -> None:
    """Jupyter's post-save hook: bring a saved source notebook's edits into its text, and log what there is to mend.

    Raises AuthoringError, which JupyterLab shows, where notebook and text have both changed.
    """
    path = Path(os_path)
    root = path.parent.parent.parent
    if model.get("type") != "notebook" or path.suffix != ".ipynb" or path.parent.parent.name != "source":
        return
    if not (root / CONFIG).is_file():
        return
    if not path.with_suffix(".py").is_file():
        contents_manager.log.warning("%s has no text yet. Make one with `course sync`.", display_path(path))
        return
    outcome, problems = sync(root, path)
    if outcome == "synced":
        contents_manager.log.info(
            "%s: the edit is now in %s", display_path(path), display_path(path.with_suffix(".py"))
        )
    for problem in problems:
        contents_manager.log.warning("%s", problem)


def _known_answers(cells: Sequence[Cell]) -> list[tuple[int, RoleCell]]:
    """Each known wrong or right answer, with the position of the released cell before it (-1: none)."""
    position = -1
    found: list[tuple[int, RoleCell]] = []
    for cell in cells:
        if isinstance(cell, RoleCell) and not cell.released:
            found.append((position, cell))
        else:
            position += 1
    return found


def _position(cells: Sequence[Cell], role: str, name: str | None) -> int | None:
    """Where the cell with this role and name stands; plain cells have no name to be found by."""
    if name is None:
        return None
    return next((i for i, cell in enumerate(cells) if (cell.role, cell.name) == (role, name)), None)
