"""What can a message over the wall cost who reads it? One table: the worst of each kind, for each of its bytes.

Run by `make bench-wire`; writes benchmarks/wire.md. `tests/grading/sandbox/inside/test_wire_fuzz.py` holds the
limits, for these messages and for what hypothesis makes of them. Time is the reading thread's own processor time.
Memory is the most that was taken beyond the message itself: Python's allocations by tracemalloc, or the process's
resident pages where those grew by more.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import socket
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from course.grading.sandbox.inside.messages import MAX_ITEMS, MAX_KEYS, MAX_SHARED_HASH, MAX_TENSORS, WireError
from course.grading.sandbox.inside.parser import decode
from course.grading.sandbox.inside.wire import Channel

HOME = Path(__file__).resolve().parents[1]
FIXED_S, S_PER_BYTE = 0.05, 2e-6
"""Seconds of processor time that a message may take: so much, and so much for each of its bytes."""
FIXED_BYTES, BYTES_PER_BYTE = 1 << 20, 64
"""Bytes of memory that it may take beyond itself, likewise."""

MODULUS = 2**61 - 1  # whole numbers that differ by it have the same hash
Message = tuple[bytes, bytes]
"""Text and data, as they stand on the wire."""


class Cost(NamedTuple):
    """What reading took: seconds, bytes beyond the message, and whether it was refused."""

    seconds: float
    memory: int
    refused: bool


def _many(one: str, count: int, between: str = ",") -> bytes:
    return f'["list",[{between.join([one] * count)}]]'.encode()


def _keyed(keys: Iterator[Any] | list[Any]) -> bytes:
    return ('["dict",[' + ",".join(f"[{json.dumps(key, separators=(',', ':'))},0]" for key in keys) + "]]").encode()


def _groups(count: int) -> list[int]:
    """Keys of which as many share a hash as may."""
    size = MAX_SHARED_HASH
    return [place + MODULUS * turn for place in range(count // size) for turn in range(size)]


def _run(count: int, bits: int = 14) -> list[int]:
    """Keys of different hashes that have far to look for a free place in a dict's table of 2^bits places.

    Where a place is taken, CPython goes from i to 5i + p + 1, where p are the hash's higher bits, five fewer each time.
    Half of the keys take the places that follow one another when nothing is left of p. The others go through taken
    places alone until then, come to the beginning, and have them all before them.
    """
    mask, run = (1 << bits) - 1, [1]
    while len(run) < count // 2:
        run.append((5 * run[-1] + 1) & mask)
    order = np.full(mask + 1, mask + 1)
    order[run] = np.arange(len(run))
    keys = 1 + (np.arange(1, 1 << 21, dtype=np.int64) << bits)
    place, left, taken = keys & mask, keys.copy(), np.ones(len(keys), dtype=bool)
    while left.any():
        left >>= 5
        place = (5 * place + left + 1) & mask
        taken &= order[place] < len(run)
    first = keys[taken][np.argsort(order[place[taken]])][: count - len(run)]
    return [*run, *first.tolist()]


TENSOR = '["tensor","float32",[{}],"cpu",false,false]'
KINDS: dict[str, Callable[[], Message]] = {
    "whole-number keys that share one hash": lambda: (_keyed([MODULUS * n for n in range(1, 40_000)]), b""),
    "whole-number keys, 64 of each hash, as many as may be": lambda: (_keyed(_groups(MAX_KEYS)), b""),
    "whole-number keys that stand in each other's way": lambda: (_keyed(_run(MAX_KEYS)), b""),
    "pairs as keys that share one hash": lambda: (_keyed([["tuple", [MODULUS * n, 1]] for n in range(30_000)]), b""),
    "text keys": lambda: (_keyed([f"{n:x}" for n in range(MAX_ITEMS // 2 - 1)]), b""),
    "two million empty tensors": lambda: (_many(TENSOR.format(0), 16 * 1024**2 // 44), b""),
    "empty tensors, as many as may be": lambda: (_many(TENSOR.format(0), MAX_TENSORS), b""),
    "a thousand tensors that name one megabyte": lambda: (_many(TENSOR.format(1 << 18), 1000), bytes(1 << 20)),
    "small tensors, as many as may be": lambda: (_many(TENSOR.format(1), MAX_TENSORS), bytes(16 * MAX_TENSORS)),
    "truths that are neither true nor false": lambda: (
        _many('["tensor","bool",[65536],"cpu",false,false]', 100), b"\7" * 6_553_600,
    ),
    "parameters of sixteen dimensions": lambda: (
        _many(f'["tensor","float32",[{",".join("1" * 16)}],"cpu",true,true]', MAX_TENSORS), bytes(16 * MAX_TENSORS),
    ),
    "arrays, as many as may be": lambda: (_many('["array","<f8",[]]', MAX_TENSORS), bytes(16 * MAX_TENSORS)),
    "a tensor that is not there": lambda: (TENSOR.format(1 << 47).encode(), b""),
    "one large tensor": lambda: (TENSOR.format(1 << 24).encode(), bytes(1 << 26)),
    "empty lists, as many as may be": lambda: (_many('["list",[]]', MAX_ITEMS - 1), b""),
    "empty lists in 16 MiB": lambda: (_many('["list",[]]', 16 * 1024**2 // 12), b""),
    "empty dicts, as many as may be": lambda: (_many('["dict",[]]', MAX_ITEMS - 1), b""),
    "lists 30 deep": lambda: (_many('["list",[' * 28 + "0" + "]]" * 28, MAX_ITEMS // 30), b""),
    "lists a million deep": lambda: (b'["list",[' * 1_000_000, b""),
    "numbers, as many as may be": lambda: (_many("1000", MAX_ITEMS - 1), b""),
    "numbers in 16 MiB": lambda: (_many("1", 8 * 1024**2 - 10), b""),
    "numbers of 4,000 digits": lambda: (_many("9" * 4000, 4000), b""),
    "one number of 16 million digits": lambda: (b"9" * (16 * 1024**2), b""),
    "one fraction of 16 million digits": lambda: (b"0." + b"123456789" * 1_864_000, b""),
    "words about other values": lambda: (_many('["other","a b"]', MAX_ITEMS - 1), b""),
    "one other value of 8 million words": lambda: (b'["other","' + b"a " * (8 * 1024**2 - 10) + b'"]', b""),
    "text of commas and quotation marks": lambda: (b'"' + b',\\"[{' * 3_000_000 + b'"', b""),
    "text in escapes": lambda: (b'"' + b"\\u00e9" * 2_700_000 + b'"', b""),
    "text of one wide character": lambda: (b'"' + b"a" * (16 * 1024**2 - 20) + "🙂".encode() + b'"', b""),
    "halves of characters": lambda: (_many('["text",3]', MAX_TENSORS), (b"\xed\xa0\x80" + bytes(13)) * MAX_TENSORS),
    "objects in 16 MiB": lambda: (_many('{"a":0}', 2 * 1024**2), b""),
    "noise": lambda: (os.urandom(1 << 20), os.urandom(1 << 20)),
}  # fmt: skip
"""The worst messages of each kind that we could think of."""


def cost(text: bytes, data: bytes, tries: int = 3) -> Cost:
    """What the parser takes to read a message, least of some tries. Raises whatever leaves it but WireError."""
    seconds, memory, refused = min(_seconds(text, data) for _ in range(tries)), _memory(text, data), False
    try:
        decode(text, bytearray(data))
    except WireError:
        refused = True
    return Cost(seconds, memory, refused)


def _seconds(text: bytes, data: bytes) -> float:
    room = bytearray(data)
    return time_of(lambda: _read(text, room))


def _read(text: bytes, room: bytearray) -> None:
    with contextlib.suppress(WireError):
        decode(text, room)


def time_of(action: Callable[[], object]) -> float:
    """Seconds of this thread's processor time that ``action`` takes."""
    began = time.thread_time()
    action()
    return time.thread_time() - began


