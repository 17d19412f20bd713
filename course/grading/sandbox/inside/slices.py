"""Executor of program slices, in the sandbox: runs the code that one answer needs, and answers questions about it.

Nothing else of the notebook has run in such a process. It answers what ``responder.py`` answers, and:

- ``slice``: run "source" in a module of its own, which questions are about from now on. Answers ``{}``.
"""

from __future__ import annotations

import contextlib
import linecache
import sys
import types
from typing import Any

from course.grading.sandbox.inside.responder import Responder, packed, quiet
from course.grading.sandbox.inside.wire import Channel


class SliceKernel(Responder):
    """A process that runs slices, each in a module of its own; ``names`` are those of the last."""

    def __init__(self, channel: Channel):
        super().__init__(channel, {})
        self.pieces = 0

    def do_slice(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a slice's pieces in a new module."""
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names = module.__dict__
        with quiet():
            for piece in request["source"]:
                self.pieces += 1
                filename = f"<slice {self.pieces}>"
                linecache.cache[filename] = (len(piece), None, piece.splitlines(keepends=True), filename)
                with contextlib.suppress(Exception):  # the question will say what is missing
                    exec(compile(piece, filename, "exec"), module.__dict__)
        return {}

    def do_ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """As everywhere, but for questions by hand: whatever stands in a slice is part of the answer, and is read."""
        from course.answers import ask, by_hand

        hand, forbid = request["hand"], tuple(request["forbid"])
        if hand or forbid:
            for each in [each for each in self.names.values() if getattr(each, "__module__", None) == "__main__"]:
                if refused := by_hand.read(each, forbid=forbid, derivatives=hand):
                    return {"replies": [packed(ask.Reply(refused=refused))]}
        return super().do_ask(request)

    REQUESTS = {**Responder.REQUESTS, "slice": do_slice}
