"""HTML sanitiser (allowlist, nh3) for notebook content: text, pictures that are pictures, and plain formatting.

A page is opened by people who trust it. So nothing that a notebook brings along reaches it as HTML, SVG, LaTeX or
script: text is escaped, Markdown keeps its formatting and nothing else, and a picture is a PNG or a JPEG by its bytes.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

MAX_ANSWER_CHARS = 20_000
"""What a page shows of one written answer, """
MAX_OUTPUT_CHARS = 4_000
"""of one output,"""
MAX_PICTURE_BYTES = 2_000_000
"""of one picture, which is shown whole or not at all,"""
MAX_OUTPUTS = 20
"""and of one cell's outputs."""

_RULE = re.compile(r"\A-{20,}\n\w+ +Traceback \(most recent call last\)\n")  # IPython's, wide as a terminal
_SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_SCHEMES = {"http", "https", "mailto"}
TAGS = set(
    "a b blockquote br code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i li ol p pre s strong sub sup table tbody td th "
    "thead tr ul".split()
)


@dataclass(frozen=True)
class Shown:
    """A piece of output: ``text``, or a picture whose address is ``data`` and whose description is ``text``."""

    text: str
    data: str = ""
    error: bool = False


@lru_cache(2048)
def formatted(source: str) -> str:
    """A Markdown text as HTML that holds formatting only: no raw HTML, no pictures, no script addresses."""
    source = source.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text
    source, rest = source[:MAX_ANSWER_CHARS], source[MAX_ANSWER_CHARS:]
    try:
        page = MarkdownWithMath(renderer=IPythonRenderer(escape=True, exclude_anchor_links=True)).render(source)
        page = sanitised(page)
    except (RecursionError, ValueError, TypeError, KeyError, IndexError):  # written to break a parser
        page = f"<pre>{html.escape(source)}</pre>"
    return page + (f"<p>[{len(rest)} more characters are left out here]</p>" if rest else "")


def sanitised(page: str) -> str:
    """HTML with nothing in it but the tags of plain formatting, and links to pages and addresses."""
    return nh3.clean(
        page,
        tags=TAGS,
        clean_content_tags=set(),  # of a tag that is taken out, its text stays, as text
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def outputs(cell: NotebookNode) -> list[Shown]:
    """A code cell's outputs, each as text or as a picture; what is neither is left out."""
    made: list[Shown] = []
    for output in cell.get("outputs", ())[:MAX_OUTPUTS]:
        if output.output_type == "stream":
            made.append(Shown(_cut(output.get("text", ""))))
        elif output.output_type == "error":
            text = strip_ansi("\n".join(map(str, output.get("traceback", ()))))
            made.append(Shown(_cut(_RULE.sub("", text)), error=True))
        else:
            made += _one(output.get("data", {}), output.get("metadata", {}))
    return [piece for piece in made if piece.text.strip() or piece.data]


def attachments(cell: NotebookNode) -> list[Shown]:
    """The pictures attached to a text cell, such as the photograph of a derivation."""
    found = cell.get("attachments", {})
    if not isinstance(found, dict):
        return []
    bundles = list(found.items())[:MAX_OUTPUTS]
    return [Shown(str(name)[:200], data) for name, bundle in bundles for data in _pictures(bundle)]


def _one(data: Any, metadata: Any) -> list[Shown]:
    if not isinstance(data, dict):
        return []
    text = data.get("text/plain", "")
    text = "".join(map(str, text)) if isinstance(text, list) else str(text)
    if picture := next(_pictures(data), ""):
        about = metadata.get(picture[5 : picture.index(";")], {}) if isinstance(metadata, dict) else {}
        alt = about.get("alt", "") if isinstance(about, dict) else ""
        return [Shown(str(alt or "A figure that this cell drew")[:500], picture)]
    return [Shown(_cut(text))]


def _pictures(bundle: Any) -> Iterator[str]:
    """The addresses of the pictures in a MIME bundle, made anew from their bytes."""
    for kind, begin in _SIGNATURES.items():
        content = bundle.get(kind) if isinstance(bundle, dict) else None
        content = "".join(map(str, content)) if isinstance(content, list) else content
        if not isinstance(content, str) or len(content) > MAX_PICTURE_BYTES * 4 // 3 + 8:
            continue
        try:
            raw = base64.b64decode("".join(content.split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        if raw.startswith(begin):
            yield f"data:{kind};base64,{base64.b64encode(raw).decode('ascii')}"


def _cut(text: Any) -> str:
    text = strip_ansi("".join(map(str, text)) if isinstance(text, list) else str(text))
    if len(text) <= MAX_OUTPUT_CHARS:
        return text
    return f"{text[:MAX_OUTPUT_CHARS]}\n[{len(text) - MAX_OUTPUT_CHARS} more characters are left out here]"
