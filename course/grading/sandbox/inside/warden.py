"""The first process in a student's room: it has imported everything, forks kernels, watches over them, and cleans up.

In the sandbox it is process 1, so that no signal of a submission's reaches it, and everything that a submission leaves
behind can be killed at once. It has one thread, runs no student's code, and cannot be looked into by others of the
same user (``PR_SET_DUMPABLE``).

It obeys the grader over the socket that is its standard input. Requests are dicts with the key "do": ``draw`` (run
"given" code of the course's, for some seconds, and keep its figures), ``enter`` (wipe, put the submission's files down,
set the limits), ``kernel`` and ``read`` (with one end of a channel: fork a kernel, or a process that runs a slice of
the notebook and nothing else), ``interrupt`` and ``kill`` ("pid"), ``why`` (what was stopped, and for what), ``watch``
(look at once), ``leave`` (kill and wipe). Where cleaning up is not complete, it ends: the grader then makes a new room.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from course.grading.sandbox.inside.preload import preload
from course.grading.sandbox.inside.processes import _at_most, _prctl, _resident, _share, _status, _wipe
from course.grading.sandbox.inside.wire import Channel, WireError
from course.grading.sandbox.walls import GPU

POLL = 0.1
"""Seconds between two looks at what the submission's processes use."""

_AHEAD = 512 << 20
"""Bytes that a process may ask for beyond what it may have, so that the watch stops what grows before Python refuses:
what stops leaves no full memory to the cells after it."""

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_SUBREAPER = 1, 4, 36


