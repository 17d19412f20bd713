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
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course.grading.wire import Channel, Closed, encode

Send = Callable[[str, dict[str, Any]], None]
_FRAMES = 10  # of a long traceback that are shown at each end


class _Outlet:
    """Where outputs go: over the channel, up to a limit. Made once, before the room forks."""

    def __init__(self) -> None:
        self.channel: Channel | None = None
        self.left = 0
        self.flooded = False

    def __call__(self, kind: str, content: dict[str, Any]) -> None:
        size = sum(len(str(part)) for part in content.values())
        if self.left < size:
            self.flooded = True
            if kind != "stream" or not self.left:
                return
            size = self.left
            content = {**content, "text": content["text"][: max(0, size - len(content["name"]))]}
        self.left -= size
        if self.channel is not None:
            self.channel.send({"out": [kind, content]})


class _Stream(io.TextIOBase):
    """sys.stdout or sys.stderr."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, name: str, outlet: _Outlet):
        self._name, self._outlet, self._parts, self._size = name, outlet, [], 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Keep the text until there is enough of it, or the cell ends."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._size < 20_000_000:
            self._parts.append(text)
            self._size += len(text)
        else:
            self._outlet.flooded = True
        if self._size > 8192:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what was kept."""
        if self._parts:
            text, self._parts, self._size = "".join(self._parts), [], 0
            self._outlet("stream", {"name": self._name, "text": text})

    def isatty(self) -> bool:
        """It is not."""
        return False


class _Publisher(DisplayPublisher):
    outlet: _Outlet

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: Any = False,
        **_: Any,
    ) -> None:
        _flush()
        kind = "update_display_data" if update else "display_data"
        content = {"data": _plain(data), "metadata": _plain(metadata or {}), "transient": _plain(transient or {})}
        self.outlet(kind, content)

    def clear_output(self, wait: bool = False) -> None:
        _flush()
        self.outlet("clear_output", {"wait": bool(wait)})


class _Hook(DisplayHook):
    outlet: _Outlet

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        _flush()
        content = {"data": _plain(format_dict), "metadata": _plain(md_dict or {}), "execution_count": self.prompt_count}
        self.outlet("execute_result", content)

    def finish_displayhook(self) -> None:
        pass


class RoomShell(InteractiveShell):
    """IPython's shell, whose displays, results and tracebacks go to the outlet."""

    outlet: _Outlet
    exited = False
    failed = False

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        _flush()
        self.failed = True
        lines = [str(line) for line in stb]
        self.outlet("error", {"ename": str(etype.__name__), "evalue": _text(evalue), "traceback": lines})

    def showtraceback(self, exc_tuple: Any = None, *more: Any, **other: Any) -> None:
        """As IPython does, but for a recursion's thousand equal frames, over which it takes many seconds."""
        with contextlib.suppress(Exception):
            frames, trace = [], self._get_exc_info(exc_tuple)[2]
            while trace is not None:
                frames.append(trace)
                trace = trace.tb_next
            if len(frames) > 2 * _FRAMES:
                frames[_FRAMES].tb_next = frames[-_FRAMES]
        super().showtraceback(exc_tuple, *more, **other)

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window here."""

    def ask_exit(self) -> None:
        """``quit()`` and ``exit()``: noted, and the room goes on."""
        self.exited = True

    def system(self, cmd: str) -> Any:
        """``!command``: its output is shown as the cell's."""
        return self.system_piped(cmd)


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"


def _plain(value: Any) -> Any:
    """Data of a display as JSON has it: bytes (a picture) in base 64, keys as text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        import base64

        return base64.b64encode(value).decode()
    return value if isinstance(value, (str, int, float, bool, type(None))) else _text(value)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def _no_input(prompt: object = "") -> str:
    raise StdinNotImplementedError("input() was called, and nobody is there to answer while a notebook is graded.")


OUTLET = _Outlet()
_copying = False


def _in_child() -> None:
    """A process that a cell forks does not answer the grader: only copies that the grader asked for do."""
    if not _copying and OUTLET.channel is not None:
        OUTLET.channel.close()
        OUTLET.channel = None


os.register_at_fork(after_in_child=_in_child)


def make_shell() -> RoomShell:
    """The shell, ready for a submission; made once, before the room forks."""
    import builtins

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = (
        "NoColor" if "NoColor" in getattr(InteractiveShell.colors, "values", ()) else "nocolor"
    )
    for part in (RoomShell, _Publisher, _Hook):
        part.outlet = OUTLET
    shell = RoomShell.instance(config=settings, display_pub_class=_Publisher, displayhook_class=_Hook)
    builtins.input = _no_input
    with contextlib.suppress(Exception):
        shell.enable_matplotlib("inline")
    return shell


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
        from course import ask

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
        from course import ask, by_hand

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
        from course import ask

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
