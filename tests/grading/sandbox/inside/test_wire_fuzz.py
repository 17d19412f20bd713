"""No message of N bytes costs its reader more than a fixed time and memory for each of them, whatever it says."""

import importlib.util
import json

import pytest
from home import ROOT
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from course.grading.sandbox.inside.messages import WireError, encode
from course.grading.sandbox.inside.parser import decode

spec = importlib.util.spec_from_file_location("wire_costs", ROOT / "benchmarks" / "wire.py")
costs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(costs)

DTYPES = "float64 float32 bool int8 complex128 bfloat16 <f8 |b1 c16 |O U3 V8 quint8".split()
WORDS = ["list", "tuple", "dict", "tensor", "array", "text", "float", "other", "...", "nan", "inf", "cpu", *DTYPES]
STEPS = [1, costs.MODULUS, 2**61, 1 << 32, 1 << 14, -1, 2.0**61]
NUMBERS = (
    st.sampled_from([0, *STEPS, 10**400, 1e300]) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=5) | st.sampled_from(WORDS)
SHAPES = st.lists(st.integers(0, 3) | st.integers(-1, 2**64), max_size=4) | st.just([1] * 17)
DEVICES = st.sampled_from(["cpu", "cpu", "cuda", "meta"])
FORMS = (
    st.tuples(st.just("tensor"), st.sampled_from(DTYPES), SHAPES, DEVICES, st.booleans(), st.booleans())
    | st.tuples(st.just("array"), st.sampled_from(DTYPES), SHAPES)
    | st.tuples(st.just("text"), st.integers(-1, 40))
    | st.tuples(st.sampled_from(["float", "other"]), st.sampled_from(WORDS) | st.text(max_size=9))
    | st.just(("...",))
)
BODIES = st.recursive(
    LEAVES | FORMS,
    lambda inner: (
        st.tuples(st.sampled_from(["list", "tuple"]), st.lists(inner, max_size=4))
        | st.tuples(st.just("dict"), st.lists(st.tuples(inner, inner), max_size=4))
        | st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS), inner, max_size=2)
    ),
    max_leaves=8,
)
PIECES = [b"[", b'"', b"\\", b",", b"9" * 5000, b"]" * 99, b'["list",[' * 40]


@st.composite
def messages(draw):
    """A text and data: a value many times over, or many keys of a pattern; in some a piece is changed or gone."""
    count = draw(st.sampled_from([1, 1, 2, 50, 500, 5000]))
    if draw(st.booleans()):
        one = json.dumps(draw(BODIES), separators=(",", ":"))
        text = one.encode() if count == 1 else costs._many(one, min(count, (1 << 18) // (len(one) + 1)))
    else:
        step, pair = draw(st.sampled_from(STEPS)), draw(st.booleans())
        keys = [step * turn for turn in range(count)]
        text = costs._keyed([["tuple", [key, 0]] for key in keys] if pair else keys)
    data = draw(st.binary(max_size=64)) * draw(st.sampled_from([1, 1, 1, 1000]))
    if draw(st.booleans()):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        piece = draw(st.binary(max_size=8) | st.sampled_from([*PIECES, text[start:end] * 2, b""]))
        text = text[:start] + piece + text[end:]
    return text, data


def used(text, data, found):
    return costs.share(found.seconds, found.memory, len(text) + len(data))


def measured(text, data):
    """What a message costs; again, where another program may have been at work."""
    found = costs.cost(text, data, tries=1)
    return found if used(text, data, found) <= 0.5 else costs.cost(text, data)


@pytest.mark.long
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(messages())
def test_does_hypothesis_find_no_message_that_costs_more_than_its_length_allows(message):
    found = measured(*message)
    target(used(*message, found))
    assert used(*message, found) <= 1, found


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(messages())
def test_does_reading_any_message_raise_nothing_else(message):
    try:
        value = decode(message[0], bytearray(message[1]))
    except WireError:
        return
    encode(value)  # and what came of it can be sent on


@pytest.mark.long
@pytest.mark.parametrize("kind", costs.KINDS)
def test_does_the_worst_message_of_a_kind_cost_no_more_than_its_length_allows(kind):
    message = costs.KINDS[kind]()
    found = measured(*message)
    assert used(*message, found) <= 1, found


@pytest.mark.long
def test_does_a_message_that_trickles_in_cost_no_more_than_its_length_allows():
    assert costs.share(costs.trickle().seconds, 0, 200_000) <= 1


def test_are_the_three_messages_refused_that_cost_the_grader_minutes_and_gigabytes():
    """Keys of one hash took 45 s, two million empty blobs 11 s, a thousand tensors of one blob 4 GB."""
    for kind in (
        "whole-number keys that share one hash",
        "two million empty tensors",
        "a thousand tensors that name one megabyte",
    ):
        text, data = costs.KINDS[kind]()
        assert costs._seconds(text, data) < 5
        with pytest.raises(WireError):
            decode(text, bytearray(data))


def test_do_the_keys_that_stand_in_each_others_way_do_so():
    """Else the table would show a harmless message."""
    keys, found = costs._run(10_000), []
    assert len(set(map(hash, keys))) == len(keys) > 6000
    for each in (keys, range(len(keys))):
        found.append(min(costs.time_of(lambda each=each: dict.fromkeys(each)) for _ in range(5)))
    assert found[0] > 10 * found[1]
