"""What crosses the wall between the rooms: plain data, the same on both sides, and nothing else."""

import json
import math
import socket
import struct
import threading
import time
from collections import namedtuple

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.answers.ask import Other
from course.grading.sandbox.inside import wire
from course.grading.sandbox.inside.wire import (
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_TENSOR_BYTES,
    MAX_TEXT_BYTES,
    Channel,
    Closed,
    WireError,
    decode,
    encode,
)


def there(value):
    """``value`` after the journey: through JSON, as on the wire."""
    body, blobs = encode(value)
    return decode(json.loads(json.dumps(body)), [memoryview(blob) for blob in blobs])


def same(first, second):
    """Whether two values agree in type, shape, dtype and every entry; nan agrees with nan."""
    if type(first) is not type(second):
        return False
    if isinstance(first, torch.Tensor):
        alike = (first.dtype, first.shape, first.requires_grad) == (second.dtype, second.shape, second.requires_grad)
        return alike and torch.equal(torch.nan_to_num(first.detach()), torch.nan_to_num(second.detach()))
    if isinstance(first, (np.ndarray, np.generic)):
        return first.dtype == second.dtype and first.shape == second.shape and np.array_equal(first, second)
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict):
        return list(first) == list(second) and all(same(first[key], second[key]) for key in first)
    if isinstance(first, float):
        return math.isnan(first) and math.isnan(second) or (first == second and math.copysign(1, first * second) > 0)
    return first == second


VALUES = {
    "None": None,
    "True": True,
    "zero": 0,
    "a large number": 2**53 + 1,
    "a negative larger one": -(10**300),
    "1.5": 1.5,
    "minus zero": -0.0,
    "nan": math.nan,
    "infinite": -math.inf,
    "text": 'naïve "ε" \x00 \ud7ff 🙂',
    "ellipsis": ...,
    "tuple": (1, (2.0,), ()),
    "list of lists": [[], [1, [None, True]]],
    "dict": {"a": 1, 2: [3], None: (), (1, "b"): 4.5, True: "t"},
    "like a tag": {"tuple": [1]},
    "float64": torch.randn(3, 2, dtype=torch.float64),
    "float16": torch.tensor([1.5, math.inf, math.nan], dtype=torch.float16),
    "bfloat16": torch.tensor([1.5, -2], dtype=torch.bfloat16),
    "int64": torch.tensor([[2**62, -1]]),
    "uint8": torch.tensor([0, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
    "complex": torch.tensor([1 + 2j]),
    "0-dim": torch.tensor(2.5),
    "empty": torch.empty(0, 3),
    "nan inside": torch.tensor([math.nan, 1]),
    "a gradient wanted": torch.ones(2, requires_grad=True),
    "parameter": torch.nn.Parameter(torch.ones(2, 1)),
    "frozen parameter": torch.nn.Parameter(torch.ones(2), requires_grad=False),
    "not contiguous": torch.arange(6.0).reshape(2, 3).T,
    "expanded": torch.ones(1).expand(4),
    "array": np.arange(6.0).reshape(2, 3)[:, ::2],
    "array of bool": np.array([True, False]),
    "array of integers": np.array([[1, 2]], dtype="int32"),
    "a NumPy number": np.float32(1.5),
    "a NumPy truth": np.bool_(True),
    "nested": {"dW": torch.ones(2, 3), "losses": [torch.tensor(1.0), 0.5], "more": ({"b": np.ones(2)}, None)},
}


@pytest.mark.parametrize("name", VALUES)
def test_does_every_kind_of_value_arrive_as_it_was(name):
    assert same(there(VALUES[name]), VALUES[name])


def test_does_a_copy_arrive_and_never_the_memory_itself():
    sent = torch.zeros(3)
    arrived = there(sent)
    arrived += 1
    assert sent.tolist() == [0, 0, 0]


class Lying(torch.Tensor):
    pass


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (object(), "object"),
        (torch.ones(2).as_subclass(Lying), "Lying, a tensor class of its own"),
        (torch.eye(2).to_sparse(), "tensor"),
        (torch.ones(2, device="meta"), "tensor"),
        (np.array([object()]), "ndarray"),
        (np.array(["a"]), "ndarray"),
        (10**5000, "int"),
        (Text("a"), "Text"),
        (lambda: 1, "function"),
        (torch.relu, "built"),
    ],
    ids=range(10),
)  # fmt: skip
def test_does_anything_else_arrive_as_words_about_it(value, told):
    arrived = there([value])[0]
    assert type(arrived) is Other and len(arrived.text) <= 200
    assert told in arrived.text or told in type(value).__name__


def test_are_an_others_words_kept_short_and_on_one_line():
    assert decode({"other": "a\nb\t" + "c" * 999}, []).text == "a b " + "c" * 196


def test_is_a_named_tuple_a_tuple():
    Pair = namedtuple("Pair", "x y")
    assert there(Pair(1, 2)) == (1, 2) and type(there(Pair(1, 2))) is tuple


