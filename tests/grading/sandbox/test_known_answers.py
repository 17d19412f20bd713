"""Is a student harmed by the wall? Known answers of every exercise, asked as grading asks: in a student's room.

The kill matrix tries every answer, in one process. Here the solved notebook runs in a room; before each solution the
kernel is copied, an answer takes the solution's place in a copy, and the test cell's questions go over the wall: all
right answers, and of the wrong ones each fifth.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from home import ROOT

from course.authoring.text.model import Cell
from course.authoring.text.parse import read
from course.grading.gradebook.record import CheckRecord
from course.grading.run.judging import Readers, Witness, judge_cell
from course.grading.sandbox import pool
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.remote_kernel import KernelLost
from course.grading.sandbox.room import Room

TEXTS = sorted((ROOT / "source").glob("*/*.py"))
ID = "U1234567X"
SECRET = bytes(range(32))
"""What hidden cases are drawn with, as when a class is graded."""


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with pool.entered({}, Limits()) as made:
        yield made


def asked(room: Room, text: Path) -> Iterator[tuple[str, Cell, dict]]:
    """Each exercise's name and answer, and what the grader says of it."""
    source = read(text)
    cells = [cell for cell in source.cells if cell.kind == "code" and cell.released]
    places = {cell.name: place for place, cell in enumerate(cells) if cell.role == "check"}
    kernel, before, given = room.kernel(), [], []
    for place, cell in enumerate(cells):
        if cell.role == "check":
            continue
        if cell.role == "solution":
            exercise = source.exercises[cell.name]
            between = [each.source for each in cells[place + 1 : places[cell.name]] if each.role != "check"]
            for answer in (exercise.solution, *exercise.rights, *exercise.wrongs[::5]):
                copy = kernel.snapshot()
                mine = [*before, answer.source, *between]
                try:
                    for code in (answer.source, *between):
                        copy.run(code, seconds=60, clean=True)
                    readers = Readers(room.reading)
                    witness = Witness(copy, mine, readers, secret=SECRET, given=given)
                    record = judge_cell(cells[places[cell.name]].source, f"check-{cell.name}", 1, witness)
                    readers.close()
                except KernelLost as lost:
                    record = CheckRecord(cell.name, f"check-{cell.name}", 1, "failed", message=lost.reason)
                copy.end()
                yield cell.name, answer, record
        kernel.run(cell.source, seconds=120, clean=cell.role != "given")
        before.append(cell.source)
        given.append(cell.role == "given")
    kernel.end()


@pytest.mark.long
@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.parent.name + "-" + path.stem)
def test_is_every_right_answer_accepted_and_a_wrong_one_refused_through_the_wall(text, room):
    refused, accepted, count = [], [], 0
    for name, answer, record in asked(room, text):
        count += 1
        if answer.role == "wrong" and record.passed:
            accepted.append(f"{name}: {answer.title}")
        elif answer.role != "wrong" and not record.passed:
            refused.append(f"{name}: {answer.title or 'solution'}\n{record.message}")
    assert count > 10
    assert not refused, f"right answers refused through the wall:\n{chr(10).join(refused)}"
    assert not accepted, f"wrong answers accepted through the wall: {accepted}"
