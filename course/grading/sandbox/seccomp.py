"""Seccomp filter (classic BPF, as bubblewrap takes it): the system calls that a sandbox's processes do without.

Namespaces do not keep the kernel's keyrings apart, so one submission could leave a key for the next; and tracing,
bpf, userfaultfd and io_uring serve no notebook, and have been the way through many a wall. Each of them fails with
EPERM. A process in which a question by hand is answered goes without more of them (``inside/confine.py``).
"""

from __future__ import annotations

import platform

from course.grading.sandbox.inside.system_calls import Rule, assembled, body

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


def seccomp_filter(machine: str = "") -> bytes:
    """The filter's program for this kind of machine; empty where its numbers are not known (see ``walls.notes``)."""
    machine = machine or platform.machine()
    if machine not in REFUSED_CALLS:
        return b""
    return assembled(machine, body(map(Rule, REFUSED_CALLS[machine].values())))
