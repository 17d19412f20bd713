"""Test harness for one answer: calls it for many cases in one go, under clean settings, and notes what it did.

Everything that goes in and comes back is plain data: tensors, numbers, strings, lists, tuples, dicts, None.
"""

from __future__ import annotations

import contextlib
import copy as copying
import inspect
import linecache
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from course.answers import absent, reach, record, weights
from course.answers.plain import plain, same_parts
from course.device import available, map_tensors, rebuilt


@dataclass
class Reply:
    """What came back for one case.

    ``value`` is the result, a copy; ``after`` the arguments after the call; ``changed`` names arguments whose content
    changed, or for which requires_grad was switched on, ``shared`` those whose memory the result shares, and ``moved``
    those that lie in other memory than before, and ``noted`` whether autograd's notes hang on the result. ``error`` is
    the class and message of the student's exception, ``place`` where in the student's code it arose (None where nobody
    knows), and ``error_types`` the names of its class and base classes. ``not_done`` is the name in a stub's
    NotImplementedError, "" when it names none, and ``leftover`` whether code was written above it. ``refused`` says
    what was not done by hand.
    """

    value: Any = None
    after: dict[str, Any] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    noted: bool = False
    error: str | None = None
    place: str | None = None
    error_types: tuple[str, ...] = ()
    not_done: str | None = None
    leftover: bool = False
    refused: str | None = None

    @property
    def exception(self) -> str:
        """The student's exception as one sentence with its place; "" where there is none."""
        return f"{self.error}, {self.place}" if self.error and self.place else self.error or ""


class Elsewhere:
    """Remote proxy for a function, class or object of the student's in another process, asked there.

    Subclasses answer ``ask`` as this module's function does, and ``make`` likewise. With ``memory`` the question is
    also about the arguments' own memory.
    """

    __name__: str
    """What the test cell calls it."""

    def ask(self, calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str], memory: bool) -> list[Reply]:
        """The replies to these calls, in order."""
        raise NotImplementedError

    def devices(self, *, hand: bool, forbid: Sequence[str], memory: bool) -> list[torch.device]:
        """Where such a question can be asked."""
        return [torch.device("cpu")]

    def make(self, build: tuple[Any, ...]) -> Made:
        """An object of this class, or this object itself."""
        raise NotImplementedError

    def __call__(self, *_: Any) -> Any:
        """Nothing: what is elsewhere can be asked, not called."""
        raise TypeError("it is in another process; use course.answers.ask")


@dataclass
class Made:
    """An object that was made: how that went, the object (or its ``Elsewhere``), and what kind of object it is.

    ``parameters`` are those of a torch.nn.Module by name, detached copies.
    """

    reply: Reply
    target: Any = None
    is_module: bool = False
    parameters: dict[str, torch.Tensor] = field(default_factory=dict)


def devices(answer: Any, *, hand: bool = False, forbid: Sequence[str] = (), memory: bool = False) -> list[torch.device]:
    """Every device on which ``ask`` can put such a question to ``answer``, the CPU first."""
    if isinstance(answer, Elsewhere):
        return answer.devices(hand=hand, forbid=forbid, memory=memory)
    return available()


def copy(value: Any) -> Any:
    """``value`` with every tensor and NumPy array in it copied, without history."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return rebuilt(value, [copy(item) for item in value])
    if isinstance(value, dict):
        return {key: copy(item) for key, item in value.items()}
    return map_tensors(value, lambda tensor: tensor.detach().clone())


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """Every tensor in nested lists, tuples and dicts; a NumPy array counts as the tensor over its memory."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors_in(item)
    elif isinstance(value, np.ndarray):
        with contextlib.suppress(TypeError, ValueError):
            yield torch.from_numpy(value)


def _same(first: torch.Tensor, second: torch.Tensor) -> bool:
    """Whether two tensors agree in shape, dtype and every entry; nan agrees with nan."""
    if first.shape != second.shape or first.dtype != second.dtype:
        return False
    if torch.equal(first, second):
        return True
    return bool(((first == second) | ((first != first) & (second != second))).all())


