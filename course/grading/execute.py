"""Executing a submission: notebook in, executed notebook out.

A slow cell is stopped and the rest goes on; a flood of output is cut; when the kernel dies, the reason names the cell.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import time
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import Execute as StockExecute
from traitlets import Bool, Integer

from course import known, student_id
from course.feedback import MIME
from course.grading import provisioner
from course.grading.errors import CouldNotBeGraded, GradingStopped, RoomLost
from course.grading.finished import Shelf, beside, key


class Execute(StockExecute):
    """nbgrader's Execute, in a kernel forked from a warm process, with limits on time and output.

    Raises CouldNotBeGraded when the kernel dies, does not stop, or the whole notebook takes too long, and
    GradingStopped when no kernel starts at all.
    """

    timeout = Integer(20, allow_none=True, help="Seconds a cell may run before it is stopped.").tag(config=True)
    total_timeout = Integer(300, help="Seconds a whole notebook may run.").tag(config=True)
    max_output = Integer(1_000_000, help="Characters of output kept for each cell; ten times as many stop it.").tag(
        config=True
    )
    forked = Bool(True, help="Whether kernels are forked from a process that has imported torch.").tag(config=True)

    finished: ClassVar[Shelf] = Shelf()
    """Executions that were done beforehand, from where an execution is taken rather than done again."""

    student = ""
    """Whose submission it is. Where that is an ID such as U1234567X, a practice is judged by that ID's numbers."""

    shutdown_kernel = "immediate"
    skip_cells_with_tag = ""  # a tag must not keep a test from running
    iopub_timeout = 10

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict | None = None, km: KernelManager | None = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Execute ``nb`` in place, at most once more when its kernel was lost through no fault of its own.

        Where this very notebook was executed beforehand, return that.
        """
        self.student = (resources or {}).get("nbgrader", {}).get("student", self.student)
        if km is None and len(self.finished):
            folder = Path((resources or {}).get("metadata", {}).get("path") or ".")
            if (execution := self.finished.take(self.key(nb, beside(folder)))) is not None:
                return execution.deliver(folder), resources
        try:
            return self.once(nb, resources, km)
        except RoomLost:
            self.log.warning("The process that forks kernels has ended; starting it again")
        try:
            return self.once(nb, resources, km)
        except RoomLost:
            raise CouldNotBeGraded(
                "The process that its kernel was forked from was killed, twice. Grade it again; if that repeats, look "
                "for code in the notebook that ends other processes."
            ) from None

    def key(self, nb: NotebookNode, files: Mapping[str, bytes]) -> str:
        """What tells this execution from every other: the notebook, the files beside it, and these settings."""
        limits = (self.timeout, self.total_timeout, self.max_output, self.forked)
        return key(nb, files, (limits, dict(self.config.get("Execute", {})), self._environment()))

    def once(
        self, nb: NotebookNode, resources: ResourcesDict | None, km: KernelManager | None = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Execute ``nb`` in place, in a new kernel; raises RoomLost as well when that kernel was lost."""
        self._cell, self._deadline = -1, math.inf
        self._size, self._room = 0, None
        self.timeout_func = self._time_left
        self.error_on_timeout = {
            "ename": "CellTimeoutError",
            "evalue": f"ran longer than {self.timeout} s",
            "traceback": [f"This cell ran longer than {self.timeout} seconds and was stopped."],
        }
        try:
            return super().preprocess(nb, resources, km)
        except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
            if getattr(self._room, "server_lost", False):
                raise RoomLost(str(error)) from error
            if self._cell < 0:  # not one cell has run: no fault of the submission
                raise GradingStopped(
                    f"No kernel starts: {error}. Try `jupyter execute` on any notebook, or install the course again."
                ) from error
            place = f"cell {self._cell + 1} {_first_line(nb.cells[self._cell])}"
            if isinstance(error, DeadKernelError):
                reason = f"The kernel died in {place}."
            elif isinstance(error, CellTimeoutError):
                reason = f"The kernel did not stop when {place} was interrupted after {self.timeout} s."
            else:
                raise
            raise CouldNotBeGraded(
                f"{reason} Open the submitted notebook, look at that cell, and grade again."
            ) from error

    def _environment(self) -> dict[str, str]:
        """What a grading kernel's environment has besides this process's own.

        Among it the folder with the fingerprints of the hidden tests' known mistakes; where it is missing nothing
        changes.
        """
        root = self.config.CourseDirectory.get("root") if "CourseDirectory" in self.config else None
        known_mistakes = Path(str(root or ".")).resolve() / ".stamps" / "known"
        on_record = self.student if student_id.is_id(self.student) else ""
        return {
            "NBGRADER_EXECUTION": "autograde",
            known.HIDDEN: str(known_mistakes),
            student_id.VARIABLE: on_record,
        }

    def setup_kernel(self, **kwargs: Any) -> contextlib.AbstractContextManager[None]:
        """A kernel for the time of a ``with`` statement, with the environment that grading gives it."""
        return super().setup_kernel(env={**os.environ, **self._environment()}, **kwargs)

    def create_kernel_manager(self) -> KernelManager:
        """A kernel manager whose kernel is forked; this choice holds for grading's own kernels only."""
        manager = super().create_kernel_manager()
        if self.forked and provisioner.NAME in KernelProvisionerFactory.instance().get_provisioner_entries():
            spec = manager.kernel_spec
            spec.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": provisioner.NAME}}
        elif self.forked:
            self.log.warning(
                "Kernels start the slow way: the installed course does not name its provisioner. Install it again."
            )
        return manager

    def preprocess_cell(self, cell: NotebookNode, resources: ResourcesDict, index: int) -> Any:
        """Execute one cell; raises CouldNotBeGraded when the notebook's time is up."""
        if self._cell < 0:
            self._deadline = time.monotonic() + self.total_timeout
        if time.monotonic() > self._deadline:
            raise CouldNotBeGraded(
                f"The notebook ran longer than {self.total_timeout} s; it was stopped before cell {index + 1} "
                f"{_first_line(cell)}. Look for slow cells, or raise c.Execute.total_timeout, and grade again."
            )
        self._cell, self._size, self._room = index, 0, self.km.provisioner
        cell, resources = super().preprocess_cell(cell, resources, index)
        if self._size > self.max_output:
            text = f"\n... the rest of this cell's output was cut after {self.max_output:,} characters\n"
            cell.outputs.append(NotebookNode(output_type="stream", name="stdout", text=text))
        return cell, resources

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Handle a kernel's message, but cut floods of output, and let nothing clear the verdicts of a test cell."""
        kind, content = msg["msg_type"], msg["content"]
        if kind in ("clear_output", "update_display_data") and utils.is_grade(cell):
            return None
        if kind in ("stream", "display_data", "execute_result", "update_display_data"):
            data = content.get("data", {})
            before = self._size
            self._size += len(content.get("text", "")) + sum(len(str(value)) for value in data.values())
            if before <= 10 * self.max_output < self._size:
                self._stopping = asyncio.ensure_future(self.km.interrupt_kernel())
            if self._size > self.max_output and MIME not in data:
                return None
        return super().process_message(msg, cell, cell_index)

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Record a cell's error; raises CouldNotBeGraded when the cell ends the kernel by ``quit()`` or ``exit()``."""
        super().on_cell_executed(**kwargs)
        if any(item.get("source") == "ask_exit" for item in kwargs["execute_reply"]["content"].get("payload", ())):
            raise CouldNotBeGraded(
                f"Cell {kwargs['cell_index'] + 1} {_first_line(kwargs['cell'])} ends the kernel. "
                "Take the call of quit() or exit() out of the submitted notebook, and grade again."
            )

    def _time_left(self, _cell: NotebookNode) -> float:
        return max(1.0, min(self.timeout or self.total_timeout, self._deadline - time.monotonic()))


def _first_line(cell: NotebookNode) -> str:
    """The first line of a cell, quoted and shortened."""
    line = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return f'"{line[:60]}…"' if len(line) > 60 else f'"{line}"'


def run_notebook(
    nb: NotebookNode, *, folder: str | Path = ".", timeout: int = 20, total_timeout: int = 300, forked: bool = True
) -> NotebookNode:
    """The executed copy of ``nb``, run with ``folder`` as its working directory, as grading runs it.

    Raises CouldNotBeGraded as ``Execute`` does. Nothing but the copy is changed.
    """
    runner = Execute(timeout=timeout, total_timeout=total_timeout, forked=forked)
    done, _ = runner.preprocess(deepcopy(nb), {"metadata": {"path": str(folder)}})
    return done
