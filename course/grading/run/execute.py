"""Execution preprocessor for nbgrader: cells run in the student's room, test cells in the grader's process.

Notebook in, executed and judged notebook out. A slow cell is stopped and the rest goes on; a cell that ends the kernel
is left out; a flood of output is cut. nbgrader reads a grade off a test cell's outputs (anything on stderr is a zero,
a displayed number is a grade, silence is full marks), so a test cell is given none, or the message as an error.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import os
import warnings
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Enum, Integer

from course.coursedir.errors import CouldNotBeGraded, MachineFault
from course.coursedir.layout import STATE
from course.grading.analysis.integrity import remarks
from course.grading.gradebook.outcome import UNSAFE
from course.grading.gradebook.record import CheckRecord
from course.grading.sandbox import limits, machine, pool, remote_kernel, walls
from course.grading.sandbox.outputs import outputs_of
from course.grading.sandbox.room import Room
from course.grading.sandbox.session import Code, Session
from course.grading.sandbox.share import Doubtful, Share
from course.grading.submission.parse import beside
from course.runtime.lacking import lack_by_limits

if TYPE_CHECKING:
    from course.grading.run.judging import Readers, Witness


_ADVICE = (
    "See that the machine has memory left; if that repeats, look for code in the notebook that does more than its "
    "exercises ask."
)


class Execute(NbGraderPreprocessor):
    """Runs and judges a notebook in place of nbgrader's own Execute.

    What was said about each exercise goes to ``nb.metadata["course"]["exercises"]``, what happened on the way to
    ``"repairs"``, what an instructor should look at to ``"integrity"``. Raises CouldNotBeGraded where the notebook
    takes too long or ends one kernel after another, MachineFault for what may pass, and GradingStopped where there is
    no room to run it in.
    """

    timeout = Integer(20, help="Seconds a cell may run before it is stopped.").tag(config=True)
    question_timeout = Integer(20, help="Seconds that the answers to one check may take.").tag(config=True)
    total_timeout = Integer(300, help="Seconds a whole notebook may take, cells and questions.").tag(config=True)
    max_output = Integer(1_000_000, help="Characters of output kept for each cell.").tag(config=True)
    memory = Integer(2048, help="MiB that a submission's processes may take beyond what Python and torch do.").tag(
        config=True
    )
    processes = Integer(128, help="Processes that a submission may have at once.").tag(config=True)
    file_size = Integer(64, help="MiB that a file may grow to.").tag(config=True)
    space = Integer(256, help="MiB of files that a submission may write.").tag(config=True)
    device = Enum(
        ("auto", "cpu", "cuda"),
        "cpu",
        help="auto or cuda: what is asked in a process of its own is asked on the GPU too, where there is one.",
    ).tag(config=True)
    keep_points = Bool(
        True, help="An answer that passes with the right earlier exercises in the place of wrong ones keeps its points."
    ).tag(config=True)
    unsafe = Bool(False, help="Grade without a sandbox. Every grade made so is marked.").tag(config=True)

    student = ""
    """Whose submission it is. Where that is an ID such as U1234567X, a practice is judged by that ID's numbers."""
    secret: bytes | None = None
    """What the hidden tests draw their cases with. No setting: nothing that shows settings shows it."""
    known: tuple[str, ...] = ()
    """The tables of the hidden tests' known mistakes, as texts."""
    solutions: Mapping[str, str] = {}
    """The author's solutions of the notebook's exercises, where they are known."""
    hurried = False
    """Whether others wait: then whatever may be the machine's doing raises Doubtful, to be tried again alone."""

    @property
    def limits(self) -> limits.Limits:
        """These settings, as a room takes them."""
        return limits.Limits(
            memory=self.memory << 20,
            processes=self.processes,
            file_size=self.file_size << 20,
            space=self.space << 20,
            max_output=self.max_output,
            cell=float(self.timeout),
            question=float(self.question_timeout),
            gpu=self._gpu(),
        )

    def _gpu(self) -> bool:
        if self.device == "cpu":
            return False
        from course.device import has_cuda  # and torch

        return has_cuda()

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Execute and judge ``nb`` in place; warns, once, of what the sandbox goes without on this machine."""
        for note in () if self.unsafe else walls.notes():
            warnings.warn(note, RuntimeWarning, stacklevel=2)
        info, metadata = (resources.get(name, {}) if resources else {} for name in ("nbgrader", "metadata"))
        self.student = info.get("student", self.student)
        if week := info.get("assignment"):  # nbgrader's own command, or the Formgrader
            self._enter_course(week, info.get("notebook", ""))
        return self.once(nb, beside(Path(metadata.get("path") or "."))), resources

    def once(self, nb: NotebookNode, files: Mapping[str, bytes], given: Sequence[str] = ()) -> NotebookNode:
        """Execute and judge ``nb`` in place, with these files beside it; again in a new room where that was lost.

        ``given`` is the code that it has in common with the rest of a class.
        """
        before = copy.deepcopy(nb)
        try:
            return self._in_a_room(nb, files, given)
        except remote_kernel.RoomLost:
            nb.clear()
            nb.update(before)
        try:
            return self._in_a_room(nb, files, given)
        except remote_kernel.RoomLost as error:
            raise MachineFault(
                f"The room in which it ran broke down, twice ({error}). {lack_by_limits() or _ADVICE}"
            ) from None

    def _in_a_room(self, nb: NotebookNode, files: Mapping[str, bytes], given: Sequence[str]) -> NotebookNode:
        with pool.entered(files, self.limits, unsafe=self.unsafe, given=given) as room:
            waited, at_work = (
                functools.partial(seconds, room.process.pid) for seconds in (machine.waited_in, machine.worked_in)
            )
            share = room.share = Share(float(self.total_timeout), self.hurried, waited, at_work)
            seen, worked = machine.Observation(), 0.0 if self.hurried else _worked(room)
            try:
                self._in(room, nb, frozenset(given))
                room.watch()  # what was judged counts where the room has lived through it; or else: RoomLost
            except CouldNotBeGraded:
                _believe(share, seen, room, worked)
                raise
            _believe(share, seen, room, worked)
            return nb

    def _in(self, room: Room, nb: NotebookNode, given: Container[str]) -> None:
        cells = [
            Code(number, cell.source, _is_test(cell), bool(utils.is_locked(cell)), cell.source in given)
            for number, cell in enumerate(nb.cells)
            if cell.cell_type == "code"
        ]
        session = Session(room, cells, float(self.timeout), room.share)
        try:
            session.run()
            self._show(nb, session)
            self._judge(nb, session, room)
        finally:
            session.close()

    def _show(self, nb: NotebookNode, session: Session) -> None:
        """Give every cell its outputs, and note what went wrong on the way."""
        notes = nb.metadata.setdefault("course", NotebookNode())
        said = notes.setdefault("repairs", [])
        if self.unsafe:
            said.append(UNSAFE)
        notes["integrity"] = [f"cell {remark.cell}: {remark.text}" for remark in remarks(nb)]
        displays: dict[str, list[NotebookNode]] = {}
        for code in session.cells:
            cell = nb.cells[code.number]
            cell.outputs = []
            ran = session.ran.get(code.number)
            if code.number in session.lost and not code.test:  # where no copy could be made, another way is found
                reason = session.lost[code.number]
                lines = [f"Python ended while this cell ran: {reason}. The cells after it ran without it."]
                cell.outputs = [new_output("error", ename="KernelLost", evalue=reason, traceback=lines)]
                said.append(f"Python ended in {code.title}: {reason}. The rest ran without that cell.")
            elif ran is not None and not code.test:
                cell.execution_count = ran.count
                cell.outputs = outputs_of(ran, displays)
                if ran.stopped:
                    lines = [f"This cell ran longer than {self.timeout} seconds and was stopped."]
                    cell.outputs.append(new_output("error", ename="CellTimeoutError", evalue=lines[0], traceback=lines))
                    said.append(f"The {code.title} ran longer than {self.timeout} s and was stopped.")
                if ran.exited:
                    said.append(f"The {code.title} calls quit() or exit(); the rest ran all the same.")

    def _judge(self, nb: NotebookNode, session: Session, room: Room) -> None:
        """Run the test cells, and write what they say into the notebook."""
        from course.grading.run.judging import Readers, no_time_left  # and torch: only where something is judged

        records, readers, share = dict[int, CheckRecord](), Readers(room.reading), room.share
        for code in (code for code in session.cells if code.test):
            cell = nb.cells[code.number]
            record = None if share.used_up else self._judged(nb, session, code, readers)
            if record is None or (record.state == "failed" and share.used_up):  # its answers may have been cut short
                record = no_time_left(code.source, cell.metadata.nbgrader["grade_id"], _points(cell), share.total)
            records[code.number] = record
        readers.close()
        if self.solutions:
            self._ask_with_right_ones(nb, session, records)
        for number, record in records.items():
            cell, lines = nb.cells[number], record.message.split("\n")
            cell.execution_count = None
            if not record.passed:
                ename = "NotDone" if record.state == "not done" else "CheckFailed"
                cell.outputs = [new_output("error", ename=ename, evalue=lines[0], traceback=lines)]
            elif record.message:
                cell.outputs = [new_output("stream", name="stdout", text=record.message)]
        nb.metadata["course"]["exercises"] = [record.to_json() for record in records.values()]

    def _ask_with_right_ones(self, nb: NotebookNode, session: Session, records: dict[int, CheckRecord]) -> None:
        """Ask those again that may have failed through earlier exercises, with these solved: see ``chain``."""
        from course.grading.run.chain import Chain, answers_in, through
        from course.grading.run.judging import Readers, Witness, judge_cell

        chain, gpu = Chain(answers_in(nb), self.solutions), session.room.limits.gpu
        judged = dict(records)
        for number, record in records.items():
            wrong = chain.at_fault(record, judged.values())
            if not wrong or session.share.used_up:
                continue
            before = session.before(number)
            cells = chain.replaced([(code.number, code.source) for code in before], wrong)
            given = [code.given or code.released for code in before]
            with contextlib.suppress(remote_kernel.KernelLost, CouldNotBeGraded), contextlib.ExitStack() as ending:
                kernel = session.at(number).snapshot()
                ending.callback(kernel.hang_up)
                if chain.prepare(kernel, record, wrong, lambda: min(self.timeout, session.share.left)):
                    readers = Readers(session.room.reading)
                    ending.callback(readers.close)
                    witness = Witness(kernel, cells, readers, self.student, (), self.secret, gpu, given)
                    test = next(code for code in session.cells if code.number == number)
                    if judge_cell(test.source, record.grade_id, record.points, witness).passed:
                        judged[number] = through(record, wrong, keep=True)
                        records[number] = through(record, wrong, keep=self.keep_points)
                        nb.metadata["course"]["repairs"].append(records[number].where)

    def _judged(self, nb: NotebookNode, session: Session, code: Code, readers: Readers) -> CheckRecord:
        """The record of a test cell, which is asked again, otherwise, where somebody else may be to blame."""
        from course.grading.run.judging import Readers

        cell, room = nb.cells[code.number], session.room
        record, witness = self._asked(session, code, cell, readers)
        if record.state == "failed" and (session.alone(code.number) or witness.crowded):  # maybe another's doing
            record, witness = self._asked(session, code, cell, own := Readers(room.reading))
            own.close()
        if record.state == "failed" and not room.share.used_up and witness.answers_otherwise():
            record, witness = self._asked(session, code, cell, own := Readers(room.reading, room.share.left))
            own.close()
        nb.metadata["course"]["integrity"] += [f"{name} {words}" for name, words in witness.remarks.items()]
        return record

    def _asked(self, session: Session, code: Code, cell: NotebookNode, readers: Readers) -> tuple[CheckRecord, Witness]:
        """What a test cell says, and whom it asked."""
        from course.grading.run.judging import Witness, judge_cell

        kernel, before = session.at(code.number), session.before(code.number)
        cells, given = [each.source for each in before], [each.given or each.released for each in before]
        gpu = session.room.limits.gpu
        witness = Witness(kernel, cells, readers, self.student, self.known, self.secret, gpu, given)
        return judge_cell(code.source, cell.metadata.nbgrader["grade_id"], _points(cell), witness), witness

    def _enter_course(self, week: str, notebook: str) -> None:
        """Take the secret of the course's folder, what it knows of a week's mistakes, and a notebook's solutions."""
        from course.grading.gradebook import secret
        from course.grading.run.known_tables import KnownTables

        directory = CourseDirectory(config=self.config)
        root = Path(directory.root)
        found = secret.of_course(root, root / directory.autograded_directory / STATE)
        with contextlib.closing(KnownTables(root, found, self.log.warning, self.log.info)) as tables:
            self.secret, self.known = found.data, tables.of(week, self.student)
            self.solutions = tables.solutions(week).get(notebook, {})


def _is_test(cell: NotebookNode) -> bool:
    return bool(utils.is_grade(cell) and not utils.is_solution(cell))


def _points(cell: NotebookNode) -> float:
    return cell.metadata.nbgrader.get("points", 0)


def _worked(room: Room) -> float:
    """Seconds that this process and a room have worked."""
    own = os.times()
    return own.user + own.system + machine.worked_in(room.process.pid)


def _believe(share: Share, before: machine.Observation, room: Room, worked: float) -> None:
    """Raise Doubtful for a doubt that something in between kept to itself, MachineFault for what the machine did."""
    if share.hurried and share.doubts:
        raise Doubtful("It ran out of time, or lost a kernel")
    if "lost" in share.doubts and before.memory_ran_out():
        raise MachineFault(
            "The machine ran out of memory while it ran. Close other programs, or grade fewer at once (--jobs)."
        )
    if "time" in share.doubts and share.starved and before.was_busy(_worked(room) - worked):
        raise MachineFault(
            "It ran out of time while other programs kept the machine busy. Grade it when they are done."
        )