def deep(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("value", [deep(MAX_DEPTH + 1), list(range(MAX_ITEMS + 1))], ids=["deep", "many"])
def test_is_too_much_refused_on_both_sides(value):
    with pytest.raises(WireError, match="too many values, or too deeply nested"):
        encode(value)
    with pytest.raises(WireError, match="too many values, or too deeply nested"):
        decode(value, [])


def test_is_as_much_as_is_allowed_accepted():
    assert there(deep(MAX_DEPTH)) == deep(MAX_DEPTH)
    assert len(there(list(range(MAX_ITEMS - 1)))) == MAX_ITEMS - 1


NONSENSE = {
    "no tag": {},
    "two tags": {"tuple": [], "dict": []},
    "unknown tag": {"pickle": "gASV"},
    "tuple of a number": {"tuple": 3},
    "dict of numbers": {"dict": [1, 2]},
    "dict of triples": {"dict": [[1, 2, 3]]},
    "key that is a list in a tuple": {"dict": [[{"tuple": [[1]]}, 2]]},
    "int of words": {"int": "many"},
    "int of a list": {"int": [1]},
    "a huge int": {"int": "9" * 100_000},
    "float of words": {"float": "0x10"},
    "float of a list": {"float": ["nan"]},
    "tensor of nothing": {"tensor": None},
    "tensor of too little": {"tensor": ["float64", [1], "cpu"]},
    "unknown dtype": {"tensor": ["float63", [1], "cpu", False, False, 0]},
    "dtype that is a function": {"tensor": ["load", [1], "cpu", False, False, 0]},
    "dtype that is not in the words": {"tensor": ["quint8", [8], "cpu", False, False, 0]},
    "dtype that is a list": {"tensor": [["float64"], [1], "cpu", False, False, 0]},
    "unknown device": {"tensor": ["float64", [1], "meta", False, False, 0]},
    "shape that is text": {"tensor": ["float64", "11", "cpu", False, False, 0]},
    "shape of floats": {"tensor": ["float64", [1.0], "cpu", False, False, 0]},
    "shape of truths": {"tensor": ["float64", [True], "cpu", False, False, 0]},
    "negative shape": {"tensor": ["float64", [-1, -1], "cpu", False, False, 0]},
    "shape larger than its bytes": {"tensor": ["float64", [2], "cpu", False, False, 0]},
    "shape smaller than its bytes": {"tensor": ["float64", [], "cpu", False, False, 1]},
    "enormous shape": {"tensor": ["float64", [2**62, 2**62], "cpu", False, False, 0]},
    "enormous empty shape": {"tensor": ["float64", [0, 2**70], "cpu", False, False, 2]},
    "too many dimensions": {"tensor": ["float64", [1] * 17, "cpu", False, False, 0]},
    "no such blob": {"tensor": ["float64", [1], "cpu", False, False, 9]},
    "blob that is text": {"tensor": ["float64", [1], "cpu", False, False, "0"]},
    "parameter of whole numbers": {"tensor": ["int64", [1], "cpu", True, True, 0]},
    "array of objects": {"array": ["|O", [1], 0]},
    "array of text": {"array": ["<U2", [1], 0]},
    "array of records": {"array": ["f4,f4", [1], 0]},
    "array of arrays": {"array": ["(1000,1000)f8", [1], 0]},
    "array in no shape": {"array": ["<f8", [2, 2], 0]},
    "array in a negative shape": {"array": ["<f8", [-1], 0]},
}


@pytest.mark.parametrize("name", NONSENSE)
def test_is_nonsense_refused_in_one_way(name):
    with pytest.raises(WireError):
        decode(NONSENSE[name], [b"\0" * 8, b"\0" * 16, b""])


def test_is_a_truth_that_is_neither_made_one():
    truth = decode({"tensor": ["bool", [2], "cpu", False, False, 0]}, [b"\2\0"])
    assert truth.view(torch.uint8).tolist() == [1, 0]
    assert decode({"array": ["|b1", [2], 0]}, [b"\2\0"]).view("uint8").tolist() == [1, 0]


WORDS = ["tuple", "dict", "tensor", "array", "int", "float", "other", "...", "nan", "float64", "<f8", "bool", "cpu"]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=20,
)
TENSORS = st.tuples(
    st.sampled_from(["tensor", "array"]),
    st.tuples(
        st.sampled_from(["float64", "bool", "<f8", "|b1", "int8", "|O", "U3", "c16", "V8"]) | LEAVES,
        st.lists(st.integers(-1, 2**64) | st.integers(0, 3), max_size=4) | JSON,
    ),
    st.lists(st.sampled_from(["cpu", "cuda", True, False, 0, 1, -1]), max_size=4),
).map(lambda parts: {parts[0]: [*parts[1], *parts[2]]})


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(JSON | TENSORS, st.lists(st.binary(max_size=24), max_size=3))
def test_does_decoding_any_json_raise_nothing_else(body, blobs):
    try:
        value = decode(body, blobs)
    except WireError:
        return
    encode(value)  # and what came of it can be sent on


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.just(...)
    | st.lists(st.floats(width=32), max_size=4).map(torch.tensor)
    | st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3).map(lambda entries: np.array(entries, dtype="int64")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=4) | st.integers() | st.booleans(), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(PLAIN)
