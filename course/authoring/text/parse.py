"""Reads and writes the text of a notebook: `source/weekN/NAME.py`, jupytext's py:percent with a few markers of our own.

A cell's header line says what the cell is for: `# %% solution="relu_backward"`, `# %% check="relu_backward" points=2`,
`# %% [markdown] answer="why" points=2`, `# %% given="data"`, `# %% wrong="relu_backward" name="upstream forgotten"`,
`# %% right="relu_backward" name="with a loop"`. Jupytext splits the text into cells; the rules stand in `rules.py`.
"""

from __future__ import annotations

import difflib
import functools
from dataclasses import replace
from pathlib import Path
from typing import Any

from course.authoring.text.model import (
    NAME,
    OPTIONS,
    ROLES,
    Cell,
    Problem,
    Source,
    SourceError,
    role_of_nbgrader,
    shown,
)

# Keys that Jupyter itself or jupytext keeps in a cell's metadata, next to ours.
JUPYTER_KEYS = ("tags", "title", "cell_depth", "editable", "deletable", "format", "jupyter", "slideshow", "nbgrader")
# What jupytext notes for itself about a cell's layout; the exact text is kept in `Cell.raw` instead.
LAYOUT_KEYS = ("lines_to_next_cell", "cell_marker", "lines_to_end_of_cell_marker")
FORMAT = {"extension": ".py", "format_name": "percent", "root_level_metadata_as_raw_cell": False}


def read(path: Path | str) -> Source:
    """The source in a file. Raises SourceError with every problem found, or with the reason it cannot be read."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or f"it is not UTF-8 text ({error})"
        raise SourceError([Problem(1, f"cannot read it: {reason}. Check the file.", shown(path))]) from error
    return loads(text, path)


@functools.lru_cache(maxsize=32)  # building, releasing and learning read the same text
def loads(text: str, path: Path | str = "source/week0/text.py") -> Source:
    """The source in a text. Raises SourceError with every problem found."""
    source, problems = parse(text, path)
    if problems:
        raise SourceError(problems)
    return source


def dumps(source: Source) -> str:
    """The text of a source: every cell's exact text where it has one, otherwise what jupytext writes for it."""
    text, end = source.header + "\n" if source.header else "", 0
    for cell in source.cells:
        follows = cell.raw is not None and cell.line == end  # it stood right behind the cell before it
        if text and not follows:
            text = text.rstrip("\n") + "\n\n"
        block = _cell_text(cell) if cell.raw is None else cell.raw
        text += block + "\n"
        end = cell.line + block.count("\n") + 1 if cell.raw is not None else 0
    return text.rstrip("\n") + "\n"


def parse(text: str, path: Path | str) -> tuple[Source, list[Problem]]:
    """The source in a text, and its problems (an empty list when it is sound), in the order of lines.

    Raises SourceError only where jupytext cannot tell the cells apart at all.
    """
    from course.authoring.text import names, rules

    path, problems = Path(path), []
    try:
        header, pieces = _split(text)
    except Exception as error:  # of YAML, of nbformat's validation, of jupytext itself
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        message = f"jupytext cannot read it: {reason}. Correct the header above the first cell."
        raise SourceError([Problem(1, message, shown(path))]) from error
    cells = []
    for line, raw, node in pieces:
        cell, found = _cell(node, line, raw)
        cells.append(cell)
        problems += found
    source = Source(path, header, tuple(names.settled(cells)))
    problems += rules.problems(source)
    return source, sorted(replace(problem, path=shown(path)) for problem in set(problems))


def _split(text: str) -> tuple[str, list[tuple[int, str, Any]]]:
    """The header's text and, for each cell, its line, exact text and jupytext's reading of it."""
    import jupytext
    from jupytext.cell_reader import DoublePercentScriptCellReader
    from jupytext.header import header_to_metadata_and_cell

    lines = text.splitlines()
    nodes = jupytext.reads(text, fmt=dict(FORMAT)).cells
    start = at = header_to_metadata_and_cell(lines, "#", "", ".py", False)[-1]
    pieces = []
    for node in nodes:
        _, length = DoublePercentScriptCellReader(dict(FORMAT), "python").read(lines[at:])
        pieces.append((at + 1, "\n".join(lines[at : at + length]), node))
        at += length
    return "\n".join(lines[:start]), pieces


