"""A temporary course with secrets in it, and the hostile submissions and their neighbours handed in."""

from __future__ import annotations

import copy
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .case import GRADED, Case, Hand

if TYPE_CHECKING:
    from course.sample.paper import Paper

HOME = Path(__file__).resolve().parents[2]
BUILT = (
    "source",
    "release",
    ".stamps",
    "fingerprints",
    "gradebook.db",
)  # of the repository, where it is there: saves releasing
SETTINGS = """
# The hostile corpus: the same limits, smaller, so that what runs into them does so soon.
c.Execute.timeout = 8
c.Execute.question_timeout = 10
c.Execute.total_timeout = 60
c.Execute.max_output = 200_000
c.Execute.memory = 1024
c.Execute.processes = 64
c.Execute.file_size = 16
c.Execute.space = 64
"""


@dataclass
class Submission:
    """What is handed in under ``student``: a case's, or a plain perfect neighbour's (``case`` is None).

    ``deserved`` are the points of each exercise of ``notebook``; those in ``spares`` may go either way.
    """

    student: str
    week: str
    notebook: str
    family: str
    case: Case | None
    deserved: dict[str, float]
    spares: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """What it is called in the runner's lines."""
        return self.case.name if self.case else self.student

    @property
    def state(self) -> str:
        """The state that it must come to."""
        return self.case.state if self.case else GRADED


@dataclass
class Place:
    """The course in ``root``; ``secret`` is the word that stands wherever a student must not look."""

    root: Path
    secret: str = field(default_factory=lambda: f"kestrel{secrets.token_hex(6)}")
    hidden: set[str] = field(default_factory=set)
    _papers: dict[str, dict[str, Paper]] = field(default_factory=dict)

    def build(self, weeks: Iterable[str]) -> None:
        """Make the course, with ``weeks`` released."""
        from nbgrader.api import Gradebook

        from course.authoring.notebooks.release import release_week
        from course.grading.gradebook.classroom import Classroom
        from course.sample.hand_ins import open_papers

        self.root.mkdir(parents=True, exist_ok=True)
        for name in (*BUILT, "pyproject.toml", "nbgrader_config.py"):
            place = HOME / name
            if place.is_dir():
                shutil.copytree(place, self.root / name, ignore=shutil.ignore_patterns("__pycache__", "*.part"))
            elif place.is_file():
                shutil.copy(place, self.root / name)
        config = self.root / "nbgrader_config.py"
        weeks = sorted({*weeks, "practice2", "week5"})  # some cases hand these in under another name
        for week in weeks:
            release_week(self.root, week)
        config.write_text(config.read_text() + SETTINGS)
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "neural-network-foundations") as gradebook:
            gradebook.update_or_create_student("h-secret", last_name=f"{self.secret} gradebook")
            for student in [student.id for student in gradebook.students if student.id != "h-secret"]:
                gradebook.remove_student(student)
        (self.root / "secret.txt").write_text(f"{self.secret} file\n")
        (self.root / "source" / "secret.txt").write_text(f"{self.secret} source\n")
        (self.root / "submitted").mkdir()
        for week in weeks:
            self._papers[week] = {paper.name: paper for paper in open_papers(self.root, week)}
        self.hidden = _hidden_lines(self.root)
        self.classroom = Classroom(self.root)

    def hand_in(self, case: Case) -> Submission:
        """Write one hostile submission."""
        paper = copy.deepcopy(self._papers[case.week][case.notebook])
        paper.solve(case.solved)
        paper.lose(*(name for name in paper.exercises if case.solved is not None and name not in case.solved))
        for name in case.wrong:
            paper.mistake(name)
        every = tuple(paper.exercises)
        paper.lose(*case.wrong, *(every if "*" in case.loses else case.loses))
        folder = self.root / "submitted" / case.folder / case.week
        folder.mkdir(parents=True)
        hand = Hand(paper, folder, self.root, self.secret)
        case.edit(hand)
        hand.write()
        spares = set(every if "*" in case.spares else case.spares)
        if "others" in spares:
            spares = set(every) - {*case.wrong, *case.loses}
        return Submission(case.folder, case.week, case.notebook, case.family, case, paper.scores, frozenset(spares))

    def neighbour(self, family: str, week: str, notebook: str) -> Submission:
        """Write a plain perfect submission, which comes next."""
        paper = copy.deepcopy(self._papers[week][notebook])
        paper.solve()
        student = f"z-{family}-{week}"
        folder = self.root / "submitted" / student / week
        folder.mkdir(parents=True, exist_ok=True)
        hand = Hand(paper, folder, self.root, self.secret)
        hand.last(f"mine = '{self.secret} neighbour'")
        hand.write()
        return Submission(student, week, notebook, family, None, paper.scores)


def _hidden_lines(root: Path) -> set[str]:
    """The lines of hidden tests that stand nowhere else in the texts."""
    region = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)
    texts = [path.read_text(encoding="utf-8") for path in root.glob("source/*/*.py")]
    lines = {line.strip() for text in texts for found in region.findall(text) for line in found.splitlines()}
    visible = "\n".join(region.sub("", text) for text in texts)
    return {line for line in lines if len(line) > 25 and line not in visible}


def environment(place: Place) -> dict[str, str]:
    """The grader's environment, with a secret in it and a home of its own."""
    home = place.root / "home"
    home.mkdir(exist_ok=True)
    (home / ".secret").write_text(f"{place.secret} home\n")
    return {**os.environ, "COURSE_SECRET": f"{place.secret} environment", "HOME": str(home)}