class Warden:
    """Serves one room. ``places`` are the folders that a submission can write to; the first is its own."""

    def __init__(self, control: Channel, shell: Any, places: list[Path]):
        self.control, self.shell, self.places = control, shell, places
        self.alone = os.getpid() == 1  # in the sandbox: everything else here is the submission's
        self.limits: dict[str, int] = {}
        self.children: set[int] = set()
        self.said: list[str] = []

    def serve(self) -> None:
        """Obey until the grader hangs up."""
        poll = select.poll()
        poll.register(self.control.end, select.POLLIN)
        while True:
            if poll.poll(POLL * 1000 if self.children else None):
                request, fds = self.control.receive_with(1)
                self.control.send(getattr(self, f"do_{request['do']}")(request, *fds))
            self._reap()
            if self.children:
                self._watch()

    def do_enter(self, request: dict[str, Any]) -> dict[str, Any]:
        """Begin a submission."""
        self._clear()
        self.limits = request["limits"]
        home = self.places[0]
        for name, data in request["files"].items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(data))
        os.chdir(home)
        return {"entered": True}

    def do_draw(self, request: dict[str, Any]) -> dict[str, Any]:
        """Draw the figures of code that is the course's own, in a room where nobody is: every fork has them then."""
        from course.cache import figures as drawn
        from course.grading.sandbox.inside.rehearsal import draw

        self._clear()
        self.limits = request["limits"]
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self._become(theirs.fileno(), dumpable=False)
            os.chdir(self.places[0])
            draw(Channel(theirs), self.shell, request["given"])
        theirs.close()
        self.children.add(pid)
        channel, deadline = Channel(ours), time.monotonic() + request["seconds"]
        with contextlib.suppress(WireError, TimeoutError):
            while True:
                key, *picture = channel.receive(deadline)
                drawn.KEPT[key] = drawn.Picture(*picture)
        channel.close()
        self._clear()
        return {"kept": len(drawn.KEPT)}

    def do_kernel(self, request: dict[str, Any], end: int) -> dict[str, Any]:
        """Fork a kernel."""
        pid = os.fork()
        if pid == 0:
            self._become(end, dumpable=True)
            from course.grading.sandbox.inside.kernel import Kernel

            sys.path.append(str(self.places[0]))  # last: nothing beside a notebook takes the place of a library
            Kernel(Channel(socket.socket(fileno=end)), self.shell, self.shell.user_ns).serve()
        os.close(end)
        self.children.add(pid)
        return {"pid": pid}

    def do_read(self, request: dict[str, Any], end: int) -> dict[str, Any]:
        """Fork a process in which a slice of the notebook runs, and nothing else has."""
        pid = os.fork()
        if pid == 0:
            self._become(end, dumpable=False)
            _read(Channel(socket.socket(fileno=end)), request["source"])
        os.close(end)
        self.children.add(pid)
        return {"pid": pid}

    def do_interrupt(self, request: dict[str, Any]) -> dict[str, Any]:
        """Interrupt a cell."""
        self._signal(request["pid"], signal.SIGINT)
        return {}

    def do_kill(self, request: dict[str, Any]) -> dict[str, Any]:
        """Kill one process."""
        self._signal(request["pid"], signal.SIGKILL)
        return {}

    def do_why(self, _: dict[str, Any]) -> dict[str, Any]:
        """What was stopped since the last such question, and for what."""
        self._reap()
        said, self.said = self.said, []
        return {"said": said}

    def do_watch(self, _: dict[str, Any]) -> dict[str, Any]:
        """Look at once what the submission takes; whether anything had to be stopped."""
        self._watch()
        return {"stopped": any(word.startswith("too ") for word in self.said)}

    def do_leave(self, _: dict[str, Any]) -> dict[str, Any]:
        """End a submission: nothing of it stays."""
        self._clear()
        return {"left": True}

    def _signal(self, pid: int, number: int) -> None:
        if type(pid) is int and 1 < pid < 1 << 22 and (self.alone or pid in self.children):
            with contextlib.suppress(OSError):
                os.kill(pid, number)

    def _become(self, end: int, *, dumpable: bool) -> None:
        """In a new child: drop what is the warden's, and take on the submission's limits."""
        self.control.close()
        os.setsid()
        _prctl(_SET_PDEATHSIG, signal.SIGKILL)
        _prctl(_SET_DUMPABLE, int(dumpable))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        used = _status("self").get("VmData", 0) * 1024
        for kind, most in (
            (resource.RLIMIT_DATA, used + 2 * self.limits["memory"] + _AHEAD),
            (resource.RLIMIT_FSIZE, self.limits["file_size"]),
            (resource.RLIMIT_NPROC, self.limits["processes"] if self.alone else None),
            (resource.RLIMIT_NOFILE, 512),
            (resource.RLIMIT_CORE, 0),
        ):
            if most is not None:
                with contextlib.suppress(ValueError, OSError):
                    resource.setrlimit(kind, (most, most))

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                if pid in self.children:
                    self.children.discard(pid)
                    code = os.waitstatus_to_exitcode(status)
                    if code:
                        self.said.append(f"signal {-code}" if code < 0 else f"exit {code}")

    def _others(self) -> list[int]:
        """Every process of the submission's."""
        if not self.alone:
            return [pid for pid in self.children if Path(f"/proc/{pid}").exists()]
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]

    def _watch(self) -> None:
        """Kill a submission that takes more than it may."""
        others = self._others()
        if len(others) > self.limits["processes"]:
            self._stop("too many processes")
            return
        most, base = self.limits["memory"], _resident("self")[0]
        if sum(_at_most(pid, base) for pid in others) < most:
            return
        theirs = base - _share("self")  # of what this process has imported, their share; copies' is counted once
        shares = {pid: _share(pid) for pid in others}
        if sum(shares.values()) > most + theirs:
            largest = max(shares, key=shares.__getitem__)
            if shares[largest] > most / 2:
                self.said.append("too much memory")
                self._signal(largest, signal.SIGKILL)
            else:
                self._stop("too much memory")

    def _stop(self, reason: str) -> None:
        self.said.append(reason)
        self._kill_all()

    def _kill_all(self) -> None:
        deadline = time.monotonic() + 5
        while True:
            if self.alone:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(-1, signal.SIGKILL)
            else:
                for pid in self.children:
                    with contextlib.suppress(OSError):
                        os.killpg(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if not [pid for pid in self._others() if _status(pid).get("State") != "Z"]:
                self.children.clear()
                return
            if time.monotonic() > deadline:
                sys.exit("a process cannot be killed")
            time.sleep(0.002)

    def _clear(self) -> None:
        """Kill and wipe; end where anything stays."""
        self._kill_all()
        self.said.clear()
        os.chdir("/")
        for place in self.places:
            _wipe(place, [Path(sys.prefix), Path(sys.base_prefix)])
        for kind in ("shm", "msg", "sem"):
            path = Path("/proc/sysvipc") / kind
            if self.alone and path.exists() and len(path.read_text().splitlines()) > 1:
                sys.exit("shared memory stays behind")


def _read(channel: Channel, source: list[str]) -> None:
    """Run a slice, answer questions about it, and then about others that come. No return."""
    import io

    from course.grading.sandbox.inside.kernel import Kernel

    if gpu := os.environ.get(GPU):
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu
    sys.stdout = sys.stderr = io.StringIO()
    reader = Kernel(channel, None, {})
    reader.do_slice({"source": source})
    reader.serve()


def main() -> None:
    """``python -m course.grading.sandbox.inside.warden PLACE...``: preload, say so, then serve."""
    control = Channel(socket.socket(fileno=os.dup(0)))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.path[:] = [place for place in sys.path if place not in ("", os.getcwd())]
    _prctl(_SET_DUMPABLE, 0)
    if os.getpid() != 1:
        _prctl(_SET_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's business
    places = [Path(place) for place in sys.argv[1:]]
    os.chdir(places[0])
    shell = preload()
    control.send({"ready": os.getpid()})
    with contextlib.suppress(Exception):  # the grader has gone
        Warden(control, shell, places).serve()
    if os.getpid() == 1:
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)


if __name__ == "__main__":
    main()