def _memory(text: bytes, data: bytes) -> int:
    room = bytearray(data)
    pages = _pages("VmRSS")
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins here (proc(5))
    _read(text, room)
    grown = _pages("VmHWM") - pages
    tracemalloc.start()
    _read(text, room)
    traced = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return max(0, traced, grown)


def _pages(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024


def trickle(count: int = 200_000) -> Cost:
    """What a message of so many bytes takes that comes one byte at a time."""
    ours, theirs = socket.socketpair()
    text = b'"' + b"a" * (count - 2) + b'"'

    def speak() -> None:
        theirs.sendall(count.to_bytes(4, "big") + bytes(4))
        for place in range(count):
            theirs.send(text[place : place + 1])

    speaker = threading.Thread(target=speak)
    speaker.start()
    began = time.thread_time()
    Channel(ours).receive(time.monotonic() + 60)
    seconds = time.thread_time() - began
    speaker.join()
    ours.close(), theirs.close()
    return Cost(seconds, 0, False)


def share(seconds: float, memory: int, length: int) -> float:
    """Which share of what a message of this length may cost was used: 1 is all of it."""
    return max(seconds / (FIXED_S + S_PER_BYTE * length), memory / (FIXED_BYTES + BYTES_PER_BYTE * length))


def main() -> int:
    """Measure, print, write the page; 1 where a message costs more than it may."""
    rows, worst = [], 0.0
    for name, make in KINDS.items():
        text, data = make()
        found, length = cost(text, data), len(text) + len(data)
        rows.append((name, length, *found))
        worst = max(worst, share(found.seconds, found.memory, length))
    rows.append(("one byte at a time", 200_000, *(found := trickle())))
    worst = max(worst, share(found.seconds, 0, 200_000))
    lines = [
        "| message | bytes | seconds | ns for each byte | memory, MiB | bytes for each byte | |",
        "|---|--:|--:|--:|--:|--:|---|",
        *(
            f"| {name} | {length:,} | {seconds:.3f} | {seconds / length * 1e9:.0f} | {memory / 2**20:.1f} | "
            f"{memory / length:.1f} | {'refused' if refused else 'read'} |"
            for name, length, seconds, memory, refused in rows
        ),
    ]
    print("\n".join(lines))
    page = (HOME / "benchmarks" / "wire.md").open("w", encoding="utf-8")
    with page:
        page.write(
            "# What a message over the wall can cost\n\n"
            "Written by `make bench-wire`. A message may take its reader "
            f"{FIXED_S:g} s of processor time and {S_PER_BYTE * 1e6:g} µs for each byte, and beyond itself "
            f"{FIXED_BYTES >> 20} MiB of memory and {BYTES_PER_BYTE} bytes for each byte; "
            "`make test-long` holds that, with hypothesis looking for worse. "
            "On two cores that other programs used too, with Python "
            f"{platform.python_version()}:\n\n" + "\n".join(lines) + "\n\n"
            f"The worst of them uses {worst:.0%} of what it may.\n"
        )
    return int(worst > 1)


if __name__ == "__main__":
    sys.exit(main())
