"""Torch's trace as the grader reads it out of a pipe: what it holds, up to a mark, and when it counts as lost."""

import contextlib
import os
import subprocess
import sys
import threading
import time

import pytest

from course.answers.record import Asked
from course.grading.sandbox import trace as traces
from course.grading.sandbox.inside.recording import INCOMPLETE
from course.grading.sandbox.trace import Trace, TraceLost

EMPTY = '{"values": [], "shapes": [], "types": [], "strides": []}'


def node(name, inputs=EMPTY, outputs=EMPTY):
    """A node as torch writes it: names stand there as they are, with whatever is in them."""
    head = f'      {{\n        "id": 7, "name": "{name}", "ctrl_deps": 3,\n'
    body = f'        "inputs": {inputs},\n        "outputs": {outputs},\n'
    return f'{head}{body}        "attrs": [{{"name": "rf_id", "type": "uint64", "value": 3}}]\n      }},\n'.encode()


@pytest.fixture
def pipe():
    """A trace, and the end that is written to."""
    end, theirs = os.pipe()
    trace, open_ = Trace(end, os.open(os.devnull, os.O_RDONLY)), [theirs]

    class Pipe:
        end = theirs

        def write(self, text):
            os.write(theirs, text)

        def write_all(self, text):
            def write():
                for place in range(0, len(text), 1 << 16):
                    os.write(theirs, text[place : place + (1 << 16)])

            threading.Thread(target=write, daemon=True).start()

        def close(self):
            os.close(open_.pop())

        def until(self, mark, seconds=5.0):
            return trace.until(mark, time.monotonic() + seconds)

    yield Pipe()
    for each in open_:
        os.close(each)


def test_is_an_operation_read_with_its_types_and_shapes(pipe):
    values = '"values": [[6,7,0,6,8,"cpu"],[2,3],1.5,"none"]'
    shapes = '"shapes": [[2,3],[[],[]],[],[]]'
    types = '"types": ["Tensor(double)","GenericList[Int,Int]","Double","String"]'
    inputs = f'{{{values}, {shapes}, {types}, "strides": [[3,1],[[],[]],[],[]]}}'
    outputs = '{"values": [[6,7]], "shapes": [[2]], "types": ["Tensor(c10::complex<double>)"], "strides": [[1]]}'
    pipe.write(node("aten::tanh", inputs, outputs) + node("mark"))
    (asked,) = pipe.until("mark")
    kinds = ("Tensor(double)", "GenericList[Int,Int]", "Double", "String", "Tensor(c10::complex<double>)")
    assert asked == Asked("aten::tanh", kinds, ((2, 3), (), (), ()))


NAMES = {
    "quotes": 'a "quoted" name',
    "backslashes": "back\\slash \\",
    "lines": "two\nlines",
    "letters": "é \u2028 \x00",
    "a quote": '"',
    "half a node": '", "ctrl_deps": 1,\n        "inputs": ',
    "a node begun": 'x\n        "id": 8, "name": "',
    "nothing": "",
}


@pytest.mark.parametrize("kind", NAMES)
def test_does_no_name_hide_what_comes_before_and_after(pipe, kind):
    """A student's own ``record_function`` can bear any name, and torch writes it as it is."""
    pipe.write(node("aten::tanh") + node(NAMES[kind]) + node("aten::exp") + node("mark"))
    names = [each.name for each in pipe.until("mark")]
    assert names[0] == "aten::tanh" and names[-1] == "aten::exp"


