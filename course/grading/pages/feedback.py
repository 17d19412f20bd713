"""HTML exporter of feedback pages: the score, and for each exercise what was said of it beside the answer.

``FeedbackExporter`` is what nbgrader's generate_feedback writes its pages with. A page needs nothing beside it, runs no
script (its own policy forbids it), and holds of the student's notebook only what ``safe_html.py`` lets through.
"""

from __future__ import annotations

import base64
import copy
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, TextIO

import jinja2
import nbformat
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets import default

from course.coursedir.nbgrader_guard import guard
from course.grading.gradebook.marks import WRITTEN, Mark, Part
from course.grading.gradebook.record import CheckRecord, State, records_in
from course.grading.pages.safe_html import Shown, attachments, formatted, outputs
from course.runtime.hashing import sha256

TEMPLATES = Path(__file__).parent / "templates"
INDEX = "index.html"

PageState = State | Literal["to read", "read"]
STATE_WORDS: dict[PageState, tuple[str, str]] = {
    "passed": ("✓", "passes"),
    "failed": ("✗", "not yet"),
    "not done": ("…", "not answered"),
    "to read": ("○", "waits for a person"),
    "read": ("●", "read by a person"),
}
"""The mark of each state and what it is called: told apart without colour."""
_LEXER, _CODE = PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)
_HEADING = re.compile(r"^#{1,6} +(.+?)[ #]*$", re.MULTILINE)


@dataclass(frozen=True)
class GradedExercise:
    """One exercise as a page shows it. ``lines`` is the message: pairs of a label and a sentence.

    ``kind`` is a key of STATE_WORDS; ``note`` is what there is to say of an answer that passed, or "". ``code``,
    ``answer``, ``comment`` and ``checks`` are safe HTML, "" for none.
    """

    name: str
    title: str
    kind: PageState
    score: float
    points: float
    lines: tuple[tuple[str, str], ...] = ()
    code: str = ""
    answer: str = ""
    comment: str = ""
    checks: str = ""
    shown: tuple[Shown, ...] = ()
    by_hand: bool = False
    note: str = ""

    @property
    def mark(self) -> str:
        """The sign that stands before the state's name."""
        return STATE_WORDS[self.kind][0]

    @property
    def state(self) -> str:
        """How this page's exercise stands, in a student's words."""
        return STATE_WORDS[self.kind][1]


@dataclass(frozen=True)
class Page:
    """A notebook of a submission: its exercises, and the submission's other notebooks in ``parts``."""

    student: str
    assignment: str
    notebook: str
    name: str
    parts: list[Part]
    exercises: list[GradedExercise]
    repairs: list[str] = field(default_factory=list)
    handed_in: frozenset[str] = frozenset()

    @property
    def part(self) -> Part:
        """The points of this page's notebook, among those of the assignment."""
        return next(part for part in self.parts if part.notebook == self.notebook)

    @property
    def first(self) -> GradedExercise | None:
        """Where the student should begin: the first exercise that a check did not find right."""
        return next((each for each in self.exercises if each.kind in ("failed", "not done") and each.points), None)

    def count(self, *kinds: PageState) -> int:
        """How many exercises are in one of these states."""
        return sum(each.kind in kinds for each in self.exercises)


class FeedbackExporter(Exporter):
    """Writes a feedback page. One of it serves a whole class: the template and what code looks like are kept."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        guard(self)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    output_mimetype = "text/html"

    @cached_property
    def _templates(self) -> jinja2.Environment:
        return environment()

    def from_file(  # type: ignore[override]  # the base class is typed as if no exporter made text
        self, file_stream: TextIO, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, ResourcesDict]:
        """The page of a graded notebook in a file, which nbgrader checked when it wrote it: not done again here."""
        return self._page(nbformat.v4.reads(file_stream.read()), self._init_resources(resources))

    def from_notebook_node(  # type: ignore[override]  # as above
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, ResourcesDict]:
        """The page of a graded notebook, which is not changed."""
        return self._page(copy.deepcopy(nb), self._init_resources(resources))

    def _page(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[str, ResourcesDict]:
        """The page; where the submission has several notebooks, an index goes with it. Changes ``nb``."""
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        page = page_of(nb, resources)
        if len(page.parts) > 1:
            index = self._templates.get_template("feedback-index.html.j2").render(page=page)
            resources.setdefault("outputs", {})[INDEX] = _encodable(index).encode()
        return _encodable(self._templates.get_template("feedback.html.j2").render(page=page)), resources


def environment() -> jinja2.Environment:
    """The templates of the course's pages; everything that is put into one is escaped."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    found.filters["number"] = number
    found.filters["title"] = title
    found.globals["styles"] = lru_cache(styles)
    found.globals["policy"] = lru_cache(policy)
    return found


