"""Assembler of seccomp filters (classic BPF): rules that refuse system calls, by number and by arguments.

The format is Linux's: https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html. Both filters of the
sandbox are made here, the one that bubblewrap installs for all of it (``seccomp.py``) and the narrower one that a
reader takes on from inside (``confine.py``).
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable
from dataclasses import dataclass

AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h
_X32 = 0x40000000  # the bit of the x32 calls, a second numbering on x86_64
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_REFUSE = _ERRNO | errno.EPERM

Step = tuple[int, int, int, int]


@dataclass(frozen=True)
class Where:
    """A condition on an argument: its low 32 bits under ``mask`` are ``value``; with ``unless``, are anything else.

    File descriptors, process ids, options and flags have no more bits than these.
    """

    argument: int
    value: int
    unless: bool = False
    mask: int = 0xFFFFFFFF

    def steps(self, left: int) -> list[Step]:
        """The test; where it fails, what is ``left`` of the rule is passed over."""
        load = [(_LOAD, 0, 0, _ARGUMENTS + 8 * self.argument)]
        mask = [(_AND, 0, 0, self.mask)] if self.mask != 0xFFFFFFFF else []
        return [*load, *mask, (_EQUAL, *((left, 0) if self.unless else (0, left)), self.value & 0xFFFFFFFF)]


@dataclass(frozen=True)
class Rule:
    """A system call that fails with ``error`` where all conditions hold."""

    number: int
    where: tuple[Where, ...] = ()
    error: int = errno.EPERM

    def steps(self) -> list[Step]:
        """The rule's part of a program; what it does not refuse goes on behind it."""
        steps: list[Step] = [(_RETURN, 0, 0, _ERRNO | self.error)]
        for condition in reversed(self.where):
            steps = [*condition.steps(len(steps)), *steps]
        return [(_LOAD, 0, 0, _NUMBER), (_EQUAL, 0, len(steps), self.number), *steps]


def packed(steps: Iterable[Step]) -> bytes:
    """Steps of a program as an array of struct sock_filter."""
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def body(rules: Iterable[Rule]) -> bytes:
    """The part of a program that refuses what ``rules`` say. Its jumps stay in it: parts can be put side by side."""
    return packed(step for rule in rules for step in rule.steps())


def assembled(machine: str, *bodies: bytes) -> bytes:
    """The program of a filter that refuses what ``bodies`` say and allows the rest.

    Calls under another numbering than the ``machine``'s own (32 bits, x32) are all refused. Raises KeyError for a
    machine that is not in ``AUDIT_ARCHITECTURES``.
    """
    head = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, AUDIT_ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join((packed(head), *bodies, packed([(_RETURN, 0, 0, _ALLOW)])))
