"""What a kernel says may be anything: the grader's end takes it for what it is, or ends the kernel."""

import socket
import threading
import time
from dataclasses import fields

import pytest
from student_room import shown

from course.answers.ask import Reply
from course.grading.sandbox.inside.wire import Channel
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.remote_kernel import REPLY_FIELDS, KernelLost, Ran, RemoteKernel

pytestmark = pytest.mark.long


class Deaf:
    """A room as far as a kernel needs one."""

    def __init__(self):
        self.limits, self.told = Limits(question=0.5, max_output=1000), []

    def tell(self, request):
        self.told.append(request["do"])
        return {}

    def why(self):
        return []


@pytest.fixture
def liar():
    """A kernel whose other end says whatever it is given to say, after the first question has come."""
    ours, theirs = socket.socketpair()
    kernel, channel = RemoteKernel(Deaf(), Channel(ours), 7), Channel(theirs)

    def say(*answers):
        def speak():
            channel.receive_with(1, time.monotonic() + 5)
            for answer in answers:
                theirs.sendall(answer) if isinstance(answer, bytes) else channel.send(answer)

        threading.Thread(target=speak, daemon=True).start()
        return kernel

    yield say
    theirs.close()


ANYTHING = {
    "a number": 1,
    "nothing": None,
    "empty": {},
    "words": "passed",
    "its error": {"error": "no"},
    "noise": b"\xff" * 64,
    "too deep": b'\0\0\0\x64\0\0\0\0' + b"[" * 100,
    "other words": {"ran": True, "out": 5, "replies": "passed", "made": True, "names": 3, "snapshot": "9"},
    "a list of wrong things": {"replies": [1, None, {}], "names": [1], "snapshot": True, "out": [1, 2]},
    "three for an output": {"out": [1, 2, 3]},
    "wrong parameters": {"made": 0, "parameters": {"w": "full marks"}, "reply": {}},
}  # fmt: skip


@pytest.mark.parametrize("question", ["run", "look", "ask", "make", "snapshot"])
@pytest.mark.parametrize("answer", ANYTHING)
def test_does_any_nonsense_cost_the_kernel_and_nothing_else(liar, question, answer):
    kernel = liar(ANYTHING[answer])
    ask = {
        "run": lambda: kernel.run("1", seconds=0.5, clean=False),
        "look": lambda: kernel.look(["f"]),
        "ask": lambda: kernel.ask("f", None, [{"X": 1}], hand=False, forbid=()),
        "make": lambda: kernel.make("f", ()),
        "snapshot": lambda: kernel.snapshot(),
    }[question]
    try:
        found = ask()
    except KernelLost as lost:
        assert lost.reason and "kill" in kernel.room.told, "it is ended, and can say no more"
        return
    assert (question, found) == ("look", {"f": ["missing"]})


def test_is_every_field_of_a_reply_of_its_own_kind(liar):
    said = {
        "value": [1], "after": [1], "changed": "X", "shared": (1, 2), "moved": None, "error": 5,
        "error_types": ("A" * 999,), "not_done": True, "leftover": "yes", "refused": "r" * 9999, "passed": True,
    }  # fmt: skip
    (reply,) = liar({"replies": [said]}).ask("f", None, [{"X": 1}], hand=False, forbid=())
    assert (reply.value, reply.after, reply.changed, reply.shared, reply.moved) == ([1], {}, (), ("1", "2"), ())
    assert (reply.error, reply.not_done, reply.leftover) == (None, None, False)
    assert len(reply.error_types[0]) == 200 and len(reply.refused) == 2000
    assert not hasattr(reply, "passed")


def test_are_more_replies_than_questions_nonsense(liar):
    with pytest.raises(KernelLost, match="nonsense"):
        liar({"replies": [{}, {}]}).ask("f", None, [{"X": 1}], hand=False, forbid=())


def test_are_strange_outputs_made_a_notebooks(liar):
    strange = [
        ["stream", {"name": 5, "text": 7}], ["error", {"ename": None, "traceback": "t"}], ["display_data", {"data": 3}],
        ["execute_result", {"data": {"text/plain": 5, "nonsense": 1}, "execution_count": "x", "metadata": 1}],
        ["update_display_data", {"transient": 1}], ["clear_output", {}], ["status", {}], ["comm_open", {"data": {}}],
        ["display_data", {"data": {"text/html": "h"}, "transient": {"display_id": [1]}}],
    ]  # fmt: skip
    ran = liar(*({"out": each} for each in strange), {"ran": {"ok": 1, "count": "3"}}).run("1", seconds=2, clean=False)
    assert (ran.ok, ran.count, len(ran.outputs)) == (False, None, len(strange))
    assert shown(ran) == [("display_data", ["text/html"])], "clear_output cleared what was before it"
    assert shown(Ran(outputs=[(kind, content) for kind, content in ran.outputs if kind != "clear_output"]))


def test_has_every_field_of_a_reply_a_rule():
    assert list(REPLY_FIELDS) == [each.name for each in fields(Reply)]