def styles(*names: str) -> Markup:
    """These style sheets of the templates' folder, as one."""
    return Markup("\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names))


def policy(*names: str) -> str:
    """The Content-Security-Policy of a page with these style sheets: they, and pictures within the page."""
    digest = base64.b64encode(bytes.fromhex(sha256(styles(*names).encode()))).decode("ascii")
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def number(value: float) -> str:
    """Points with two digits behind the point at most."""
    return f"{round(value, 2) + 0.0:.10g}"


def title(name: str) -> str:
    """An assignment's name as a title: "week5" is "Week 5"."""
    return re.sub(r"(?<=[a-z])(?=\d)", " ", name).replace("_", " ").capitalize()


def page_of(nb: NotebookNode, resources: ResourcesDict) -> Page:
    """What the page of an autograded notebook shows, from the notebook and what ``Marks`` read."""
    info = resources["nbgrader"]
    said = nb.metadata.get("course", {})
    records = {record.grade_id: record for record in records_in(said)}
    folder = Path(resources.get("metadata", {}).get("path") or ".")
    return Page(
        student=info["student"],
        assignment=info["assignment"],
        notebook=info["notebook"],
        name=info.get("name", ""),
        parts=info["parts"],
        exercises=_exercises(nb, records, info["marks"], info["comments"]),
        repairs=[str(sentence) for sentence in said.get("repairs", ())],
        handed_in=frozenset(path.stem for path in folder.glob("*.ipynb")) | {info["notebook"]},
    )


def _exercises(
    nb: NotebookNode, records: dict[str, CheckRecord], marks: dict[str, Mark], comments: dict[str, str]
) -> list[GradedExercise]:
    """The exercises in the notebook's order: a test cell with the answer that it tests, or a written answer."""
    answers: dict[str, NotebookNode] = {}
    made, heading, latest = [], "", None
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.cell_type == "markdown" and not name and (found := _HEADING.findall(cell.source)):
            heading = _plain(found[-1])
        if utils.is_solution(cell) and not utils.is_grade(cell):
            answers[name], latest = cell, cell
        elif utils.is_grade(cell) and name in marks:
            mark = marks[name]
            if mark.kind == WRITTEN or utils.is_solution(cell):
                made.append(_written(cell, mark, heading, comments.get(name, "")))
            else:
                record = records.get(name) or _from_outputs(cell, mark)
                answer = answers.get(name.removeprefix("check-"), latest)
                made.append(_checked(cell, mark, heading, record, answer, comments))
            latest = None
    return made


def _written(cell: NotebookNode, mark: Mark, heading: str, comment: str) -> GradedExercise:
    answered = mark.unread or mark.by_hand
    kind: PageState = "to read" if mark.unread else "read" if mark.by_hand else "not done"
    code = cell.cell_type == "code"
    return GradedExercise(
        name=mark.grade_id,
        title=heading,
        kind=kind,
        score=mark.score or 0.0,
        points=mark.points,
        code=_coloured(cell.source) if code and answered else "",
        answer=formatted(cell.source) if not code and answered else "",
        comment=formatted(comment) if comment else "",
        shown=tuple(outputs(cell) if code else attachments(cell)) if answered else (),
        by_hand=mark.by_hand,
    )


def _checked(
    cell: NotebookNode,
    mark: Mark,
    heading: str,
    record: CheckRecord,
    answer: NotebookNode | None,
    comments: dict[str, str],
) -> GradedExercise:
    """A test cell's exercise on the page.

    ``cell`` is the test, ``mark`` what the gradebook has for it, ``heading`` the title above it, ``record`` what the
    check said, ``answer`` the cell that it tests, ``comments`` a person's words by the cell's name.
    """
    kind = record.state
    comment = comments.get(answer.metadata.nbgrader.grade_id, "") if answer is not None else ""
    return GradedExercise(
        name=mark.grade_id.removeprefix("check-"),
        title=heading,
        kind=kind,
        score=mark.score or 0.0,
        points=mark.points,
        lines=record.lines if kind == "failed" else (),
        code=_coloured(answer.source) if answer is not None and kind != "not done" else "",
        comment=formatted(comment) if comment else "",
        checks=_coloured(cell.source),
        shown=tuple(outputs(answer)) if answer is not None and kind == "failed" else (),
        by_hand=mark.by_hand,
        note=record.where if kind == "passed" else "",
    )


def _from_outputs(cell: NotebookNode, mark: Mark) -> CheckRecord:
    """The record of a test that this course's grader did not run: nbgrader's own left an error, or none."""
    name = mark.grade_id.removeprefix("check-")
    if (
        mark.score is not None
        and mark.score >= mark.points
        and not any(output.output_type == "error" for output in cell.get("outputs", ()))
    ):
        return CheckRecord(name, mark.grade_id, mark.points, "passed")
    text = "\n".join(piece.text for piece in outputs(cell) if piece.error)
    state: State = "not done" if "NotImplementedError" in text else "failed"
    return CheckRecord(name, mark.grade_id, mark.points, state, what=text)


def _plain(heading: str) -> str:
    return re.sub(r"[*`$]|\\[a-zA-Z]+", "", heading).strip()[:120]


@lru_cache(4096)
def _coloured(source: str) -> Markup:
    """Python code as HTML with the classes of Pygments. The same stub stands in every page of a class."""
    return Markup(highlight(source[:20_000].strip("\n"), _LEXER, _CODE))


def _encodable(text: str) -> str:
    """The text without what UTF-8 cannot hold: half a surrogate pair, as a forged notebook may bring."""
    return text.encode("utf-8", "replace").decode("utf-8")
