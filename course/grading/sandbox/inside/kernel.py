"""The student's kernel, inside the room: it runs the submission's cells and answers questions about what they made.

It is IPython's own InteractiveShell, the heart of every Python kernel, without the sockets that a kernel offers to
whoever connects: there is nobody here but the grader, at the other end of one ``Channel``. It is made before the room
forks, so that a submission finds it ready.

Every request is a dict with the key "do":

- ``run``: run the cell "code". Answers any number of ``{"out": [msg_type, content]}`` (in Jupyter's words for outputs),
  then ``{"ran": {"ok", "count", "exit"}}``.
- ``snapshot`` (with one end of a new channel): fork; the copy listens on that channel. Answers ``{"snapshot": pid}``.
- ``look``: ``{"names": {...}}``, each of the names asked for as ``["value", it]``, ``["function"]``, ``["class"]``,
  ``["object", what, is_module]`` or ``["missing"]``.
- ``ask``: call the function, or the module made before ("made"), for all "calls"; ``{"replies": [...]}``.
- ``slice``: in a process for slices, run "source" in a module of its own, which questions are about from now on.
- ``make``: make an object of the class; ``{"made": number, "reply": ..., "parameters": {...}}``.

Nothing that it answers is trusted: it runs beside the student's code, and the worst that code can do to it is to make
it answer something else.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
import os
import signal
import sys
import types
from dataclasses import fields
from typing import Any

from course.grading.sandbox.inside.shell import OUTLET, RoomShell, _flush, _in_child, _Stream, _text
from course.grading.sandbox.inside.wire import Channel, Closed, encode

os.register_at_fork(after_in_child=_in_child)


class Kernel:
    """Answers the requests that come over ``channel`` until it closes. ``names`` are the student's."""

    def __init__(self, channel: Channel, shell: RoomShell | None, names: dict[str, Any]):
        self.channel, self.shell, self.names = channel, shell, names
        self.made: list[Any] = []
        self.copies: list[int] = []
        self.pieces = 0
        self.pid = os.getpid()
        OUTLET.channel = channel

    def serve(self) -> None:
        """Answer until the grader hangs up. No return."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        code = 0
        try:
            while True:
                request, fds = self.channel.receive_with(1)
                if os.getpid() != self.pid:
                    break  # a child that a cell forked, and that came back from its cell
                self.answer(request, fds)
        except Closed:
            pass
        except BaseException:
            code = 1
        os._exit(code)

    def answer(self, request: dict[str, Any], fds: list[int]) -> None:
        """Answer one request; what cannot be sent is said in a reply that can."""
        try:
            self.channel.send(getattr(self, f"do_{request['do']}")(request, *fds))
        except Closed:
            raise
        except Exception as error:
            self.channel.send({"error": f"{type(error).__name__}: {_text(error)}"[:500]})

    def do_run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a cell as a notebook does."""
        from course.answers import ask

        shell = self.shell
        OUTLET.left, OUTLET.flooded = request["most_output"], False
        shell.exited = shell.failed = False
        sys.stdout, sys.stderr = _Stream("stdout", OUTLET), _Stream("stderr", OUTLET)
        try:
            with ask.clean_settings() if request.get("clean") else contextlib.nullcontext():
                signal.signal(signal.SIGINT, signal.default_int_handler)
                try:
                    result = shell.run_cell(request["code"], store_history=True)
                finally:
                    signal.signal(signal.SIGINT, signal.SIG_IGN)
            ok = result.success
        except KeyboardInterrupt:  # came after the cell's own code
            ok = False
        if os.getpid() != self.pid:
            os._exit(0)
        _flush()
        return {
            "ran": {"ok": bool(ok), "count": shell.execution_count - 1, "exit": shell.exited, "flood": OUTLET.flooded}
        }

    def do_snapshot(self, request: dict[str, Any], end: int) -> dict[str, Any]:
        """Fork a copy of this kernel that answers on its own channel."""
        import socket

        global _copying
        _copying = True
        pid = os.fork()
        _copying = False
        if pid == 0:
            self.channel.close()
            Kernel(Channel(socket.socket(fileno=end)), self.shell, self.names).serve()
        os.close(end)
        self.copies = [each for each in self.copies if _runs(each)] + [pid]  # and those that have ended are let go
        return {"snapshot": pid}

    def do_slice(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a slice's pieces in a new module; not in a kernel that runs cells."""
        if self.shell is not None:
            return {"error": "not a process for slices"}
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names = module.__dict__
        with _quiet():
            for piece in request["source"]:
                self.pieces += 1
                filename = f"<slice {self.pieces}>"
                linecache.cache[filename] = (len(piece), None, piece.splitlines(keepends=True), filename)
                with contextlib.suppress(Exception):  # the question will say what is missing
                    exec(compile(piece, filename, "exec"), module.__dict__)
        return {}

    def do_look(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the names stand for."""
        found = {}
        for name in request["names"]:
            try:
                found[name] = self._kind(name)
                encode(found[name])
            except Exception:  # an object that answers no question sensibly
                found[name] = ["missing"]
        return {"names": found}

    def _kind(self, name: str) -> list[Any]:
        import torch

        if name not in self.names:
            return ["missing"]
        value = self.names[name]
        if inspect.isclass(value):
            return ["class"]
        if isinstance(value, torch.nn.Module):
            return ["object", f"a {type(value).__name__}", True]
        if callable(value) and not isinstance(value, torch.Tensor):
            return ["function"]
        return ["value", value]

    def do_ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call a function for many cases, quietly, under clean settings."""
        from course.answers import ask, by_hand

        target = self.made[request["made"]] if request.get("made") is not None else self.names[request["name"]]
        hand, forbid = request["hand"], tuple(request["forbid"])
        if self.shell is None and (hand or forbid):  # a slice: whatever stands in it is part of the answer
            for each in [each for each in self.names.values() if getattr(each, "__module__", None) == "__main__"]:
                if refused := by_hand.read(each, forbid=forbid, derivatives=hand):
                    return {"replies": [_reply(ask.Reply(refused=refused))]}
        with _quiet():
            replies = ask.ask(target, request["calls"], hand=hand, forbid=forbid)
        return {"replies": [_reply(reply) for reply in replies]}

    def do_make(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make an object of a class, or take one that is there, and say what parameters it has."""
        from course.answers import ask

        with _quiet():
            made = ask.make(self.names[request["name"]], tuple(request["build"]))
        self.made.append(made.target)
        return {
            "made": len(self.made) - 1,
            "reply": _reply(made.reply),
            "module": made.is_module,
            "parameters": made.parameters,
        }


def _runs(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False


def _reply(reply: Any) -> dict[str, Any]:
    """A reply as a dict, without what the grader takes for granted: defaults, and tensors that are as they were sent.

    ``value`` may be anything, and crosses the wall as what it is or as ``Other``.
    """
    import torch

    said = {}
    for field in fields(reply):
        value = getattr(reply, field.name)
        if field.name == "after":
            value = {
                name: each for name, each in value.items() if name in reply.changed or type(each) is not torch.Tensor
            }
        elif isinstance(value, tuple) and field.name != "value":
            value = tuple(str(item) for item in value)
        if field.name == "value" or value not in (None, False, (), {}):
            said[field.name] = value
    return said


@contextlib.contextmanager
def _quiet() -> Any:
    """Nothing is shown while the grader asks: what a function prints then is nobody's to see."""
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = io.StringIO()
    OUTLET.left = 0
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.stdout, sys.stderr = before
