"""What a kernel says may be anything: the grader's end takes it for what it is, or ends the kernel."""

import contextlib
import os
import socket
import threading
import time
from dataclasses import fields

import pytest
from student_room import shown

from course.answers.ask import Reply
from course.grading.sandbox.inside.wire import Channel, Closed
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.remote_kernel import (
    MOST_PATIENCE,
    NO_ANSWER,
    NO_TRACE,
    REPLY_FIELDS,
    KernelLost,
    Ran,
    RemoteKernel,
)
from course.grading.sandbox.share import Doubtful, Share
from course.grading.sandbox.trace import Trace

pytestmark = pytest.mark.long


class Deaf:
    """A room as far as a kernel needs one."""

    def __init__(self):
        self.limits, self.told = Limits(question=0.5, max_output=1000), []
        self.share = Share()

    def tell(self, request):
        self.told.append(request["do"])
        return {}

    def why(self):
        return []

    def waited(self, pid):
        return 0.0


@pytest.fixture
def liar():
    """A kernel whose other end says whatever it is given to say, after the first question has come."""
    ours, theirs = socket.socketpair()
    kernel, channel = RemoteKernel(Deaf(), Channel(ours), 7), Channel(theirs)

    def say(*answers):
        def speak():
            channel.receive_with(1, time.monotonic() + 5)
            with contextlib.suppress(Closed):  # the grader has heard enough
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


@pytest.mark.parametrize("question", ["run", "look", "ask", "make", "snapshot", "line"])
@pytest.mark.parametrize("answer", ANYTHING)
def test_does_any_nonsense_cost_the_kernel_and_nothing_else(liar, question, answer):
    kernel = liar(ANYTHING[answer])
    ask = {
        "run": lambda: kernel.run("1", seconds=0.5, clean=False),
        "look": lambda: kernel.look(["f"]),
        "ask": lambda: kernel.ask("f", None, [{"X": 1}]),
        "make": lambda: kernel.make("f", ()),
        "snapshot": lambda: kernel.snapshot(),
        "line": lambda: kernel.line_of("f", [{"X": 1}], hand=True, forbid=()),
    }[question]
    try:
        found = ask()
    except KernelLost as lost:
        assert lost.reason and "kill" in kernel.room.told, "it is ended, and can say no more"
        return
    assert (question, found) in [("look", {"f": ["missing"]}), ("line", "")]


def test_is_every_field_of_a_reply_of_its_own_kind(liar):
    said = {
        "value": [1], "after": [1], "changed": "X", "shared": ("1", 2), "moved": None, "error": 5,
        "error_types": ("A" * 999,), "not_done": True, "leftover": "yes", "refused": "r" * 9999, "passed": True,
    }  # fmt: skip
    (reply,) = liar({"replies": [said]}).ask("f", None, [{"X": 1}])
    assert (reply.value, reply.after, reply.changed, reply.shared, reply.moved) == ([1], {}, (), ("1",), ())
    assert (reply.error, reply.not_done, reply.leftover) == (None, None, False)
    assert len(reply.error_types[0]) == 200 and len(reply.refused) == 2000
    assert not hasattr(reply, "passed")


def test_are_a_replys_words_few_and_its_names_text(liar):
    said = {"changed": tuple("x" * 300 for _ in range(5000)), "after": {1: "one", "X": 2}}
    (reply,) = liar({"replies": [said]}).ask("f", None, [{"X": 1}])
    assert reply.changed == ("x" * 200,) * 100 and reply.after == {"X": 2}


OUT = {"out": ["display_data", {}]}
COUNTED = {
    "long names": ({"out": ["display_data", {"n" * 500: 1}]}, 10),
    "a long kind": ({"out": ["k" * 500, {}]}, 10),
    "long numbers": ({"out": ["display_data", {"data": 1 << 2000}]}, 10),
    "many empty texts": ({"out": ["display_data", {"data": [""] * 500}]}, 10),
}


@pytest.mark.parametrize("name", COUNTED)
def test_does_every_output_count_whatever_it_holds(liar, name):
    said, most = COUNTED[name]
    ran = liar(*[said] * 50, {"ran": {"ok": True}}).run("1", seconds=5, clean=False, most=1000)
    assert ran.flooded and 0 < len(ran.outputs) <= most
    assert ran.size <= 20 * 1000


def test_does_an_endless_stream_of_empty_outputs_end_the_kernel(liar):
    kernel = liar(*[OUT] * 25_000)
    with pytest.raises(KernelLost, match="nonsense"):
        kernel.run("1", seconds=20, clean=False, most=1000)


