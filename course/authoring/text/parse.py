"""Parser and printer of a notebook's text, `source/weekN/NAME.py`: jupytext's py:percent with markers of our own.

A cell's header line says what the cell is for: `# %% solution="relu_backward"`, `# %% check="relu_backward" points=2`,
`# %% [markdown] answer="why" points=2`, `# %% given="data"`, `# %% wrong="relu_backward" name="upstream forgotten"`,
`# %% right="relu_backward" name="with a loop"`. Jupytext splits the text into cells; the rules stand in `rules.py`.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from course.authoring.text.model import (
    NAME,
    OPTIONS,
    ROLES,
    Cell,
    LongForm,
    PlainCell,
    Problem,
    Role,
    RoleCell,
    Source,
    SourceError,
    display_path,
    is_role,
    long_form,
    whole,
)

# Keys that Jupyter itself or jupytext keeps in a cell's metadata, next to ours.
JUPYTER_KEYS = ("tags", "title", "cell_depth", "editable", "deletable", "format", "jupyter", "slideshow", "nbgrader")
# What the header line may hold that is ours, and what jupytext makes of options that it cannot read.
GARBLED = "incorrectly_encoded_metadata"
OWN_KEYS = (*ROLES, "points", "name", GARBLED)
# What jupytext notes for itself about a cell's layout; the exact text is kept in `Cell.raw` instead.
LAYOUT_KEYS = ("lines_to_next_cell", "cell_marker", "lines_to_end_of_cell_marker")
FORMAT = {"extension": ".py", "format_name": "percent", "root_level_metadata_as_raw_cell": False}


def read(path: Path | str) -> Source:
    """The source in a file. Raises SourceError with every problem found, or with the reason it cannot be read."""
    path = Path(path)
    return loads(text_of(path), path)


def text_of(path: Path) -> str:
    """What stands in a text's file; raises SourceError with the reason it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or f"it is not UTF-8 text ({error})"
        raise SourceError([Problem(1, f"cannot read it: {reason}. Check the file.", display_path(path))]) from error


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

    path = Path(path)
    try:
        header, pieces = _split(text)
    except Exception as error:  # of YAML, of nbformat's validation, of jupytext itself
        reason = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
        message = f"jupytext cannot read it: {reason}. Correct the header above the first cell."
        raise SourceError([Problem(1, message, display_path(path))]) from error
    cells: list[Cell] = []
    problems: list[Problem] = []
    for line, raw, node in pieces:
        cell, messages = _cell(node, line, raw)
        cells.append(cell)
        problems += (Problem(line, message) for message in messages)
    source = Source(path, header, tuple(names.settled(cells)))
    problems += rules.problems(source)
    return source, sorted(replace(problem, path=display_path(path)) for problem in set(problems))


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


@dataclass(frozen=True)
class _Header:
    """What a cell's header line says: its markers with their names, its options, and the metadata that are not ours."""

    markers: tuple[tuple[Role, Any], ...]
    points: Any
    title: Any
    metadata: Mapping[str, Any]


def _cell(node: Any, line: int, raw: str) -> tuple[Cell, list[str]]:
    """A cell from jupytext's reading of it, and what is wrong with its header line."""
    written = {key: value for key, value in node.metadata.items() if key not in LAYOUT_KEYS}
    header = _header(_respelt(written))
    nbgraders = _nbgraders(header)
    final = _in_short_form(header, nbgraders)
    messages = [*_unknown(written), *_garbled(written), *_conflicting(header, nbgraders), *_too_many(final)]
    common = {"kind": node.cell_type, "source": node.source, "line": line, "metadata": final.metadata, "raw": raw}
    if not final.markers:
        plain = PlainCell(**common)
        return plain, [*messages, *_idle_options(final, plain.role)]
    role, name = final.markers[0]
    cell = RoleCell(role=role, name=str(name), points=final.points, title=final.title, **common)
    return cell, [*messages, *_no_name(role, name), *_idle_options(final, role)]


