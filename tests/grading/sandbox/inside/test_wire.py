"""Messages over a socket: whole, within their limits and their time, or refused."""

import socket
import struct
import threading
import time

import pytest
import torch

from course.grading.sandbox.inside import wire
from course.grading.sandbox.inside.messages import MAX_TENSOR_BYTES, MAX_TEXT_BYTES, WireError
from course.grading.sandbox.inside.wire import Channel, Closed


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
    arrived = channel.receive(time.monotonic() + 30)
    assert torch.equal(arrived["X"], value["X"]) and arrived["y"] == value["y"]
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
        raw('["list", 1]'),
        raw('["array", "|i1", [4]]', b"12"),
        raw("1", b"12"),
        raw("[" * 100_000),
        raw("9" * 9999),
        raw("", length=MAX_TEXT_BYTES + 1),
        raw("", size=MAX_TENSOR_BYTES + 1),
        b"\xff" * 8,
    ],
    ids=range(10),
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


@pytest.mark.parametrize("sent", [b"", b"\0\0", raw('["list", []]')[:-3]], ids=["nothing", "head", "part"])
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
