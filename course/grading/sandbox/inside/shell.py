"""IPython's InteractiveShell, headless: displays, results and tracebacks go over a channel in place of sockets."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course.grading.sandbox.inside.wire import Channel

_MAX_FRAMES = 10  # of a long traceback, shown at each end
_FLUSH_AT, _MAX_BUFFERED = 8192, 20_000_000  # characters of a stream


class Outlet:
    """Where outputs go: over the channel, up to a limit. Made once, before the sandbox forks."""

    def __init__(self) -> None:
        self.channel: Channel | None = None
        self.left = 0
        self.flooded = False

    def __call__(self, kind: str, content: dict[str, Any]) -> None:
        """Send an output; of a stream what there is still room for, of anything else that is too large nothing."""
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


class Stream(io.TextIOBase):
    """Text stream in place of ``sys.stdout`` or ``sys.stderr``: what is written goes over the channel."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, name: str, outlet: Outlet):
        self._name, self._outlet, self._size = name, outlet, 0
        self._parts: list[str] = []

    def writable(self) -> bool:
        """Yes: ``print`` and ``io`` ask before they write."""
        return True

    def write(self, text: str) -> int:
        """Keep the text until there is enough of it, or the cell ends."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._size < _MAX_BUFFERED:
            self._parts.append(text)
            self._size += len(text)
        else:
            self._outlet.flooded = True
        if self._size > _FLUSH_AT:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what was kept."""
        if self._parts:
            text, self._parts, self._size = "".join(self._parts), [], 0
            self._outlet("stream", {"name": self._name, "text": text})

    def isatty(self) -> bool:
        """No: nobody watches, so progress bars and colours are for a file."""
        return False


class _Publisher(DisplayPublisher):
    outlet: Outlet

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
        flush_streams()
        kind = "update_display_data" if update else "display_data"
        content = {"data": _plain(data), "metadata": _plain(metadata or {}), "transient": _plain(transient or {})}
        self.outlet(kind, content)

    def clear_output(self, wait: bool = False) -> None:
        flush_streams()
        self.outlet("clear_output", {"wait": bool(wait)})


class _Hook(DisplayHook):
    outlet: Outlet

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        flush_streams()
        content = {"data": _plain(format_dict), "metadata": _plain(md_dict or {}), "execution_count": self.prompt_count}
        self.outlet("execute_result", content)

    def finish_displayhook(self) -> None:
        pass


class RoomShell(InteractiveShell):
    """IPython's shell, whose displays, results and tracebacks go to the outlet."""

    outlet: Outlet
    exited = False
    failed = False

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        flush_streams()
        self.failed = True
        lines = [str(line) for line in stb]
        self.outlet("error", {"ename": str(etype.__name__), "evalue": text_of(evalue), "traceback": lines})

    def showtraceback(self, exc_tuple: Any = None, *more: Any, **other: Any) -> None:
        """As IPython does, but for a recursion's thousand equal frames, over which it takes many seconds."""
        with contextlib.suppress(Exception):
            frames, trace = [], self._get_exc_info(exc_tuple)[2]
            while trace is not None:
                frames.append(trace)
                trace = trace.tb_next
            if len(frames) > 2 * _MAX_FRAMES:
                frames[_MAX_FRAMES].tb_next = frames[-_MAX_FRAMES]
        super().showtraceback(exc_tuple, *more, **other)

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window here."""

    def ask_exit(self) -> None:
        """``quit()`` and ``exit()``: noted, and the kernel goes on."""
        self.exited = True

    def system(self, cmd: str) -> Any:
        """``!command``: its output is shown as the cell's."""
        return self.system_piped(cmd)


def text_of(value: Any) -> str:
    """``str(value)``, or what it is where its class refuses."""
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
    return value if isinstance(value, (str, int, float, bool, type(None))) else text_of(value)


def flush_streams() -> None:
    """Send what was printed so far: the next output comes after it."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def _no_input(prompt: object = "") -> str:
    raise StdinNotImplementedError("input() was called, and nobody is there to answer while a notebook is graded.")


OUTLET = Outlet()


def _hang_up() -> None:
    """A process that a cell forks does not answer the grader. A copy that the grader asked for has its own channel."""
    if OUTLET.channel is not None:
        OUTLET.channel.close()
        OUTLET.channel = None


os.register_at_fork(after_in_child=_hang_up)


def make_shell() -> RoomShell:
    """The shell, ready for a submission; made once, before the sandbox forks."""
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