def _storages(value: Any) -> set[int]:
    """Addresses of the memory blocks under the tensors and arrays in ``value``; a NumPy view counts as its base."""
    return {tensor.untyped_storage().data_ptr() for tensor in tensors_in(value) if tensor.numel()}


def _shares(result: Any, argument: Any) -> bool:
    """Whether any tensor or array of ``result`` lies in memory of ``argument``."""

    def span(tensor: torch.Tensor) -> tuple[int, int]:
        start = tensor.untyped_storage().data_ptr()
        return start, start + tensor.untyped_storage().nbytes()

    ours = [span(tensor) for tensor in tensors_in(argument) if tensor.numel()]
    theirs = [span(tensor) for tensor in tensors_in(result) if tensor.numel()]
    return any(a < d and c < b for a, b in ours for c, d in theirs)


@contextlib.contextmanager
def clean_settings() -> Iterator[None]:
    """Torch's global settings as they are by default, inside; as they were, and the random state too, afterwards."""
    dtype, grad = torch.get_default_dtype(), torch.is_grad_enabled()
    device = torch.empty(0).device
    state = torch.random.get_rng_state()
    try:
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        if device.type != "cpu":
            torch.set_default_device("cpu")
        yield
    finally:
        torch.random.set_rng_state(state)
        if device.type != "cpu" or torch.empty(0).device.type != "cpu":
            torch.set_default_device(device)
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)


_PACKAGE = Path(__file__).parents[1]
"""The course's own folder: no line of a traceback in there is a student's."""


def raised(error: BaseException) -> Reply:
    """The reply that an exception is: its class and message, and the line of the student's code where it arose."""
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "site-packages" not in frame.filename and _PACKAGE not in Path(frame.filename).parents
    ]
    message = f"{type(error).__name__}: {error}".strip().rstrip(":")
    place = f"in {own[-1].name} at `{own[-1].line.strip()}`" if own and own[-1].line else None
    return Reply(error=message, place=place, error_types=tuple(base.__name__ for base in type(error).__mro__))


def _leftover(error: NotImplementedError) -> bool:
    """Whether the student wrote an answer and left the stub's raise below it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    above = (linecache.getline(frame.filename, line).strip() for line in range((frame.lineno or 1) - 1, 0, -1))
    before = next((line for line in above if line), "")
    return bool(before) and before != "# YOUR CODE HERE" and "def " not in before and not before.endswith('"""')


def _one(answer: Callable[..., Any], arguments: dict[str, Any]) -> Reply:
    """What one call of an answer did: its result, its exception, and what became of the arguments."""
    given = copy(arguments)
    addresses = {name: _storages(value) for name, value in given.items()}
    with clean_settings():
        try:
            value = plain(answer(*given.values()))
        except NotImplementedError as error:
            name = str(error.args[0]) if error.args else ""
            if name and not name.isidentifier():  # torch raises it too, with a sentence
                return replace(raised(error), error_types=("NotImplementedError",))
            return Reply(not_done=name, leftover=_leftover(error))
        except Exception as error:
            return raised(error)
    changed = tuple(
        name
        for name in given
        if not all(_same(a, b) for a, b in zip(tensors_in(arguments[name]), tensors_in(given[name]), strict=False))
        or not same_parts(arguments[name], given[name])
        or any(tensor.requires_grad or tensor.grad is not None for tensor in tensors_in(given[name]))  # the caller's
    )
    as_sent = {name for name in given if name not in changed and isinstance(given[name], torch.Tensor)}
    return Reply(
        value=copy(value),
        after={name: arguments[name] if name in as_sent else copy(each) for name, each in given.items()},
        changed=changed,
        shared=tuple(name for name in given if _shares(value, given[name])),
        noted=any(tensor.grad_fn is not None for tensor in tensors_in(value)),
        moved=tuple(name for name in given if _storages(given[name]) != addresses[name]),
    )


