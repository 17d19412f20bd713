"""Process control: termination signals that stop a command as Ctrl-C does, and workers that end with their parent.

A command is stopped by SIGINT, SIGTERM and SIGHUP in one way: KeyboardInterrupt, so that every ``finally`` on the way
is carried out. Its workers leave these signals to it, as a terminal or ``timeout`` sends them to all, and are killed by
the kernel when it ends in any other way (parent-death signal, prctl(2)).
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import FrameType

STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a command to stop."""
_SAME_REQUEST_S = 1.0
"""Seconds in which a signal that comes again asks for the same: a closed terminal and ``timeout`` send it twice."""
STARTED_BY = "COURSE_FORKSERVER_STARTED_BY"
"""The environment variable that tells a fork server which process started it."""
_SET_PDEATHSIG = 1


class _Stop:
    """Signal handler that notes the signal and raises KeyboardInterrupt."""

    def __init__(self) -> None:
        self.came: list[int] = []
        self._last = -_SAME_REQUEST_S

    def __call__(self, number: int, frame: FrameType | None = None) -> None:
        again, self._last = time.monotonic() - self._last < _SAME_REQUEST_S, time.monotonic()
        self.came.append(number)
        if not again:
            raise KeyboardInterrupt


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[list[int]]:
    """Inside, each of ``STOPPING`` raises KeyboardInterrupt; gives the list of those that came, which grows meanwhile.

    What is ignored (``nohup``) or has a handler stays so, and in another thread than the main one nothing changes.
    """
    stop, before = _Stop(), {}
    if threading.current_thread() is threading.main_thread():
        for number in STOPPING:
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                before[number] = signal.signal(number, stop)
    try:
        yield stop.came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def unbroken() -> Iterator[None]:
    """Let what stands inside come to its end before a signal raises KeyboardInterrupt; a second one raises it at once.

    For short steps that other libraries carry out: they may catch the exception, or make another one of it. Where a
    signal means something else (another thread than the main one, a process in the background, a handler of somebody's
    own, another ``unbroken`` around this one) nothing is done about it.
    """
    before: dict[int, Callable[[int, FrameType | None], object]] = {}
    if threading.current_thread() is threading.main_thread():
        for number in STOPPING:
            handler = signal.getsignal(number)
            if handler is signal.default_int_handler or isinstance(handler, _Stop):
                before[number] = handler
    came: list[tuple[int, float]] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append((number, time.monotonic()))
        if len(came) > 1 and (number == signal.SIGINT or came[-1][1] - came[0][1] > _SAME_REQUEST_S):
            before[number](number, frame)

    for number in before:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            before[came[0][0]](came[0][0], None)


# --- Workers --------------------------------------------------------------------------------------------------------


def begin_worker(parent: int) -> None:
    """In a new process: leave signals to the process ``parent``, which started it, and end with that; then load torch.

    It stands in this module, which imports next to nothing, so that it comes before all that takes long to import.
    """
    leave_signals()
    end_with(parent)
    import torch

    torch.set_num_threads(1)  # there are several of them: one thread each


def leave_signals() -> None:
    """Do nothing on ``STOPPING``, which the main process answers; programs that are started from here do as ever."""
    for number in STOPPING:
        signal.signal(number, _pass_over)  # a handler, as what is ignored stays ignored in programs started from here


def _pass_over(number: int, frame: FrameType | None) -> None:
    """Handle a signal by doing nothing."""


def start_tracker(ensure_running: Callable[[], object]) -> None:
    """Start a library's process that looks after semaphores with ``ensure_running``, out of reach of SIGHUP.

    It ignores the other two of ``STOPPING`` by itself. A process inherits what was blocked where it was started.
    """
    if sys.platform == "win32":
        ensure_running()
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with(parent: int) -> None:
    """End this process, by SIGKILL, when the thread of the process ``parent`` that started it ends, in whatever way.

    Without Linux's signal a thread looks for the parent twice a second.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_look_for, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def _look_for(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


@contextlib.contextmanager
def worker_pool(count: int, preload: Sequence[str] | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool of ``count`` workers with torch, which end with this process, and are killed where an error ends it.

    With ``preload`` they are forked from a server that has imported these modules; else started as Python does here.
    """
    context, others = multiprocessing.get_context("forkserver" if preload else None), multiprocessing.active_children()
    forked = context.get_start_method() == "forkserver"
    if forked:
        context.set_forkserver_preload(["course.coursedir.forkserver", *(preload or ())])
        os.environ[STARTED_BY] = str(os.getpid())
    pool = ProcessPoolExecutor(count, context, _begin_pool_worker, (0 if forked else os.getpid(),))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if process not in others:
                process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        os.environ.pop(STARTED_BY, None)


def _begin_pool_worker(parent: int) -> None:
    """In a new process of a pool: as ``begin_worker``; 0 for a process that a fork server forked."""
    main_process = multiprocessing.parent_process()
    if not parent:
        parent = os.getppid()
        end_with(parent)
        if main_process is not None and not main_process.is_alive():
            os._exit(1)
    begin_worker(parent)


def main() -> None:
    """``python -m course.coursedir.processes PARENT MODULE ARGUMENT...``: run a module that ends with a process."""
    end_with(int(sys.argv[1]))
    sys.argv[:] = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
