"""Seccomp filter (classic BPF, as bubblewrap takes it): the system calls that a sandbox's processes do without.

Namespaces do not keep the kernel's keyrings apart, so one submission could leave a key for the next; and tracing,
bpf, userfaultfd and io_uring serve no notebook, and have been the way through many a wall. Each of them fails with
EPERM. The format is Linux's classic BPF: https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html.
"""

from __future__ import annotations

import errno
import platform
import struct

REFUSED_CALLS = {
    "x86_64": {
        "ptrace": 101,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "perf_event_open": 298,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "bpf": 321,
        "userfaultfd": 323,
        "io_uring_setup": 425,
        "io_uring_enter": 426,
        "io_uring_register": 427,
    },
    "aarch64": {
        "ptrace": 117,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "perf_event_open": 241,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "bpf": 280,
        "userfaultfd": 282,
        "io_uring_setup": 425,
        "io_uring_enter": 426,
        "io_uring_register": 427,
    },
}
AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h
_X32 = 0x40000000  # the bit of the x32 calls, a second numbering on x86_64
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCH = 0, 4  # offsets in struct seccomp_data
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM


def seccomp_filter(machine: str = "") -> bytes:
    """The filter's program for this kind of machine; empty where its numbers are not known (see ``walls.notes``)."""
    machine = machine or platform.machine()
    if machine not in REFUSED_CALLS:
        return b""
    numbers = list(REFUSED_CALLS[machine].values())
    last = len(numbers) + 1  # the calls' tests are followed by "allow", then "refuse"
    steps = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 0, last + 2, AUDIT_ARCHITECTURES[machine]),  # 32-bit calls have other numbers: all of them are refused
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, last, 0, _X32),
        *((_EQUAL, last - 1 - place, 0, number) for place, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
