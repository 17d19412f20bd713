"""The kernel's machine for filters of system calls (classic BPF), as far as the sandbox's programs use it."""

import struct

from course.grading.sandbox.inside.system_calls import AUDIT_ARCHITECTURES

ALLOWED = 0x7FFF0000


def decided(program, machine, number, *args):
    """What the filter returns for a system call of the machine's: ALLOWED, or 0x50000 and the error."""
    data = struct.pack("=iIQ6Q", number, AUDIT_ARCHITECTURES[machine], 0, *args, *[0] * (6 - len(args)))
    steps, at, held = list(struct.iter_unpack("=HBBI", program)), 0, 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        if code == 0x06:
            return value
        if code == 0x20:
            held = struct.unpack_from("=I", data, value)[0]
        elif code == 0x05:
            at += value
        elif code == 0x54:
            held &= value
        else:
            at += yes if {0x15: held == value, 0x35: held >= value}[code] else no
