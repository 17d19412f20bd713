"""What crosses the wall arrives as it was; anything else is refused in one way, and costs what its length allows."""

import json
import math
from collections import namedtuple

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.answers.other import Other
from course.grading.sandbox.inside import parser
from course.grading.sandbox.inside.messages import (
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_KEYS,
    MAX_SHARED_HASH,
    MAX_TENSORS,
    WireError,
    encode,
)
from course.grading.sandbox.inside.parser import decode


def there(value):
    """``value`` after the journey."""
    text, data = encode(value)
    return decode(text, bytearray(b"".join(data)))


def said(body, data=b""):
    """The value of a message with this body."""
    return decode(json.dumps(body).encode(), bytearray(data))


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
    "halves of characters": ["\ud800", "\ud83d\ude42", {"\udfff a": "\udc00\ud800 🙂"}],
    "text with commas": ",[{" * 400_000 + '\\"' * 100,
    "ellipsis": ...,
    "tuple": (1, (2.0,), ()),
    "list of lists": [[], [1, [None, True]]],
    "dict": {"a": 1, 2: [3], None: (), (1, "b"): 4.5, True: "t"},
    "like a form": ["tuple", [1]],
    "numbers as keys": {-1: 1, -2: 2, 2.5: 3, 2**70: 4, ((1, -1), "a"): 5},
    "tensors of many sizes": [torch.arange(size, dtype=torch.int8) for size in range(40)],
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
    assert said(["other", "a\nb\t" + "c" * 999]).text == "a b " + "c" * 196


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
        decode(json.dumps(plainly(value)).encode(), bytearray())


def plainly(value):
    """Nested lists in the words of a message."""
    return ["list", [plainly(item) for item in value]] if isinstance(value, list) else value


def test_is_as_much_as_is_allowed_accepted():
    assert there(deep(MAX_DEPTH)) == deep(MAX_DEPTH)
    assert len(there(list(range(MAX_ITEMS - 1)))) == MAX_ITEMS - 1


NONSENSE = {
    "an object": {},
    "an object like a form": {"tuple": [1]},
    "no form": [],
    "unknown form": ["pickle", "gASV"],
    "a list without its form": [1, 2],
    "form that is a number": [1, [2]],
    "too long a form": ["list", [], []],
    "tuple of a number": ["tuple", 3],
    "dict of numbers": ["dict", [1, 2]],
    "dict of triples": ["dict", [[1, 2, 3]]],
    "key that is a list": ["dict", [[["list", []], 2]]],
    "key that is a list in a tuple": ["dict", [[["tuple", [["list", []]]], 2]]],
    "key that is a tensor": ["dict", [[["tensor", "float64", [1], "cpu", False, False], 2]]],
    "key that is an array": ["dict", [[["array", "<f8", []], 2]]],
    "float of words": ["float", "0x10"],
    "float of a list": ["float", ["nan"]],
    "tensor of nothing": ["tensor"],
    "tensor of too little": ["tensor", "float64", [1], "cpu"],
    "unknown dtype": ["tensor", "float63", [1], "cpu", False, False],
    "dtype that is a function": ["tensor", "load", [1], "cpu", False, False],
    "dtype that is not in the words": ["tensor", "quint8", [16], "cpu", False, False],
    "dtype that is a list": ["tensor", ["float64"], [2], "cpu", False, False],
    "unknown device": ["tensor", "float64", [2], "meta", False, False],
    "shape that is text": ["tensor", "float64", "11", "cpu", False, False],
    "shape of floats": ["tensor", "float64", [1.5], "cpu", False, False],
    "shape of truths": ["tensor", "float64", [True], "cpu", False, False],
    "negative shape": ["tensor", "float64", [-1, -2], "cpu", False, False],
    "shape larger than its bytes": ["tensor", "float64", [3], "cpu", False, False],
    "shape smaller than its bytes": ["tensor", "int8", [0], "cpu", False, False],
    "enormous shape": ["tensor", "float64", [2**40, 2**40], "cpu", False, False],
    "enormous empty shape": ["tensor", "float64", [0, 2**70], "cpu", False, False],
    "empty shape of enormous sizes": ["tensor", "float64", [0, 2**40, 2**40], "cpu", False, False],
    "too many dimensions": ["tensor", "float64", [1] * 17, "cpu", False, False],
    "parameter of whole numbers": ["tensor", "int64", [2], "cpu", True, True],
    "array of objects": ["array", "|O", [2]],
    "array of text": ["array", "<U2", [2]],
    "array of records": ["array", "f4,f4", [2]],
    "array of arrays": ["array", "(2,2)f8", [1]],
    "array in a negative shape": ["array", "<f8", [-2]],
    "text that is no text": ["text", 16],
    "text of a negative length": ["text", -16],
    "text longer than the data": ["text", 18],
    "data of nobody": 1,
    "data of two": ["list", [["array", "<f8", [2]], ["array", "<f8", [2]]]],
}


