"""Pre-fork server (zygote): the sandbox's first process, which imports everything and forks what submissions run.

Each submission gets a world of its own (``world.py``): what it runs is forked here and joins that world, in which this
process has no number. It cannot be named from there, nor killed, limited, slowed or looked into, and nothing that is
written there is seen elsewhere; when a submission leaves, its world ends. Where Linux makes no worlds inside a sandbox,
the sandbox is for one submission alone; and without a sandbox (``--unsafe``) what was written is deleted.

This process has one thread and runs no student's code. It obeys the grader over the socket that is its standard input.
Requests are dicts with the key "do": ``draw`` (run "given" code of the course's, for some seconds, and keep its
figures), ``enter`` (with one end of a channel, over which the submission's files come: make a world, set the limits),
``kernel`` (with one end of a channel: fork a kernel), ``read`` (with one end of a channel and the pipe for torch's
trace: fork a confined process for slices of the notebook and nothing else), ``interrupt`` and ``kill`` ("pid"), ``why``
(what was stopped, and for what), ``watch`` (look at once), ``leave`` (end the world). Where that fails, or a request is
none of these, it ends: the grader then makes a new sandbox. ``kernel`` and ``read`` say "gone" where the world has
ended, by itself or because it took too much.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from course.grading.sandbox.inside.allowed_calls import submission_filter
from course.grading.sandbox.inside.preload import GPU_VARIABLE, preload
from course.grading.sandbox.inside.processes import STOPPED_FOR, inner_pid, prctl, wipe
from course.grading.sandbox.inside.supervisor import Supervisor
from course.grading.sandbox.inside.system_calls import install
from course.grading.sandbox.inside.wire import Channel, Closed, WireError
from course.grading.sandbox.inside.world import Maker

if TYPE_CHECKING:
    from course.grading.sandbox.inside.confine import Confinement
    from course.grading.sandbox.inside.shell import RoomShell

POLL_INTERVAL_S = 0.1
"""Seconds between two looks at what the submission's processes use."""

_MOST_DESCRIPTORS = 1 << 16

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_SUBREAPER = 1, 4, 36


class Warden:
    """Serves one sandbox. ``places`` are the folders that a submission can write to; the first is its own.

    ``confinement`` is what a reader takes on; ``maker`` makes a world for each submission, where there is one.
    """

    def __init__(
        self,
        control: Channel,
        shell: RoomShell,
        places: list[Path],
        confinement: Confinement,
        maker: Maker | None = None,
    ):
        self.control, self.shell, self.places, self.confinement = control, shell, places, confinement
        self.maker = maker
        self.processes = Supervisor(maker.pid if maker else 0)
        self.filter = submission_filter() if self.processes.alone else b""

    def serve(self) -> None:
        """Obey until the grader hangs up."""
        poll = select.poll()
        poll.register(self.control.end, select.POLLIN)
        while True:
            if poll.poll(POLL_INTERVAL_S * 1000 if self.processes.children else None):
                request, fds = self.control.receive_with(3)
                self.control.send(self.REQUESTS[request["do"]](self, request, *fds))
            self.processes.reap()
            if self.processes.children:
                self.processes.watch()

    def do_enter(self, request: dict[str, Any], end: int) -> dict[str, Any]:
        """Begin a submission: make its world, in which its files are put down as they come over the channel."""
        self._begin(request["limits"], end)
        os.close(end)
        return {"entered": True}

    def _begin(self, limits: dict[str, int], end: int = -1) -> None:
        self._clear()
        self.processes.limits = limits
        if self.maker:
            self.processes.world = self.maker.world()
            if end >= 0:
                self.processes.world.begin(end)
        elif end >= 0 and (pid := os.fork()) == 0:
            put_down(end, self.places[0])
            os._exit(0)
        elif end >= 0:
            self.processes.children.add(pid)

    def _fork(self) -> int:
        """Fork what has to ``_become`` a process of the submission's; raises OSError where its world has ended."""
        if not self.maker:
            return os.fork()
        if self.processes.world is None:
            raise ProcessLookupError
        return self.processes.world.fork()

    def do_draw(self, request: dict[str, Any]) -> dict[str, Any]:
        """Draw the figures of code that is the course's own, in a world where nobody is: every fork has them then."""
        from course.cache import figures as drawn
        from course.grading.sandbox.inside.rehearsal import draw

        self._begin(request["limits"])
        ours, theirs = socket.socketpair()
        pid = self._fork()
        if pid == 0:
            ours.close()
            self._become(theirs.fileno(), dumpable=False)
            self.confinement.leave()
            draw(Channel(theirs), self.shell, request["given"])
        theirs.close()
        self.processes.children.add(pid)
        channel, deadline = Channel(ours), time.monotonic() + request["seconds"]
        with contextlib.suppress(WireError, TimeoutError):
            while True:
                key, *picture = channel.receive(deadline)
                drawn.KEPT[key] = drawn.Picture(*picture)
        channel.close()
        self._clear()
        return {"kept": len(drawn.KEPT)}

    def do_kernel(self, request: dict[str, Any], end: int) -> dict[str, Any]:
        """Fork a kernel, in which the submission's cells will run."""
        try:
            pid = self._fork()
        except OSError:
            os.close(end)
            return {"gone": True}
        if pid == 0:
            self._become(end, dumpable=True)
            self.confinement.leave()
            from course.grading.sandbox.inside.kernel import Kernel

            self.shell.user_ns["_dh"] = [os.getcwd()]  # where %cd - leads back to
            sys.path.append(str(self.places[0]))  # last: nothing beside a notebook takes the place of a library
            Kernel(Channel(socket.socket(fileno=end)), self.shell, self.shell.user_ns).serve()
        os.close(end)
        return self._forked(pid)

    def do_read(self, _: dict[str, Any], end: int, trace: int, *words: int) -> dict[str, Any]:
        """Fork a process in which slices of the notebook run, and nothing else has.

        Torch's trace goes to the descriptor ``trace``; and to that of ``words``, where there is one, what torch says
        of the trace on the standard error.
        """
        try:
            pid = self._fork()
        except OSError:
            for each in (end, trace, *words):
                os.close(each)
            return {"gone": True}
        if pid == 0:
            self._become(end, trace, *words, dumpable=False)
            _read(Channel(socket.socket(fileno=end)), trace, words, self.confinement)
        for each in (end, trace, *words):
            os.close(each)
        return self._forked(pid)

    def _forked(self, pid: int) -> dict[str, Any]:
        self.processes.children.add(pid)
        return {"pid": inner_pid(pid) if self.maker else pid}

    def do_interrupt(self, request: dict[str, Any]) -> dict[str, Any]:
        """Interrupt a cell, as a notebook's stop button does."""
        self.processes.signal(request["pid"], signal.SIGINT)
        return {}

    def do_kill(self, request: dict[str, Any]) -> dict[str, Any]:
        """Kill one of the submission's processes."""
        self.processes.signal(request["pid"], signal.SIGKILL)
        return {}

    def do_why(self, _: dict[str, Any]) -> dict[str, Any]:
        """What was stopped since the last such question, and for what."""
        self.processes.reap()
        said, self.processes.said = self.processes.said, []
        return {"said": said}

    def do_watch(self, _: dict[str, Any]) -> dict[str, Any]:
        """Look at once what the submission takes; whether anything had to be stopped."""
        self.processes.watch()
        return {"stopped": bool(STOPPED_FOR.intersection(self.processes.said))}

    def do_leave(self, _: dict[str, Any]) -> dict[str, Any]:
        """End a submission: nothing of it stays."""
        self._clear()
        return {"left": True}

    REQUESTS: ClassVar[dict[str, Callable[..., dict[str, Any]]]] = {
        "draw": do_draw,
        "enter": do_enter,
        "interrupt": do_interrupt,
        "kernel": do_kernel,
        "kill": do_kill,
        "leave": do_leave,
        "read": do_read,
        "watch": do_watch,
        "why": do_why,
    }
    """Each request that is obeyed, and the method that answers it."""

    def _become(self, *ends: int, dumpable: bool) -> None:
        """In a new child: join the world with nothing of the warden's, and take on the limits and filter of calls.

        Of the open files only ``ends`` stay.
        """
        self.control.close()
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.processes.limit_this_process()
        if self.processes.world:
            self.processes.world.join()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        own = sorted({0, 1, 2, *ends, *self.confinement.descriptors})
        for before, after in itertools.pairwise([*own, _MOST_DESCRIPTORS]):
            os.closerange(before + 1, after)  # pipes could carry answers
        os.chdir(self.places[0])
        prctl(_SET_PDEATHSIG, signal.SIGKILL)
        prctl(_SET_DUMPABLE, int(dumpable))
        if self.filter:
            install(self.filter)

    def _clear(self) -> None:
        """Kill everything, with its world; where it has none, delete what was written."""
        self.processes.kill_all()
        self.processes.said.clear()
        if not self.maker:
            for place in self.places:
                wipe(place, [Path(sys.prefix), Path(sys.base_prefix)])


