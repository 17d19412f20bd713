"""Python kernel of a submission, in the sandbox: it runs the notebook's cells, forks copies, and answers questions.

It is IPython's own InteractiveShell, the heart of every Python kernel, without the sockets that a kernel offers to
whoever connects: there is nobody here but the grader, at the other end of one ``Channel``. It is made before the
sandbox forks, so that a submission finds it ready.

It answers what ``responder.py`` answers, and:

- ``run``: run the cell "code". Answers any number of ``{"out": [msg_type, content]}`` (in Jupyter's words for outputs),
  then ``{"ran": {"ok", "count", "exit", "flood"}}``.
- ``snapshot`` (with one end of a new channel): fork; the copy listens on that channel. Answers ``{"snapshot": pid}``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from typing import Any

from course.grading.sandbox.inside.responder import Responder
from course.grading.sandbox.inside.shell import OUTLET, RoomShell, Stream, flush_streams
from course.grading.sandbox.inside.wire import Channel


class Kernel(Responder):
    """A process that runs cells in ``shell``, and answers questions about ``names``, which are that shell's."""

    def __init__(self, channel: Channel, shell: RoomShell, names: dict[str, Any]):
        super().__init__(channel, names)
        self.shell = shell
        self.copies: list[int] = []

    def do_run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a cell as a notebook does."""
        from course.answers import ask

        shell = self.shell
        OUTLET.left, OUTLET.flooded = request["max_output"], False
        shell.exited = shell.failed = False
        sys.stdout, sys.stderr = Stream("stdout", OUTLET), Stream("stderr", OUTLET)
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
        flush_streams()
        return {
            "ran": {"ok": bool(ok), "count": shell.execution_count - 1, "exit": shell.exited, "flood": OUTLET.flooded}
        }

    def do_snapshot(self, request: dict[str, Any], end: int) -> dict[str, Any]:
        """Fork a copy of this kernel that answers on its own channel."""
        pid = os.fork()
        if pid == 0:
            self.channel.close()
            Kernel(Channel(socket.socket(fileno=end)), self.shell, self.names).serve()
        os.close(end)
        self.copies = [each for each in self.copies if _runs(each)] + [pid]  # and those that have ended are let go
        return {"snapshot": pid}

    REQUESTS = {**Responder.REQUESTS, "run": do_run, "snapshot": do_snapshot}


def _runs(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False
