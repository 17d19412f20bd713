"""Sanitiser of cell outputs: what a kernel said, as outputs in the notebook format, without what no output holds."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.grading.sandbox.remote_kernel import Ran
from course.runtime.verdict import MIME

MAX_DISPLAYS = 20
"""Displays with one id that an update changes."""


def plain_text(text: str) -> str:
    """``text`` without what cannot be written to a file: halves of characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


def short_text(text: str, most: int) -> str:
    """``text`` as ``plain_text`` makes it, and where it has more than ``most`` characters, its beginning and "…"."""
    return plain_text(text if len(text) <= most else text[:most] + "…")


def plain_json(value: Any) -> Any:
    """``value`` with every text in it plain; raises TypeError where it holds what JSON does not."""
    if isinstance(value, str):
        return plain_text(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, list):
        return [plain_json(item) for item in value]
    if isinstance(value, dict):
        return {plain_text(str(key)): plain_json(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} in an output")


def outputs_of(ran: Ran, displays: dict[str, list[NotebookNode]]) -> list[NotebookNode]:
    """The outputs of a cell, streams joined, displays replaced and cleared as a notebook does.

    ``displays`` holds the displays that have an id, of the whole notebook; those of this cell are added.
    """
    found: list[NotebookNode] = []
    texts: list[str] = []  # of the stream that comes last
    clear_next = False
    for kind, said in ran.outputs:
        try:
            content = plain_json(said)
        except (TypeError, RecursionError):
            continue
        if kind == "clear_output":
            if content.get("wait") is True:
                clear_next = True
            else:
                found.clear()
                texts.clear()
            continue
        if kind == "update_display_data":
            data, metadata = _data(content.get("data")), _mapping(content.get("metadata"))
            for shown in displays.get(_display_id(content), []):
                shown.data, shown.metadata = data, metadata
            continue
        output = _output(kind, content)
        if output is None:
            continue
        if clear_next:
            found.clear()
            texts.clear()
            clear_next = False
        if kind == "stream" and found and found[-1].output_type == "stream" and found[-1].name == output.name:
            texts.append(output.text)
            continue
        _join(found, texts)
        found.append(output)
        if kind == "display_data" and (name := _display_id(content)):
            known = displays.setdefault(name, [])
            if len(known) < MAX_DISPLAYS:
                known.append(output)
    _join(found, texts)
    if ran.flooded:
        found.append(new_output("stream", name="stdout", text="\n... the rest of this cell's output was cut\n"))
    return found


def _join(found: list[NotebookNode], texts: list[str]) -> None:
    """Give the stream that comes last what it said in further ``texts``."""
    if texts:
        found[-1].text += "".join(texts)
        texts.clear()


def _display_id(content: dict[str, Any]) -> str:
    transient = content.get("transient")
    return str(transient.get("display_id", "")) if isinstance(transient, dict) else ""


def _output(kind: str, content: dict[str, Any]) -> NotebookNode | None:
    if kind == "stream":
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=str(content.get("text", "")))
    if kind == "error":
        lines = content.get("traceback")
        lines = [str(line) for line in lines] if isinstance(lines, list) else []
        return new_output("error", ename=str(content.get("ename")), evalue=str(content.get("evalue")), traceback=lines)
    if kind not in ("display_data", "execute_result"):
        return None
    data, metadata = _data(content.get("data")), _mapping(content.get("metadata"))
    if not data:
        return None
    output = new_output(kind, data=data, metadata=metadata)
    if kind == "execute_result":
        count = content.get("execution_count")
        output.execution_count = count if type(count) is int else None
    return output


def _mapping(value: Any) -> NotebookNode:
    return NotebookNode({str(key): item for key, item in value.items()}) if isinstance(value, dict) else NotebookNode()


def _data(value: Any) -> NotebookNode:
    """A display's data by media type: text, and JSON where the type says so."""
    return NotebookNode(
        {
            kind: item if kind.endswith("json") else str(item)
            for kind, item in _mapping(value).items()
            if "/" in kind and kind != MIME
        }
    )
