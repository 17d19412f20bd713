"""From a notebook edited in JupyterLab back to its text: nothing lost, and not a byte changed where nothing was edited.

JupyterLab calls `post_save` after every save (see lab_config.py); `course sync` does the same by hand.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.authoring.notebooks.build import cells_of, content, fingerprint, keep_copy, notebook, read_notebook
from course.authoring.text.model import Cell, Problem, Source, shown
from course.authoring.text.names import settled
from course.authoring.text.parse import dumps, parse
from course.coursedir.errors import AuthoringError
from course.coursedir.files import digest, read_state, write_if_changed, write_state
from course.coursedir.layout import CONFIG

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
    cells = [replace(old[kept[i]]) if i in kept else cell for i, cell in enumerate(new)]
    merged = [(cell, []) for cell in cells]
    for anchor, hidden in _hidden(source.cells):
        at = next((i for i, a in kept.items() if a == anchor), None)
        if at is None and anchor >= 0:
            at = _same_role(cells, old[anchor])
        if at is None:
            at = _same_role(cells, replace(hidden, role="check"))
        merged[-1 if at is None else at][1].append(hidden)
    return replace(source, cells=tuple(each for cell, hidden in merged for each in (cell, *hidden)))


def sync(root: Path, path: Path, force: bool = False) -> tuple[str, list[Problem]]:
    """Bring a notebook's edits into the text beside it: ("synced" or "up to date", the new text's problems).

    A text with problems is written all the same: nothing is lost, and the problems say what to mend. Raises
    AuthoringError where the text changed too since both last agreed, unless `force` (the old text is kept as .orig),
    and SourceError where the file is no notebook.
    """
    text_path, name = path.with_suffix(".py"), f"{path.parent.name}/{path.stem}"
    nb, note = read_notebook(path), ""
    text = text_path.read_text(encoding="utf-8") if text_path.is_file() else ""
    source, problems = parse(text, text_path) if text else (Source(text_path, "", ()), [])
    mark, state = fingerprint(nb), read_state(root, "build", name)
    if mark == fingerprint(notebook(source)):
        return "up to date", problems
    if text and state.get("text") != digest(text.encode()):
        if mark == state.get("notebook"):
            return "up to date", problems  # the text went ahead of an unedited notebook
        if not force:
            raise AuthoringError(
                f"{shown(path)} and {shown(text_path)} both changed since the last build, so neither was overwritten. "
                f"Keep the notebook's edit with `course sync {path.parent.name}`, or the text's with "
                f"`course build --force {path.parent.name}`."
            )
        note = f" (the text had changed too; it is kept in {shown(keep_copy(text_path))})"
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
        contents_manager.log.warning("%s has no text yet. Make one with `course sync`.", shown(path))
        return
    outcome, problems = sync(root, path)
    if outcome == "synced":
        contents_manager.log.info("%s: the edit is now in %s", shown(path), shown(path.with_suffix(".py")))
    for problem in problems:
        contents_manager.log.warning("%s", problem)


def _hidden(cells: tuple[Cell, ...]) -> list[tuple[int, Cell]]:
    """Each known wrong or right answer, with the position of the released cell before it (-1: none)."""
    position, found = -1, []
    for cell in cells:
        if cell.released:
            position += 1
        else:
            found.append((position, cell))
    return found


def _same_role(cells: list[Cell], wanted: Cell) -> int | None:
    """Where the cell with this role and name stands; plain cells have no name to be found by."""
    if wanted.name is None:
        return None
    return next((i for i, cell in enumerate(cells) if (cell.role, cell.name) == (wanted.role, wanted.name)), None)
