"""The filter of system calls refuses what it names and nothing else; where there is none, who grades is told."""

import os
import platform
import struct
from types import SimpleNamespace

import pytest

from course.commands import grade
from course.grading.sandbox import seccomp as calls
from course.grading.sandbox import walls
from course.grading.sandbox.inside.system_calls import AUDIT_ARCHITECTURES


@pytest.mark.long
def test_are_keyrings_tracing_and_the_like_refused(own):
    numbers = calls.REFUSED_CALLS[os.uname().machine]
    code = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"for number in {list(numbers.values())} + [0x40000000 + 39]:\n"
        "    said = libc.syscall(number, 0, 0, 0, 0, 0)\n    print(said, ctypes.get_errno())"
    )
    assert own.text(code).split("\n")[:-1] == ["-1 1"] * (len(numbers) + 1)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_does_the_filter_refuse_what_it_names_and_nothing_else(machine):
    program = list(struct.iter_unpack("=HBBI", calls.seccomp_filter(machine)))

    def allows(number, arch=AUDIT_ARCHITECTURES[machine]):
        """What the kernel's machine for such programs does with a call."""
        at, held = 0, 0
        while True:
            code, yes, no, value = program[at]
            at += 1
            if code == 0x06:
                return value == 0x7FFF0000
            if code == 0x20:
                held = {0: number, 4: arch}[value]
            else:
                at += yes if (held == value if code == 0x15 else held >= value) else no

    named = set(calls.REFUSED_CALLS[machine].values())
    assert {number for number in range(500) if not allows(number)} == named
    assert not allows(39 + 0x40000000) and not allows(39, arch=0x40000003)


def test_is_a_machine_without_a_filter_named_to_who_grades(monkeypatch):
    classroom, said = SimpleNamespace(unsafe=False, device="cpu"), []
    grade.see_what_there_is(classroom, said.append)
    assert said == [] == walls.notes(), "this machine has one"
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert calls.seccomp_filter() == b""
    grade.see_what_there_is(classroom, said.append)
    assert len(said) == 1 and said[0].startswith("There is no filter of system calls for this machine (riscv64)")
    with walls.filter_file() as program:
        assert "--seccomp" not in walls.command(1 << 20, program)
    grade.see_what_there_is(SimpleNamespace(unsafe=True, device="cpu"), said.append)
    assert len(said) == 1, "without a sandbox there is none to be missed"
