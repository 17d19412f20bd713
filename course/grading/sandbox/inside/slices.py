"""Executor of program slices, in the sandbox: runs the code that one answer needs, and answers questions about it.

Nothing else of the notebook has run in such a process, and all that torch is asked in it goes to the grader. It answers
what ``responder.py`` answers, and:

- ``slice``: run "statements" (lists of whether the cell is the course's own, and the source) in a module of its own,
  which questions are about from now on. After each of them comes a mark in the trace: ``RAN`` and its place among them.
  Answers ``{}``.
- ``mark``: leave a mark of this "name" in the trace. Answers ``{}``.
- ``line``: the line in which a call asks torch for what it may not; answers ``{"line": text}``.
"""

from __future__ import annotations

import codeop
import linecache
import sys
import types
from typing import TYPE_CHECKING, Any

from course.grading.sandbox.inside.responder import Responder, packed, quiet
from course.grading.sandbox.inside.wire import Channel

if TYPE_CHECKING:
    from course.answers.ask import Reply

RAN = "course::ran "
"""The beginning of a statement's mark."""
_FLUSH = "course::" + "." * 20_000
"""A mark that is longer than the buffer of the file that torch writes: what was written before goes out with it."""


class SliceKernel(Responder):
    """A process that runs slices, each in a module of its own; ``names`` are those of the last."""

    def __init__(self, channel: Channel):
        super().__init__(channel, {})
        self.pieces = 0
        self.trouble: list[Reply] = []

    def serve(self) -> None:
        """Answer until the grader hangs up, in a process that is given over to that. No return."""
        from course.answers import record

        record.mark_always()
        super().serve()

    def do_slice(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a slice's statements in a new module. One that cannot run here keeps no other from running."""
        from torch.autograd.profiler import record_function

        from course.answers import ask

        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names = module.__dict__
        self.trouble = []
        compiled = codeop.Compile()  # as in a notebook, `from __future__ import ...` holds for what comes after it
        with quiet():
            for place, (given, source) in enumerate(request["statements"]):
                self.pieces += 1
                filename = f"<{'given' if given else 'slice'} {self.pieces}>"
                linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
                try:
                    exec(compiled(source, filename, "exec"), module.__dict__)
                except Exception as error:
                    self.trouble.append(ask.raised(error))
                with record_function(f"{RAN}{place}"):
                    pass
        return {}

    def do_ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """As everywhere; where the function is missing, what its slice stopped with."""
        if request.get("made") is None and request["name"] not in self.names and self.trouble:
            return {"replies": [packed(self.trouble[0])] * len(request["calls"])}
        return super().do_ask(request)

    def do_mark(self, request: dict[str, Any]) -> dict[str, Any]:
        """Leave a mark in the trace, and see that it is written."""
        from torch.autograd.profiler import record_function

        for name in (request["name"], _FLUSH):
            with record_function(name):
                pass
        return {}

    def do_line(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call the answer once more, and look for the line."""
        from course.answers import ask

        answer, hand, forbid = self.names[request["name"]], request["hand"], tuple(request["forbid"])
        with quiet():
            return {"line": ask.line_of(answer, request["calls"], hand=hand, forbid=forbid)}

    REQUESTS = {**Responder.REQUESTS, "slice": do_slice, "mark": do_mark, "line": do_line}