def ask(
    answer: Callable[..., Any],
    calls: Sequence[dict[str, Any]],
    *,
    hand: bool = False,
    forbid: Sequence[str] = (),
    memory: bool = False,
) -> list[Reply]:
    """Call ``answer`` with the values of each call, in order, and return one reply per call.

    With ``hand`` torch's differentiation is refused; ``forbid`` names ready-made torch functions that are refused; what
    decides is the record of what torch was asked until everything had been read off. ``memory`` says that the
    arguments' own memory matters. A torch.nn.Module is asked as a copy, on the device of the first call's tensors; a
    call that holds parameters for it (``weights.PARAMETERS``) is asked with these, and for the gradients to them.
    Stops after the first call that was not done: the rest would say the same. Exceptions of the student's never leave
    this function.
    """
    if isinstance(answer, Elsewhere):
        return answer.ask(calls, hand=hand, forbid=forbid, memory=memory)
    if isinstance(answer, torch.nn.Module):
        answer = _own_copy(answer, calls)
    if not (hand or forbid):
        return _all(answer, calls)
    names = getattr(inspect.unwrap(answer), "__globals__", {})
    typed = hand and reach.may_be_complex(answer)
    with record.recording(forbid, hand=hand, typed=typed) as asked, absent.hidden(names):
        replies = _all(answer, calls)
    objection = record.objection(asked, hand=hand, forbid=forbid)
    if objection is None:
        return replies
    return [Reply(refused=record.sentence(objection, line_of(answer, calls, hand=hand, forbid=forbid)))]


def _all(answer: Callable[..., Any], calls: Sequence[dict[str, Any]]) -> list[Reply]:
    """The replies to these calls, up to the first that was not done."""
    replies: list[Reply] = []
    for arguments in calls:
        asked = answer
        if isinstance(answer, torch.nn.Module) and weights.PARAMETERS in arguments:
            asked = weights.under(answer, arguments[weights.PARAMETERS])
            arguments = {name: each for name, each in arguments.items() if name != weights.PARAMETERS}
        replies.append(_one(asked, arguments))
        if replies[-1].not_done is not None:
            break
    return replies


def line_of(answer: Callable[..., Any], calls: Sequence[dict[str, Any]], *, hand: bool, forbid: Sequence[str]) -> str:
    """The student's line in which one of the first calls asks torch for what it may not; "" where nobody knows."""
    with clean_settings():
        several = (list(copy(each).values()) for each in calls[:3])
        return next(filter(None, (record.line_of(answer, each, hand=hand, forbid=forbid) for each in several)), "")


def _own_copy(model: torch.nn.Module, calls: Sequence[dict[str, Any]]) -> torch.nn.Module:
    """A copy that can be moved and run without touching the student's object; tensors with a history lose it."""
    kept = {
        id(tensor): tensor.detach().clone()
        for part in model.modules()
        for tensor in tensors_in(vars(part))
        if not tensor.is_leaf  # a result kept on self, which deepcopy would refuse
    }
    place = next((tensor.device for call in calls for tensor in tensors_in(call)), torch.device("cpu"))
    return copying.deepcopy(model, kept).to(place)


def make(answer: Any, build: tuple[Any, ...] = ()) -> Made:
    """``answer(*build)`` where ``answer`` is a class, from the same random weights each time; else ``answer``."""
    if isinstance(answer, Elsewhere):
        return answer.make(build)
    reply = Reply(value=answer)
    if inspect.isclass(answer):
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(11)  # a mistake is known by its numbers
            reply = ask(answer, [{str(number): each for number, each in enumerate(build)}])[0]
    target = reply.value
    if not isinstance(target, torch.nn.Module):
        return Made(reply, target)
    parameters = {key: parameter.detach().clone() for key, parameter in target.named_parameters()}
    return Made(reply, target, True, parameters)
