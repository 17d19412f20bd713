"""Assembler of seccomp filters (classic BPF): allowlists of system calls, and rules that refuse by arguments.

The format is Linux's: https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html. All filters of the
sandbox are made here: the allowlists of its first process and of a submission (``allowed_calls.py``), and the narrower
filter that a reader takes on besides (``confine.py``).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h
_X32 = 0x40000000  # the bit of the x32 calls, a second numbering on x86_64
_LOAD, _AND, _JUMP, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x05, 0x15, 0x35, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_REFUSE, _UNKNOWN = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2  # linux/prctl.h, linux/seccomp.h

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
    """A system call that fails with ``error`` where all conditions hold; 0: it does nothing, and succeeds."""

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


def _head(machine: str) -> list[Step]:
    """Where every program begins: a call under another numbering than the machine's own (32 bits, x32) is refused."""
    return [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, AUDIT_ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
    ]


def assembled(machine: str, *bodies: bytes) -> bytes:
    """The program of a filter that refuses what ``bodies`` say and allows the rest.

    Raises KeyError for a machine that is not in ``AUDIT_ARCHITECTURES``.
    """
    return b"".join((packed(_head(machine)), *bodies, packed([(_RETURN, 0, 0, _ALLOW)])))


def allowlist(
    machine: str, allowed: Collection[int], rules: Sequence[Rule], newest: int, unlisted: int | None = None
) -> bytes:
    """The program of a filter that allows the ``allowed`` calls alone, and those not where one of ``rules`` refuses.

    Any other call fails with EPERM; above ``newest``, where calls are that came later, with ENOSYS, as on a kernel
    that has not got them: whoever makes such a call knows another way. Instead of both the filter can return
    ``unlisted`` (a SECCOMP_RET_ value), so that a test sees what is missing.

    Raises KeyError for a machine that is not in ``AUDIT_ARCHITECTURES``.
    """
    refused, unknown = (_REFUSE, _UNKNOWN) if unlisted is None else (unlisted, unlisted)
    ruled = {rule.number for rule in rules}
    ranges: list[tuple[int, Step]] = []  # the first number of each, and what becomes of all in it
    for number in range(newest + 1):
        decision = (_RETURN, 0, 0, _ALLOW if number in allowed else refused)
        step = (_JUMP, 0, 0, 0) if number in ruled else decision
        if not ranges or ranges[-1][1] != step:
            ranges.append((number, step))
    search = _bisection([*ranges, (newest + 1, (_RETURN, 0, 0, unknown))])
    for at, step in enumerate(search):
        if step[0] == _JUMP:
            search[at] = (_JUMP, 0, 0, len(search) - at - 1)
    return b"".join((packed([*_head(machine), *search]), body(rules), packed([(_RETURN, 0, 0, _ALLOW)])))


def _bisection(ranges: Sequence[tuple[int, Step]]) -> list[Step]:
    """Find the range that the call's number is in, by halving, and do its step."""
    if len(ranges) == 1:
        return [ranges[0][1]]
    middle = len(ranges) // 2
    below, above = _bisection(ranges[:middle]), _bisection(ranges[middle:])
    return [(_AT_LEAST, len(below), 0, ranges[middle][0]), *below, *above]


def install(program: bytes) -> None:
    """Put a filter on this process and all that it forks; nothing takes it off. Raises OSError where Linux refuses."""
    held = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for option, value, more in ((_SET_NO_NEW_PRIVS, 1, None), (_SET_SECCOMP, _MODE_FILTER, described)):
        if prctl(option, ctypes.c_ulong(value), more, None, None):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