@pytest.mark.parametrize("part", ['"id": 1, "name": "', '        "id": 1, "name": "x", "ctrl_deps": 1,\n', "\n", " "])
def test_is_a_long_name_read_in_time_whatever_it_repeats(pipe, part):
    pipe.write_all(node(part * (1_000_000 // len(part))) + node("aten::exp") + node("mark"))
    assert [each.name for each in pipe.until("mark", 10)][-1] == "aten::exp"


def test_is_what_came_before_one_mark_not_told_at_the_next(pipe):
    pipe.write(node("a") + node("one") + node("b") + node("c") + node("two"))
    assert [each.name for each in pipe.until("one")] == ["a"]
    assert [each.name for each in pipe.until("two")] == ["b", "c"]


def test_are_bytes_in_pieces_put_together(pipe):
    text = node("a") + node("aten::tanh") + node("a mark with a long name")

    def trickle():
        for place in range(0, len(text), 7):
            pipe.write(text[place : place + 7])

    threading.Thread(target=trickle, daemon=True).start()
    assert [each.name for each in pipe.until("a mark with a long name")] == ["a", "aten::tanh"]


def test_is_a_mark_that_does_not_come_waited_for_no_longer_than_told(pipe):
    pipe.write(node("a"))
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        pipe.until("mark", 0.2)
    assert 0.2 <= time.monotonic() - began < 3
    pipe.write(node("mark"))
    assert [each.name for each in pipe.until("mark")] == ["a"]


def test_is_a_trace_that_breaks_off_lost(pipe):
    pipe.write(node("a") + node("mark")[:40])
    pipe.close()
    with pytest.raises(TraceLost, match="broke off"):
        pipe.until("mark")


def test_is_a_mark_read_that_came_before_the_end(pipe):
    pipe.write(node("a") + node("mark"))
    pipe.close()
    assert [each.name for each in pipe.until("mark")] == ["a"]
    with pytest.raises(TraceLost):
        pipe.until("another")


@pytest.mark.parametrize(
    ("limit", "most", "flood"),
    [("MAX_OPERATIONS", 500, node("a") * 50), ("MAX_UNREAD_BYTES", 100_000, b"x" * 50_000)],
)
def test_is_a_flood_lost_and_whoever_writes_it_stopped(pipe, monkeypatch, limit, most, flood):
    monkeypatch.setattr(traces, limit, most)
    with pytest.raises(BrokenPipeError):
        for _ in range(1000):
            pipe.write(flood)
    with pytest.raises(TraceLost):
        pipe.until("mark")


WRITES = """
import os, sys
import torch
from torch.autograd.profiler import record_function
profiler = torch._C._profiler
profiler._add_execution_trace_observer(f"/proc/self/fd/{sys.argv[1]}")
profiler._enable_execution_trace_observer()
os.close(int(sys.argv[1]))
X = torch.ones(2, 3, dtype=torch.float64)
with record_function('odd "name" \\\\ in\\ntwo lines'):
    torch.tanh(X)
with record_function("first"):
    pass
x = torch.ones(3, requires_grad=True)
(x * 2j).real.sum().backward()
torch.softmax(X, 1)
for name in ("second", "." * 20_000):
    with record_function(name):
        pass
os._exit(0)
"""


@pytest.mark.long
def test_is_what_torch_itself_writes_through_a_pipe_understood():
    end, theirs = os.pipe()
    trace = Trace(end, os.open(os.devnull, os.O_RDONLY))
    argv = [sys.executable, "-c", WRITES, str(theirs)]
    with subprocess.Popen(argv, pass_fds=(theirs,), stderr=subprocess.DEVNULL):
        os.close(theirs)
        deadline = time.monotonic() + 60
        first, second = trace.until("first", deadline), trace.until("second", deadline)
    assert Asked("aten::tanh", ("Tensor(double)", "Tensor(double)"), ((2, 3),)) in first
    names = {each.name for each in second}
    assert {"aten::_softmax", "aten::sum", "MulBackward0"} <= names
    assert any(name.startswith("autograd::engine::evaluate_function") for name in names)
    assert any("complex" in kind for each in second for kind in each.types)
    with pytest.raises(TraceLost):
        trace.until("third", deadline)


@pytest.mark.parametrize("held", [True, False])
def test_is_a_trace_lost_where_torch_says_that_an_operation_is_missing(held):
    (end, theirs), (words, its_words) = os.pipe(), os.pipe()
    trace = Trace(end, words)
    os.write(its_words, b"[W1129] Failed to read process name\n")
    os.write(theirs, node("aten::tanh") + node("first"))
    assert [each.name for each in trace.until("first", time.monotonic() + 5)] == ["aten::tanh"]
    os.write(its_words, b"[W1129] " + INCOMPLETE.encode() + b": a nested tensor\n")
    if not held:
        os.close(its_words)
    with contextlib.suppress(BrokenPipeError):  # nobody reads any more
        os.write(theirs, node("second"))
    with pytest.raises(TraceLost):
        trace.until("second", time.monotonic() + 5)
    os.close(theirs)
    if held:
        os.close(its_words)


def test_does_a_line_that_comes_in_small_pieces_cost_no_more_than_its_length(pipe):
    """Read again at every piece, these eight MB would take minutes."""
    began = time.process_time()
    long = node("x" * 6_000_000) + node("mark")

    def write():
        for place in range(0, len(long), 4096):
            os.write(pipe.end, long[place : place + 4096])

    threading.Thread(target=write, daemon=True).start()
    assert [len(each.name) for each in pipe.until("mark", 60)] == [6_000_000]
    assert time.process_time() - began < 1.5


def test_are_lines_without_a_node_let_go(pipe, monkeypatch):
    monkeypatch.setattr(traces, "MAX_UNREAD_BYTES", 1 << 16)
    pipe.write_all(b"no node\n" * 100_000 + node("aten::tanh") + node("mark"))
    assert pipe.until("mark", 20) == [Asked("aten::tanh")]


def test_are_too_many_different_operations_a_flood(pipe, monkeypatch):
    monkeypatch.setattr(traces, "MAX_KINDS_BYTES", 10_000)
    pipe.write_all(node("aten::tanh") * 500 + node("mark"))
    assert len(pipe.until("mark")) == 500
    pipe.write_all(b"".join(node(f"aten::{number:030}") for number in range(500)) + node("mark"))
    with pytest.raises(TraceLost):
        pipe.until("mark")


def test_do_shapes_that_are_too_deep_end_nothing(pipe):
    deep = '{"values": [], "shapes": ' + "[" * 100_000 + ', "types": [], "strides": []}'
    pipe.write_all(node("aten::deep", deep) + node("mark"))
    assert pipe.until("mark") == [Asked("aten::deep")]