def _cell(node: Any, line: int, raw: str) -> tuple[Cell, list[Problem]]:
    """A cell from jupytext's reading of it, with the problems of its header line."""
    meta = {key: value for key, value in node.metadata.items() if key not in LAYOUT_KEYS}
    own = (*ROLES, "points", "name", "incorrectly_encoded_metadata")
    strange = [key for key, value in meta.items() if key not in own and not _known(key, value)]
    problems = [_unknown(key, line) for key in strange]
    for key in strange:  # go on as if the marker were spelt rightly: one slip, one problem
        meta.setdefault(_near(key), meta.pop(key))
    roles = {role: meta.pop(role) for role in ROLES if role in meta}
    if not roles and meta.get("title") in ROLES:  # `# %% solution`: jupytext takes the word for the cell's title
        roles = {meta.pop("title"): ""}
    if "incorrectly_encoded_metadata" in meta:
        text = meta.pop("incorrectly_encoded_metadata")
        problems.append(Problem(line, f'cannot read the options {text!r}. Write them as key="value" or points=2.'))
    points, title = meta.pop("points", None), meta.pop("name", None)
    long_form = role_of_nbgrader(meta["nbgrader"], node.cell_type) if isinstance(meta.get("nbgrader"), dict) else None
    if long_form:
        role, name, graded = long_form
        if not roles:
            roles, points = {role: name}, graded if points is None else points
        if roles == {role: name}:
            del meta["nbgrader"]
        else:
            problems.append(Problem(line, f"two roles: {', '.join(roles)} and nbgrader's {role}. Keep one of them."))
    elif "nbgrader" in meta and not meta["nbgrader"].get("task"):
        del meta["nbgrader"]
    if len(roles) > 1:
        problems.append(Problem(line, f"two roles: {' and '.join(roles)}. Keep one of them."))
    role, name = next(iter(roles.items()), ("code" if node.cell_type == "code" else "text", None))
    if roles and not (isinstance(name, str) and NAME.fullmatch(name)):
        what = f"{name!r} is no name for a {role}" if name else f"this {role} has no name"
        how = "Use lower case letters, digits and _, the same for an exercise and its check"
        problems.append(Problem(line, f'{what}. {how}: {role}="first_step".'))
        name = str(name)
    for option, value in (("points", points), ("name", title)):
        if value is not None and option not in OPTIONS.get(role, ()):
            problems.append(Problem(line, f"a {role} cell takes no {option}. Take {option}=... away."))
    return Cell(node.cell_type, node.source, line, role, name, points, title, meta, raw), problems


def _known(key: str, value: Any) -> bool:
    """Whether a key is Jupyter's, or a JupyterLab extension's (those keep a dictionary under their own name)."""
    return key in JUPYTER_KEYS or isinstance(value, dict)


def _near(key: str) -> str:
    """The marker or option that a key looks like; the key itself where it looks like none."""
    return next(iter(difflib.get_close_matches(key.lower(), [*ROLES, "points", "name"], n=1, cutoff=0.6)), key)


def _unknown(key: str, line: int) -> Problem:
    near = _near(key)
    hint = (
        f"Did you mean {near}?" if near != key else f"The markers are {', '.join(ROLES)}; the options points and name."
    )
    return Problem(line, f"unknown marker or option {key!r}. {hint}")


def _cell_text(cell: Cell) -> str:
    """What jupytext writes for one cell."""
    import jupytext
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

    new = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}[cell.kind]
    metadata: dict[str, Any] = {cell.role: cell.name} if cell.role in ROLES else {}
    if cell.points is not None:
        metadata["points"] = int(cell.points) if cell.points == int(cell.points) else cell.points
    if cell.title is not None:
        metadata["name"] = cell.title
    notebook = new_notebook(cells=[new(cell.source, metadata={**metadata, **cell.metadata})])
    return jupytext.writes(notebook, fmt={**FORMAT, "notebook_metadata_filter": "-all"})
