"""What became of the hostile submissions, against what they deserve."""

from __future__ import annotations

import html
import json
import os
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import nbformat

from .case import EITHER, FILE, GRADED, SCRIPT, SLEEP
from .grading import Run
from .place import Place, Submission

KINDS = ("forged", "leaked", "lost", "crashed", "hung")


@dataclass(frozen=True)
class Finding:
    """One thing that went wrong with a submission: one of KINDS, and what."""

    kind: str
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}  {self.name}: {self.what}"


def closing(submissions: list[Submission], findings: Iterable[Finding], what: str = "hostile submissions") -> str:
    """The closing line: how many cases there were, and how many of them went wrong in each way."""
    found = {kind: len({each.name for each in findings if each.kind == kind}) for kind in KINDS}
    number = sum(each.case is not None for each in submissions)
    return f"{what}: {number}; " + "; ".join(f"{kind} {found[kind]}" for kind in KINDS)


def look(place: Place, submissions: list[Submission], run: Run) -> list[Finding]:
    """Everything that went wrong."""
    found = [Finding("hung", name, what) for name, what in run.hung.items()]
    found += [Finding("crashed", name, what) for name, what in run.crashed.items()]
    troubled = {*run.hung, *run.crashed}
    for submission in submissions:
        found += _scores(place, submission, submission.name in troubled)
        found += _seen(place, submission)
    return found + list(left_behind(place))


def _scores(place: Place, submission: Submission, troubled: bool) -> Iterator[Finding]:
    outcome = place.classroom.outcome(submission.student, submission.week)
    state = outcome.state if outcome else "nothing"
    if state != submission.state and submission.state != EITHER and not troubled:
        reason = f" ({outcome.reason})" if outcome and outcome.reason else ""
        yield Finding(
            "lost" if submission.state == GRADED else "crashed", submission.name, f"it is {state}{reason}"[:500]
        )
    given = scores(place, submission)
    if state != GRADED and any(given.values()):
        yield Finding("forged", submission.name, f"it is {state}, and a score stands: {given}")
    if state != GRADED:
        return
    for name, points in submission.deserved.items():
        got = given.get(name)
        if got is not None and got > points and name not in submission.spares:
            yield Finding("forged", submission.name, f"{name} has {got:g} points and deserves {points:g}")
        elif (got is None or got < points) and name not in submission.spares:
            said = next((e for e in outcome.exercises if e.exercise == name or e.grade_id == f"check-{name}"), None)
            words = " ".join((said.what, said.where, said.cause)) if said else ""
            yield Finding("lost", submission.name, f"{name} has {got} points and deserves {points:g}: {words}"[:500])


def scores(place: Place, submission: Submission) -> dict[str, float | None]:
    """The automatic scores of a submission's exercises, from the gradebook."""
    from nbgrader.api import MissingEntry

    with place.classroom.gradebook() as gradebook:
        try:
            notebook = gradebook.find_submission_notebook(submission.notebook, submission.week, submission.student)
        except MissingEntry:
            return {}
        tests = [grade for grade in notebook.grades if grade.name.startswith("check-")]
        return {grade.name.removeprefix("check-"): grade.auto_score for grade in tests}


def _seen(place: Place, submission: Submission) -> Iterator[Finding]:
    """Secrets, hidden tests and scripts in what the student gets to see."""
    name = submission.name
    words = {place.secret, place.secret[::-1], *(submission.case.words if submission.case else ())}
    folder = place.classroom.path("feedback", submission.student, submission.week)
    pages = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    for path in pages:
        text = path.read_text(errors="replace")
        plain = html.unescape(text)
        bare = _without_tags(plain)
        if submission.case and (seen := [word for word in words if word in text or word in plain]):
            yield Finding("leaked", name, f"{path.name} shows {seen[0]}")
        if lines := [line for line in place.hidden if line in bare]:
            yield Finding("leaked", name, f"{path.name} shows a hidden test: {lines[0][:60]}")
        if path.suffix in (".html", ".svg"):
            reader = _Scripts()
            reader.feed(text)
            if reader.found:
                yield Finding("leaked", name, f"{path.name} runs a script: {reader.found[0][:80]}")
    note = place.classroom.outcome(submission.student, submission.week)
    said = json.dumps([note.reason, note.notes, note.to_json()["exercises"]]) if note and submission.case else ""
    if submission.case:
        said += "".join(_outputs(place, submission))
    if seen := [word for word in words if word in said]:
        yield Finding("leaked", name, f"its outputs or messages show {seen[0]}")
    if lines := [line for line in place.hidden if line in said]:
        yield Finding("leaked", name, f"its outputs show a hidden test: {lines[0][:60]}")


def _outputs(place: Place, submission: Submission) -> Iterator[str]:
    path = place.classroom.path("autograded", submission.student, submission.week) / f"{submission.notebook}.ipynb"
    if path.is_file():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nb = nbformat.read(path, as_version=4)
        for cell in nb.cells:
            for output in cell.get("outputs", ()):
                yield str(output)


def _without_tags(text: str) -> str:
    import re

    return html.unescape(re.sub(r"<[^>]+>", "", text))


class _Scripts(HTMLParser):
    """Finds what a browser would run of a student's in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("type") or ""
        self._script = tag == "script" and ("javascript" in kind or kind in ("", "module"))
        for name, value in attrs:
            value = (value or "").strip()
            active = name.startswith("on") or name in ("srcdoc", "style") or value.lower().startswith("javascript:")
            if SCRIPT in value and (active or (name == "content" and "javascript:" in value)):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        if self._script and f"{SCRIPT}()" in data:
            self.found.append(f"<script>{data.strip()}")

    def handle_endtag(self, tag: str) -> None:
        self._script = False


def left_behind(place: Place) -> Iterator[Finding]:
    """Files and processes outside the room that only a submission can have made."""
    inside = {place.root / name for name in ("submitted", "autograded", "feedback")}
    spots = [
        place.root,
        Path(tempfile.gettempdir()),
        Path("/tmp"),
        Path("/var/tmp"),
        Path("/dev/shm"),
        Path("/"),
        Path.cwd(),
    ]
    import course

    for spot in {*spots, Path(course.__file__).parent, Path.home()}:
        with os.scandir(spot) as entries:
            for entry in entries:
                if FILE in entry.name:
                    yield Finding("leaked", "somebody", f"{entry.path} was written")
    for folder, names, files in os.walk(place.root):
        if Path(folder) in inside:
            names.clear()
        for name in files:
            if FILE in name:
                yield Finding("leaked", "somebody", f"{folder}/{name} was written")
    for number in (name for name in os.listdir("/proc") if name.isdigit()):
        try:
            words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:1] == [b"sleep"] and SLEEP.encode() in words:
            yield Finding("leaked", "somebody", f"process {number} was left behind")