def put_down(end: int, home: Path) -> None:
    """Write the files that come over the channel ``end``, and say so."""
    channel, said = Channel(socket.socket(fileno=end)), ""
    try:
        for name, data in channel.receive().items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(data))
    except OSError as error:
        said = f"{error.strerror}"
    channel.send({"said": said})
    channel.close()


def _read(channel: Channel, trace: int, words: Sequence[int], confinement: Confinement) -> None:
    """Have torch's operations traced, take on what confines, run slices, and answer questions about them. No return."""
    import io

    from course.grading.sandbox.inside.recording import begin_record
    from course.grading.sandbox.inside.slices import SliceKernel

    if gpu := os.environ.get(GPU_VARIABLE):
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu
        with contextlib.suppress(Exception):  # CUDA opens files and sockets, once
            one = sys.modules["torch"].ones(2, 2, device="cuda")
            (one @ one).cpu()
    sys.stdout = sys.stderr = io.StringIO()
    kept = [channel.end.fileno(), begin_record(trace)]
    for each in words:
        os.dup2(each, 2)
        os.close(each)
        kept.append(2)
    confinement.take_on(kept)
    SliceKernel(channel).serve()


def main() -> None:
    """``python -m course.grading.sandbox.inside.warden SPACE PLACE...``: preload, say so, then serve."""
    control = Channel(socket.socket(fileno=os.dup(0)))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.path[:] = [place for place in sys.path if place not in ("", os.getcwd())]
    prctl(_SET_DUMPABLE, 0)
    if os.getpid() != 1:
        prctl(_SET_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's business
    space, places = int(sys.argv[1]), [Path(place) for place in sys.argv[2:]]
    maker = None
    if space:
        importlib.import_module("numpy")  # files come in its arrays; the maker takes little more than that along
        maker = Maker(places, space, lambda end: put_down(end, places[0]), gpu=GPU_VARIABLE in os.environ)
    shell, confinement = preload(places)
    control.send({"ready": os.getpid()})
    with contextlib.suppress(Closed):  # the grader has gone
        Warden(control, shell, places, confinement, maker).serve()
    if os.getpid() == 1:
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)


if __name__ == "__main__":
    main()