def test_does_any_plain_value_arrive_as_it_was(value):
    assert same(there(value), value)


# --- Channels ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def ends():
    """A channel and the bare socket at its other end."""
    ours, theirs = socket.socketpair()
    yield Channel(ours), theirs
    ours.close()
    theirs.close()


def soon():
    return time.monotonic() + 0.2


def raw(text, blobs=b"", length=None, size=None):
    text = text.encode()
    head = struct.pack("!II", len(text) if length is None else length, len(blobs) if size is None else size)
    return head + text + blobs


def test_does_a_large_message_arrive_whole(ends):
    channel, other = ends
    value = {"X": torch.randn(300, 1000), "y": list(range(1000))}
    sender = threading.Thread(target=lambda: Channel(other).send(value, time.monotonic() + 30))
    sender.start()
    assert same(channel.receive(time.monotonic() + 30), value)
    sender.join()


def test_do_open_files_come_only_where_they_are_expected(ends, tmp_path):
    channel, other = ends
    (tmp_path / "a").write_text("read me")
    with (tmp_path / "a").open() as file:
        Channel(other).send({"do": "kernel"}, fds=(file.fileno(),))
        value, fds = channel.receive_with(1, soon())
        assert value == {"do": "kernel"} and len(fds) == 1
        with open(fds[0]) as same_file:
            assert same_file.read() == "read me"
        Channel(other).send({"do": "x"}, fds=(file.fileno(),))
    assert channel.receive_with(0, soon()) == ({"do": "x"}, [])


@pytest.mark.parametrize(
    "message",
    [
        raw("not JSON"),
        raw("[1]"),
        raw('{"body": 1}'),
        raw('{"body": 1, "blobs": 3}'),
        raw('{"body": 1, "blobs": [4]}', b"12"),
        raw('{"body": 1, "blobs": [-2, 4]}', b"12"),
        raw('{"body": 1, "blobs": [true]}', b"1"),
        raw("[" * 100_000),
        raw('{"body": ' + "9" * 9999 + ', "blobs": []}'),
        raw('{"body": {"dict": 3}, "blobs": []}'),
        raw("", length=MAX_TEXT_BYTES + 1),
        raw("", size=MAX_TENSOR_BYTES + 1),
        b"\xff" * 8,
    ],
    ids=range(13),
)
def test_is_what_is_no_message_refused_without_reading_on(ends, message):
    channel, other = ends
    other.setblocking(False)
    other.sendall(message)
    with pytest.raises(WireError) as refused:
        channel.receive(soon())
    assert not isinstance(refused.value, Closed)


def test_is_text_that_is_no_text_refused(ends):
    channel, other = ends
    other.sendall(struct.pack("!II", 2, 0) + b"\xff\xfe")
    with pytest.raises(WireError):
        channel.receive(soon())


@pytest.mark.parametrize("sent", [b"", b"\0\0", raw('{"body": 1, "blobs": []}')[:-3]], ids=["nothing", "head", "part"])
def test_is_silence_waited_for_no_longer_than_agreed(ends, sent):
    channel, other = ends
    other.sendall(sent)
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        channel.receive(soon())
    assert time.monotonic() - start < 5
    other.close()
    with pytest.raises(Closed):
        channel.receive(soon())


def test_does_a_trickle_not_put_the_deadline_off(ends):
    channel, other = ends
    going = True

    def trickle():
        message = raw("[" + "1," * 500 + "1]")
        for byte in message:
            if not going:
                return
            other.send(bytes([byte]))
            time.sleep(0.01)

    sender = threading.Thread(target=trickle)
    sender.start()
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        channel.receive(soon())
    going = False
    assert time.monotonic() - start < 2
    sender.join()


def test_is_a_reader_who_does_not_read_waited_for_no_longer_than_agreed(ends):
    with pytest.raises(TimeoutError):
        ends[0].send(torch.zeros(1_000_000), soon())


def test_is_a_message_that_is_too_large_never_begun(ends, monkeypatch):
    channel, other = ends
    monkeypatch.setattr(wire, "MAX_TENSOR_BYTES", 1000)
    with pytest.raises(WireError, match="too large"):
        channel.send(torch.zeros(1000))
    channel.send("fits")
    assert Channel(other).receive(soon()) == "fits"


def test_does_hanging_up_reach_the_writer_too(ends):
    channel, other = ends
    other.close()
    with pytest.raises(Closed):
        for _ in range(3):
            channel.send("anyone there?", soon())


def test_does_a_side_that_hung_up_itself_say_so(ends):
    channel, _ = ends
    channel.close()
    for ask in (lambda: channel.send(1, soon()), lambda: channel.receive(soon())):
        with pytest.raises(Closed):
            ask()