def _respelt(written: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata as if every marker and option were spelt rightly: one slip, one problem."""
    strange = [key for key, value in written.items() if not _is_known(key, value)]
    meta = {key: value for key, value in written.items() if key not in strange and key != GARBLED}
    for key in strange:
        meta.setdefault(_near(key), written[key])
    return meta


def _header(meta: Mapping[str, Any]) -> _Header:
    """The header line taken apart; the rest of the metadata stays."""
    rest = {key: value for key, value in meta.items() if key not in OWN_KEYS}
    markers: tuple[tuple[Role, Any], ...] = tuple((role, meta[role]) for role in ROLES if role in meta)
    if not markers and is_role(role := meta.get("title")):  # `# %% solution`: jupytext takes the word for a title
        markers = ((role, ""),)
        del rest["title"]
    return _Header(markers, meta.get("points"), meta.get("name"), rest)


def _nbgraders(header: _Header) -> LongForm | None:
    """The role that a cell has in nbgrader's own, longer form."""
    meta = header.metadata.get("nbgrader")
    return long_form(meta) if isinstance(meta, dict) else None


def _in_short_form(header: _Header, nbgraders: LongForm | None) -> _Header:
    """The header with nbgrader's long form as our marker; a task cell's, and one that contradicts ours, stay."""
    rest = {key: value for key, value in header.metadata.items() if key != "nbgrader"}
    if nbgraders is None:
        meta = header.metadata.get("nbgrader")
        return header if isinstance(meta, dict) and meta.get("task") else replace(header, metadata=rest)
    if not header.markers:
        points = nbgraders.points if header.points is None else header.points
        return replace(header, markers=((nbgraders.role, nbgraders.name),), points=points, metadata=rest)
    return replace(header, metadata=rest) if _same(header, nbgraders) else header


def _same(header: _Header, nbgraders: LongForm) -> bool:
    return header.markers == ((nbgraders.role, nbgraders.name),)


def _unknown(written: Mapping[str, Any]) -> list[str]:
    """Markers and options that there are not."""
    return [_unknown_key(key) for key, value in written.items() if not _is_known(key, value)]


def _unknown_key(key: str) -> str:
    near = _near(key)
    hint = (
        f"Did you mean {near}?" if near != key else f"The markers are {', '.join(ROLES)}; the options points and name."
    )
    return f"unknown marker or option {key!r}. {hint}"


def _garbled(written: Mapping[str, Any]) -> list[str]:
    """Options that jupytext cannot read."""
    if GARBLED not in written:
        return []
    return [f'cannot read the options {written[GARBLED]!r}. Write them as key="value" or points=2.']


def _conflicting(header: _Header, nbgraders: LongForm | None) -> list[str]:
    """A marker of ours beside another role in nbgrader's long form."""
    if nbgraders is None or not header.markers or _same(header, nbgraders):
        return []
    ours = ", ".join(role for role, _ in header.markers)
    return [f"two roles: {ours} and nbgrader's {nbgraders.role}. Keep one of them."]


def _too_many(header: _Header) -> list[str]:
    """The problem of a header that gives its cell more than one role."""
    if len(header.markers) < 2:
        return []
    return [f"two roles: {' and '.join(role for role, _ in header.markers)}. Keep one of them."]


def _no_name(role: Role, name: Any) -> list[str]:
    """A marker whose name is missing, or cannot be one."""
    if isinstance(name, str) and NAME.fullmatch(name):
        return []
    what = f"{name!r} is no name for a {role}" if name else f"this {role} has no name"
    how = "Use lower case letters, digits and _, the same for an exercise and its check"
    return [f'{what}. {how}: {role}="first_step".']


def _idle_options(header: _Header, role: str) -> list[str]:
    """Options that a cell with this role does not take."""
    given = {"points": header.points, "name": header.title}
    idle = [option for option, value in given.items() if value is not None and option not in OPTIONS.get(role, ())]
    return [f"a {role} cell takes no {option}. Take {option}=... away." for option in idle]


def _is_known(key: str, value: Any) -> bool:
    """Whether a key is ours, Jupyter's, or a JupyterLab extension's (those keep a dictionary under their own name)."""
    return key in OWN_KEYS or key in JUPYTER_KEYS or isinstance(value, dict)


def _near(key: str) -> str:
    """The marker or option that a key looks like; the key itself where it looks like none."""
    return next(iter(difflib.get_close_matches(key.lower(), [*ROLES, "points", "name"], n=1, cutoff=0.6)), key)


def _cell_text(cell: Cell) -> str:
    """What jupytext writes for one cell."""
    import jupytext
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

    new = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}[cell.kind]
    notebook = new_notebook(cells=[new(cell.source, metadata={**_own_metadata(cell), **cell.metadata})])
    return jupytext.writes(notebook, fmt={**FORMAT, "notebook_metadata_filter": "-all"})


def _own_metadata(cell: Cell) -> dict[str, Any]:
    """What our markers and options are as a cell's metadata."""
    if not isinstance(cell, RoleCell):
        return {}
    options = {"points": None if cell.points is None else whole(cell.points), "name": cell.title}
    return {cell.role: cell.name, **{key: value for key, value in options.items() if value is not None}}
