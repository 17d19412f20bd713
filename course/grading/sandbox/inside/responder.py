"""Request handler: answers the grader's questions about a namespace, one request after another, over one channel.

Every request is a dict with the key "do". These are answered wherever there are names to ask about:

- ``look``: ``{"names": {...}}``, each of the names asked for as ``["value", it]``, ``["function"]``, ``["class"]``,
  ``["object", what, is_module]`` or ``["missing"]``.
- ``ask``: call the function, or the module made before ("made"), for all "calls"; ``{"replies": [...]}``.
- ``make``: make an object of the class; ``{"made": number, "reply": ..., "parameters": {...}}``.

What a process answers besides is in ``kernel.py`` and ``slices.py``. Nothing that it answers is trusted: it runs beside
the student's code, and the worst that code can do to it is to make it answer something else.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

from course.grading.sandbox.inside.messages import encode
from course.grading.sandbox.inside.shell import OUTLET, text_of
from course.grading.sandbox.inside.wire import Channel, Closed

if TYPE_CHECKING:
    from course.answers.ask import Reply


class Responder:
    """Answers the requests that come over ``channel`` until it closes. ``names`` are the student's."""

    def __init__(self, channel: Channel, names: dict[str, Any]):
        self.channel, self.names = channel, names
        self.made: list[Any] = []
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
            handler = self.REQUESTS.get(request["do"])
            if handler is None:
                raise ValueError(f"no such request: {request['do']}")
            self.channel.send(getattr(self, handler.__name__)(request, *fds))  # by name: what the class holds by now
        except Closed:
            raise
        except Exception as error:
            self.channel.send({"error": f"{type(error).__name__}: {text_of(error)}"[:500]})

    def do_look(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the names stand for."""
        found = {}
        for name in request["names"]:
            try:
                found[name] = self.kind(name)
                encode(found[name])
            except Exception:  # an object that answers no question sensibly
                found[name] = ["missing"]
        return {"names": found}

    def kind(self, name: str) -> list[Any]:
        """What one name stands for, as ``look`` answers it."""
        import torch

        from course.answers.plain import plain

        if name not in self.names:
            return ["missing"]
        value = self.names[name]
        if inspect.isclass(value):
            return ["class"]
        if isinstance(value, torch.nn.Module):
            return ["object", f"a {type(value).__name__}", True]
        if callable(value) and not isinstance(value, torch.Tensor):
            return ["function"]
        return ["value", plain(value)]

    def do_ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call a function for many cases, quietly, under clean settings."""
        from course.answers import ask

        name = request["name"]
        if request.get("made") is None and name not in self.names:
            error = f"NameError: name '{name}' is not defined"
            return {"replies": [packed(ask.Reply(error=error, error_types=("NameError",)))] * len(request["calls"])}
        target = self.made[request["made"]] if request.get("made") is not None else self.names[name]
        with quiet():
            replies = ask.ask(target, request["calls"])
        return {"replies": [packed(reply) for reply in replies]}

    def do_make(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make an object of a class, or take one that is there, and say what parameters it has."""
        from course.answers import ask

        with quiet():
            made = ask.make(self.names[request["name"]], tuple(request["build"]))
        self.made.append(made.target)
        return {
            "made": len(self.made) - 1,
            "reply": packed(made.reply),
            "module": made.is_module,
            "parameters": made.parameters,
        }

    REQUESTS: ClassVar[dict[str, Callable[..., dict[str, Any]]]] = {"look": do_look, "ask": do_ask, "make": do_make}
    """Each request that is obeyed, and the method that answers it. Whatever else comes is refused."""


def packed(reply: Reply) -> dict[str, Any]:
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
def quiet() -> Iterator[None]:
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