@pytest.mark.parametrize("count", [-1, 1 << 31, 1 << 5000, 1.0, True])
def test_is_a_count_that_no_notebook_has_none(liar, count):
    assert liar({"ran": {"ok": True, "count": count}}).run("1", seconds=2, clean=False).count is None


def test_are_more_replies_than_questions_nonsense(liar):
    with pytest.raises(KernelLost, match="nonsense"):
        liar({"replies": [{}, {}]}).ask("f", None, [{"X": 1}])


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


def test_is_a_line_no_longer_than_a_sentence(liar):
    assert liar({"line": "x" * 9999}).line_of("f", [{"X": 1}], hand=True, forbid=()) == "x" * 2000


def traced(kernel, write):
    """The kernel with a trace into which ``write`` puts what it likes, at once."""
    end, theirs = os.pipe()
    kernel.trace = Trace(end, os.open(os.devnull, os.O_RDONLY))
    write(theirs)
    os.close(theirs)
    return kernel


def node(name):
    return f'"id": 1, "name": "{name}", "ctrl_deps": 1,\n "inputs": {{}},\n "outputs": {{}},\n'.encode()


@pytest.mark.parametrize(
    "said",
    [b"", b"noise " * 99, node("aten::tanh"), node("course::mark"), node("course::mark " + "0" * 32)],
)
def test_is_a_record_without_the_mark_never_taken_for_one(liar, said):
    kernel = traced(liar({}), lambda end: os.write(end, said))
    with pytest.raises(KernelLost, match="the record of what torch was asked broke off"):
        kernel.asked()
    assert kernel.room.told == ["kill"] and kernel.lost == NO_TRACE


def test_is_a_record_that_does_not_come_waited_for_no_longer_than_a_question(liar):
    end, theirs = os.pipe()
    kernel = liar({})
    kernel.trace = Trace(end, os.open(os.devnull, os.O_RDONLY))
    began = time.monotonic()
    with pytest.raises(KernelLost, match="broke off"):
        kernel.asked()
    assert time.monotonic() - began < 3
    os.close(theirs)


def test_has_a_kernel_that_runs_cells_no_record(liar):
    with pytest.raises(KernelLost, match="broke off"):
        liar({}).asked()


def test_is_what_torch_was_asked_read_up_to_the_mark_that_was_sent():
    """The mark is another one each time, and nobody can know it beforehand."""
    ours, theirs = socket.socketpair()
    kernel, channel, marks = RemoteKernel(Deaf(), Channel(ours), 7), Channel(theirs), []

    def speak(end):
        for name in ("aten::tanh", "aten::exp"):
            request = channel.receive(time.monotonic() + 5)
            marks.append(request["name"])
            os.write(end, node(name) + node(request["name"]))
            channel.send({})

    end, other = os.pipe()
    kernel.trace = Trace(end, os.open(os.devnull, os.O_RDONLY))
    threading.Thread(target=speak, args=(other,), daemon=True).start()
    assert [[each.name for each in kernel.asked()] for _ in range(2)] == [["aten::tanh"], ["aten::exp"]]
    assert len(set(marks)) == 2 and all(len(mark) > 40 for mark in marks)
    os.close(other), theirs.close()


def test_has_every_field_of_a_reply_a_rule():
    assert list(REPLY_FIELDS) == [each.name for each in fields(Reply)]


@pytest.mark.parametrize("waited", [0.0, 1.5])
def test_is_a_process_that_waits_for_a_processor_given_that_time_again(liar, monkeypatch, waited):
    kernel = liar()
    monkeypatch.setattr(kernel.room, "waited", lambda pid: waited)
    began = time.monotonic()
    with pytest.raises(KernelLost, match=NO_ANSWER):
        kernel.look(["f"])
    assert waited <= time.monotonic() - began - 0.5 < waited + 0.4
    assert not kernel.room.share.starved and kernel.room.share.doubts == {"time"}


def test_is_a_process_that_never_gets_a_processor_said_to_be_starved(liar, monkeypatch):
    kernel, clock = liar(), iter(range(1, 100))
    monkeypatch.setattr(kernel.room, "waited", lambda pid: float(next(clock)))
    began = time.monotonic()
    with pytest.raises(KernelLost, match=NO_ANSWER):
        kernel.look(["f"])
    assert kernel.room.share.starved and time.monotonic() - began < 0.5 * (2 + MOST_PATIENCE)


def test_does_a_kernel_that_answers_nonsense_raise_a_doubt(liar):
    kernel = liar(5)
    kernel.room.share.hurried = True
    with pytest.raises(Doubtful, match="it answered nonsense"):
        kernel.look(["f"])
