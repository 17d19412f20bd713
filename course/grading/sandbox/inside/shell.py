"""IPython's InteractiveShell with its outputs sent over a channel in place of sockets."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course.grading.sandbox.inside.wire import Channel

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