@pytest.mark.parametrize("name", NONSENSE)
def test_is_nonsense_refused_in_one_way(name):
    with pytest.raises(WireError):
        said(NONSENSE[name], b"\xff" * 16 if name == "text that is no text" else bytes(16))


@pytest.mark.parametrize("text", [b"", b"nan", b"[1", b"9" * 5000, b"[" * 100_000, b"\xff\xfe", b'"\\ud800"', b"1 2"])
def test_is_what_is_no_json_refused_in_one_way(text):
    with pytest.raises(WireError):
        decode(text, bytearray())


def test_is_a_truth_that_is_neither_made_one():
    padded = b"\2\0" + bytes(14)
    assert said(["tensor", "bool", [2], "cpu", False, False], padded).view(torch.uint8).tolist() == [1, 0]
    assert said(["array", "|b1", [2]], padded).view("uint8").tolist() == [1, 0]


def test_do_tensors_lie_where_they_were_read_each_in_bytes_of_its_own():
    text, pieces = encode([torch.zeros(3), torch.ones(5, dtype=torch.bool), np.ones(2)])
    data = bytearray(b"".join(pieces))
    first, second, third = decode(text, data)
    data[:4], data[16:17], data[32:40] = np.float32(7).tobytes(), b"\0", np.float64(5).tobytes()
    assert (first.tolist(), second.tolist(), third.tolist()) == ([7, 0, 0], [False, True, True, True, True], [5, 1])
    second.zero_()
    assert (first.tolist(), third.tolist()) == ([7, 0, 0], [5, 1])


def test_are_more_tensors_than_are_allowed_refused_on_both_sides():
    one = ["tensor", "int8", [0], "cpu", False, False]
    assert len(said(["list", [one] * MAX_TENSORS])) == MAX_TENSORS
    with pytest.raises(WireError, match="too many tensors"):
        said(["list", [one] * (MAX_TENSORS + 1)])
    with pytest.raises(WireError, match="too many values"):
        encode([torch.empty(0)] * (MAX_TENSORS + 1))


def test_are_marks_counted_before_a_value_is_made(monkeypatch):
    monkeypatch.setattr(parser, "_MAX_MARKS", 1000)
    assert len(said(["list", [1] * 990])) == 990
    assert said('[{,"\\' * 500) == '[{,"\\' * 500
    monkeypatch.setattr(parser, "_PARSER", None)
    with pytest.raises(WireError, match="too many values"):
        said(["list", [1] * 1000])
    with pytest.raises(WireError, match="too many values"):
        said(["list", ['"\\'] * 1000])


def keyed(keys):
    return ["dict", [[key, 0] for key in keys]]


def test_are_keys_that_share_a_hash_refused():
    shared = [number * (2**61 - 1) for number in range(1, MAX_SHARED_HASH + 2)]
    assert len(set(map(hash, shared))) == 1
    with pytest.raises(WireError, match="share a hash"):
        said(keyed(shared))
    assert list(said(keyed(shared[1:]))) == shared[1:]
    with pytest.raises(WireError, match="share a hash"):
        said(keyed([["tuple", [number]] for number in shared]))


def test_are_keys_that_are_not_text_counted_over_the_whole_message():
    half = keyed(range(MAX_KEYS // 2))
    assert list(said(["list", [half, half]])[1]) == list(range(MAX_KEYS // 2))
    with pytest.raises(WireError, match="too many keys"):
        said(["list", [half, half, keyed([1])]])
    assert len(said(keyed(map(str, range(MAX_KEYS + 1))))) == MAX_KEYS + 1


def test_does_a_key_that_is_a_numpy_number_arrive_as_the_number_that_it_equals():
    arrived = there({np.int64(3): "a", np.float32(0.5): "b", (np.int64(1), 2): "c", np.bool_(True): "d"})
    assert arrived == {3: "a", 0.5: "b", (1, 2): "c", True: "d"}
    assert [type(key) for key in arrived] == [int, float, tuple, bool] and type(list(arrived)[2][0]) is int
    assert list(there({Text("a"): 1, object: 2})) == ["a", "a type"]


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.text(st.characters(), max_size=3)
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
