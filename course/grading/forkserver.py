"""A process that has imported everything and forks a ready kernel whenever it is asked.

Starting Python and importing torch costs seconds, a student's arithmetic milliseconds. So one process imports
torch, the plotting libraries, IPython and the course once, and each submission runs in a fork of it. The server has
one thread and no ZeroMQ context, which is what makes forking it safe; it never runs a student's code itself.

Protocol, over a Unix socket in a private folder: one connection for each kernel. The client sends one line of JSON,
``{"argv": [...], "env": {...}, "cwd": "...", "log": "..."}``; the server answers ``{"pid": 123}``, and when that
kernel has ended ``{"exit": code}`` (negative: the signal). A client that hangs up gives its kernel up: it is killed.
When the server's standard input closes, because the grader has ended in whatever way, everything is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

PRELOAD = (
    "torch",
    "torch._dynamo",  # any optimiser imports it, at its first use, for seconds
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "tqdm.auto",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",  # no grading kernel is debugged, but each would import it
    "IPython.core.completer",
    "IPython.core.pylabtools",
    "course",
    "course.check",
    "course.cases",
    "course.plot",
    "course.graph",
    "course.known",
    "PIL.PngImagePlugin",
)
"""What is imported before the first fork. A module that is not installed is left out."""

IDLE = 600.0
"""Seconds without a kernel after which the server ends; the next one starts it anew."""

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


@dataclass
class _Client:
    connection: socket.socket
    pid: int = 0
    received: bytes = field(default=b"")


def preload() -> None:
    """Import everything that notebooks and kernels use, and keep it out of the garbage collector's way."""
    for name in PRELOAD:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for step in (_look_around, _first_figure):
        with contextlib.suppress(Exception):  # what fails here is done, and fails, in the kernel that needs it
            step()
    gc.collect()
    gc.freeze()


def _look_around() -> None:
    """Ask for what every kernel asks for once: this machine's addresses, and matplotlib's backends."""
    from IPython.core.pylabtools import find_gui_and_backend
    from jupyter_client.localinterfaces import localhost

    localhost()
    find_gui_and_backend("inline")


def _first_figure() -> None:
    """Draw a figure that nobody sees: the first one reads the fonts and sets up the parser of formulas."""
    import io

    from matplotlib.figure import Figure

    from course import figures

    fig = Figure(layout="constrained")
    axes = fig.add_subplot(xlabel="$x_1$", ylabel="$\\frac{\\partial L}{\\partial w}$", title="Title")
    axes.plot([0, 1], [0.5, 2], label="line")
    axes.legend()
    figures.text_width("width", 10.0, bold=True)
    figures.png(fig)
    axes.set_yscale("log")
    fig.savefig(io.BytesIO())


def serve(address: str) -> None:
    """Listen on the Unix socket ``address`` until standard input closes, or nobody has come for ``IDLE`` seconds."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)  # what a kernel leaves behind becomes our child, and can be killed
    wake, notify = os.pipe()
    os.set_blocking(notify, False)
    signal.set_wakeup_fd(notify, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's business
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address + ".new")
    listener.listen()
    os.rename(address + ".new", address)  # the address appears when the server is ready, not before
    events = selectors.DefaultSelector()
    for source in (0, wake, listener):
        events.register(source, selectors.EVENT_READ)

    clients: dict[int, _Client] = {}
    try:
        while True:
            ready = events.select(IDLE)
            if not ready and not clients:
                return
            for key, _ in ready:
                if key.fileobj == 0:
                    if not os.read(0, 4096):
                        return
                elif key.fileobj == wake:
                    os.read(wake, 4096)
                elif key.fileobj is listener:
                    connection, _ = listener.accept()
                    clients[connection.fileno()] = _Client(connection)
                    events.register(connection, selectors.EVENT_READ)
                elif key.fd in clients and not _hear(clients[key.fd], (events, listener, notify, wake, clients)):
                    _forget(clients.pop(key.fd), events)
            _reap(clients, events)
    finally:
        for client in clients.values():
            _kill_group(client.pid)
        _kill_orphans(set())


def _hear(client: _Client, inherited: tuple) -> bool:
    """Read from a client, and fork its kernel once the request is complete; False when it has hung up."""
    try:
        data = client.connection.recv(1 << 16)
    except OSError:
        data = b""
    if not data:
        return False
    client.received += data
    if client.received.endswith(b"\n") and not client.pid:
        request = json.loads(client.received)
        client.pid = os.fork()
        if client.pid == 0:
            _become_kernel(request, *inherited)
        client.connection.sendall(b'{"pid": %d}\n' % client.pid)
    return True


def _forget(client: _Client, events: selectors.BaseSelector) -> None:
    events.unregister(client.connection)
    client.connection.close()
    _kill_group(client.pid)


def _reap(clients: dict[int, _Client], events: selectors.BaseSelector) -> None:
    """Collect what has ended, tell whoever asked for it, and kill what it left behind."""
    kernels = {client.pid: number for number, client in clients.items() if client.pid}
    ended = False
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            ended = True
            if pid in kernels:
                client = clients.pop(kernels.pop(pid))
                _kill_group(pid)
                with contextlib.suppress(OSError):
                    client.connection.sendall(b'{"exit": %d}\n' % os.waitstatus_to_exitcode(status))
                client.pid = 0
                _forget(client, events)
    if ended:
        _kill_orphans(set(kernels))


def _kill_group(pid: int) -> None:
    if pid:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _kill_orphans(kernels: set[int]) -> None:
    """Kill every child of this process that is not a kernel in use (Linux; elsewhere process groups must do)."""
    for tasks in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for pid in map(int, tasks.read_text().split()):
                if pid not in kernels:
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _become_kernel(request: dict, events, listener, notify, wake, clients) -> None:
    """In the child: drop what belongs to the server, take on the request's surroundings, run a kernel. No return."""
    code = 1
    try:
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        events.close()
        listener.close()
        for client in clients.values():
            client.connection.close()
        os.close(notify)
        os.close(wake)
        nowhere = os.open(os.devnull, os.O_RDONLY)
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for source, target in ((nowhere, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        run_kernel(request["argv"])
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc(file=sys.__stderr__)
    finally:
        with contextlib.suppress(Exception):
            sys.__stderr__.flush()
        os._exit(code)


def run_kernel(argv: list[str]) -> None:
    """Run an ipykernel in this process until it is shut down; ``argv`` is what ipykernel_launcher takes."""
    from ipykernel.kernelapp import IPKernelApp

    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    sys.argv = ["ipykernel_launcher", *argv]
    app = IPKernelApp.instance()
    app.initialize(argv)
    if "matplotlib_inline.backend_inline" in sys.modules and app.shell is not None:
        app.shell.enable_matplotlib("inline")  # a plain kernel does this when pyplot is imported; here it already is
    app.start()


def main() -> None:
    """``python -m course.grading.forkserver ADDRESS``: preload, then serve."""
    sys.path[:] = [place for place in sys.path if place not in ("", os.getcwd())]
    preload()
    serve(sys.argv[1])


if __name__ == "__main__":
    main()
