"""The filters of system calls allow what is listed, refuse the rest with the error that is stated, on both machines."""

import ctypes
import errno
import json
import os

import pytest
from filter_machine import ALLOWED, decided
from honest_calls import cells, recorded
from nbformat.v4 import new_code_cell
from small_notebooks import exercise, notebook

from course.grading.run.execute import Execute
from course.grading.sandbox import pool, walls
from course.grading.sandbox.inside import allowed_calls
from course.grading.sandbox.inside.call_numbers import NEWEST, NUMBERS
from course.grading.sandbox.inside.system_calls import AUDIT_ARCHITECTURES
from course.grading.sandbox.room import Room

REFUSED, UNKNOWN, DONE = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x50000
REACHES_OUT = {
    "keyrings": "add_key request_key keyctl",
    "message queues": "mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr",
    "System V": "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl",
    "other processes": "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp "
    "move_pages migrate_pages inotify_init inotify_init1 inotify_add_watch",
    "ways through walls": "bpf io_uring_setup io_uring_enter io_uring_register userfaultfd perf_event_open "
    "memfd_secret fanotify_init fanotify_mark name_to_handle_at open_by_handle_at io_setup io_submit",
    "the machine": "reboot kexec_load kexec_file_load init_module finit_module delete_module swapon swapoff quotactl "
    "quotactl_fd acct syslog settimeofday clock_settime adjtimex clock_adjtime vhangup lookup_dcookie",
    "on x86 alone": "iopl ioperm modify_ldt uselib _sysctl create_module",
}
"""Calls that no submission may make, whatever their arguments."""
NAMESPACES = (
    "unshare setns mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick "
    "mount_setattr sethostname setdomainname"
)
HARMLESS_KIN = (
    "open openat openat2 stat fstat lstat newfstatat statx access faccessat faccessat2 chmod fchmodat fchmodat2 "
    "getdents getdents64 fork vfork clone execve execveat wait4 waitid poll ppoll select pselect6 epoll_wait "
    "epoll_pwait epoll_pwait2 pipe pipe2 dup2 dup3 eventfd eventfd2 signalfd signalfd4 futex futex_waitv "
    "getrandom rseq membarrier memfd_create copy_file_range sendfile sched_getaffinity get_mempolicy mbind mlock "
    "clock_gettime nanosleep getrlimit setrlimit prlimit64 socket socketpair sendmsg recvmsg close_range "
    "pidfd_open landlock_restrict_self seccomp"
)
"""Calls that one library or another makes, in its older and its newer form."""

both = pytest.mark.parametrize("machine", sorted(AUDIT_ARCHITECTURES))
BENIGN = {"socket": (1,), "socketpair": (1,), "ioprio_set": (1,)}
"""Arguments with which a call is allowed, where those are not all 0."""


def decision(machine, name, *args, program=None):
    """What becomes of a submission's call; of one that this kind of machine has not, None."""
    number = NUMBERS[machine].get(name)
    if number is None:
        return None
    return decided(program or allowed_calls.submission_filter(machine), machine, number, *args)


@both
def test_are_the_numbers_those_of_libseccomp(machine):
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p
    arch = ctypes.c_uint32(AUDIT_ARCHITECTURES[machine])
    known = {}
    for number in range(NEWEST + 1):
        if (name := library.seccomp_syscall_resolve_num_arch(arch, number)) is not None:
            known[name.decode()] = number
    assert len(known) > 300
    assert {name: number for name, number in NUMBERS[machine].items() if name in known} == known
    later = [number for name, number in NUMBERS[machine].items() if name not in known]
    assert later == [] or min(later) > max(known.values()), "what that library does not know came after it"


@both
def test_is_what_is_listed_allowed_and_all_else_refused(machine):
    program = allowed_calls.submission_filter(machine)
    listed = {name for group in allowed_calls.ALLOWED.values() for name in group.split()}
    assert listed <= set(NUMBERS["x86_64"]), "all names are there, none is misspelt"
    by_number = {number: name for name, number in NUMBERS[machine].items()}
    for number in range(NEWEST + 1):
        name = by_number.get(number, "")
        expected = {"clone3": UNKNOWN, "sync": DONE, "syncfs": DONE}.get(name, ALLOWED if name in listed else REFUSED)
        assert decided(program, machine, number, *BENIGN.get(name, ())) == expected, name or number
    for number in (NEWEST + 1, 600, 1000, (1 << 30) - 1):
        assert decided(program, machine, number) == UNKNOWN, "libraries try what is new, and take the older way"


@both
def test_is_what_reaches_out_refused(machine):
    names = " ".join((*REACHES_OUT.values(), NAMESPACES)).split()
    assert {decision(machine, name) for name in names} - {None} == {REFUSED}
    assert {decision("x86_64", name) for name in names} == {REFUSED}, "x86_64 has all of them"


@both
def test_are_harmless_calls_allowed_in_every_form(machine):
    said = {name: decision(machine, name, *BENIGN.get(name, ())) for name in HARMLESS_KIN.split()}
    assert set(said.values()) <= {ALLOWED, None}
    assert set(map(type, said.values())) == {int} or machine == "aarch64"


@both
def test_do_arguments_decide_where_they_must(machine):
    def says(name, *args):
        return decision(machine, name, *args)

    thread, child = 0x3D0F00, 0x1200011  # what glibc's pthread_create and fork ask for
    assert says("clone", thread) == says("clone", child) == says("clone", 0x4111) == ALLOWED
    for namespace in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert says("clone", child | namespace) == REFUSED
    assert says("clone", child | 0x8000) == says("clone", child | 0x2000) == REFUSED, "a child of its parent's; traced"
    assert says("clone3", 0, 88) == UNKNOWN, "its flags cannot be seen"
    for name in ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler"):
        assert says(name, 0, 7) == ALLOWED
        assert says(name, 1, 7) == says(name, (1 << 32) - 1, 7) == REFUSED, f"{name} of another process"
    assert says("setpriority", 0, 0, 19) == ALLOWED and says("ioprio_set", 1, 0) == ALLOWED
    for group in (1, 2):
        assert says("setpriority", group, 0) == REFUSED and says("ioprio_set", group + 1, 0) == REFUSED
    assert says("setpriority", 0, 1) == says("ioprio_set", 1, 1) == REFUSED
    for kind in (0, 8, 0x20000, 0x20008, 0xFFFFFFFF):
        assert says("personality", kind) == ALLOWED
    assert says("personality", 0x40000) == says("personality", 0x400000) == REFUSED, "addresses stay unguessable"
    assert says("ioctl", 0, 0x5401) == ALLOWED and says("ioctl", 3, 0xC0184600) == ALLOWED, "terminals, a GPU"
    assert says("ioctl", 0, 0x5412) == says("ioctl", 0, 0x541C) == says("ioctl", 0, 1 << 32 | 0x5412) == REFUSED
    assert says("fcntl", 3, 1) == says("fcntl", 3, 1031, 1 << 20) == ALLOWED, "flags, a pipe's size"
    assert says("fcntl", 3, 1024, 1) == says("fcntl", 3, 1026, 1) == REFUSED, "a lease, a watch"
    assert says("prctl", 22) == says("prctl", 38, 1) == says("prctl", 15) == ALLOWED and says("prctl", 62) == REFUSED


@both
def test_are_sockets_those_of_libraries(machine):
    no_family, no_protocol = 0x50000 | errno.EAFNOSUPPORT, 0x50000 | errno.EPROTONOSUPPORT
    for name in ("socket", "socketpair"):
        assert {decision(machine, name, family, 1) for family in (1, 2, 10)} == {ALLOWED}
        assert {decision(machine, name, family, 1) for family in (0, 15, 17, 31, 38, 40, 44, 45)} == {no_family}
    assert decision(machine, "socket", 16, 3, 0) == ALLOWED, "the C library reads the table of routes"
    assert {decision(machine, "socket", 16, 3, kind) for kind in range(1, 23)} == {no_protocol}


@both
def test_may_the_first_process_make_worlds(machine):
    program = allowed_calls.room_filter(machine)

    def says(name, *args):
        return decision(machine, name, *args, program=program)

    assert {says(name) for name in NAMESPACES.split()} == {ALLOWED}
    assert says("clone", 0x7E020011) == says("clone3") == says("prlimit64", 7, 7) == ALLOWED
    refused = " ".join(REACHES_OUT.values()).split()
    assert {says(name) for name in refused} - {None} == {REFUSED}
    assert says("openat") == ALLOWED and decided(program, machine, NEWEST + 1) == UNKNOWN


@both
def test_is_another_numbering_refused(machine):
    other = {"x86_64": "aarch64", "aarch64": "x86_64"}[machine]
    for program in (allowed_calls.submission_filter(machine), allowed_calls.room_filter(machine)):
        assert decided(program, other, NUMBERS[other]["getpid"]) == REFUSED
        assert decided(program, machine, 1 << 30 | NUMBERS["x86_64"]["getpid"]) == REFUSED
        assert decided(program, machine, 1 << 30 | NEWEST + 1) == REFUSED


def test_is_there_none_for_another_machine():
    assert allowed_calls.submission_filter("riscv64") == allowed_calls.room_filter("riscv64") == b""


def listed():
    return {name for group in allowed_calls.ALLOWED.values() for name in group.split()}


def test_is_all_listed_that_honest_notebooks_were_seen_to_call():
    seen = recorded()
    assert len(seen["submission"]) > 100, "the record is there"
    assert seen["submission"] - listed() == {"clone3"}, "which is answered as by a kernel that has not got it"
    assert seen["first process"] - listed() - set(allowed_calls.FIRST_PROCESS.split()) == set()


KILL_PROCESS = 0x80000000


@pytest.fixture(scope="module")
def strict():
    """Grades in a sandbox in which a call that is not listed kills the process that makes it."""
    grader = Execute(timeout=60, question_timeout=60, total_timeout=600)
    patch = pytest.MonkeyPatch()
    with patch.context() as briefly:
        briefly.setattr(walls, "room_filter", lambda: allowed_calls.room_filter(unlisted=KILL_PROCESS))
        room = Room(grader.limits)
    patch.setattr(pool._mine, "room", room, raising=False)
    yield grader
    room.close()
    patch.undo()


@pytest.mark.long
def test_do_honest_notebooks_make_no_call_that_is_not_listed(strict):
    """All that cells do with files, processes, threads and pictures, and answers that are asked for: nobody is killed.

    Every cell looks itself whether what it has started went well.
    """
    nb = strict.once(notebook(exercise("double"), *map(new_code_cell, cells().values())), {})
    assert {record["passed"] for record in nb.metadata.course.exercises} == {True}
    assert not [out for cell in nb.cells for out in cell.outputs if out.output_type == "error"]
    assert nb.metadata.course.repairs == []


@pytest.mark.long
def test_is_a_call_that_is_not_listed_seen_so(strict):
    nb = strict.once(notebook(new_code_cell(f"import ctypes\nctypes.CDLL(None).syscall({NEWEST + 1})")), {})
    assert [out.ename for out in nb.cells[-1].outputs] == ["KernelLost"]


HERE = """
import ctypes, errno, json
libc = ctypes.CDLL(None, use_errno=True)
def tried(number, *args):
    ctypes.set_errno(0)
    said = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, args), *[ctypes.c_long(0)] * (6 - len(args)))
    return errno.errorcode.get(ctypes.get_errno(), said) if said < 0 else "allowed"
"""


@pytest.mark.long
def test_do_refused_calls_fail_in_the_room_as_is_stated(own):
    numbers = NUMBERS[os.uname().machine]
    names = [name for name in " ".join((*REACHES_OUT.values(), NAMESPACES)).split() if name in numbers]
    code = f"{HERE}\nprint(json.dumps([tried(number) for number in {[numbers[name] for name in names]}]))"
    said = dict(zip(names, json.loads(own.text(code)), strict=True))
    assert set(said.values()) == {"EPERM"}, said

    def says(name, *args):
        return own.text(f"{HERE}\nprint(tried({numbers.get(name, name)}, {', '.join(map(str, args))}))").strip()

    assert says("clone", 0x10000011) == "EPERM" and says("clone3", 0, 0) == "ENOSYS"
    assert says(NEWEST + 1) == says(600) == "ENOSYS"
    assert {says("prlimit64", 1, 2, 0, 0), says("setpriority", 0, 1, 5), says("sched_setaffinity", 1, 8, 0)} == {
        "EPERM"
    }
    assert says("sched_setscheduler", 1, 5) == says("ioprio_set", 1, 1, 0) == says("personality", 0x40000) == "EPERM"
    assert says("socket", 38, 5, 0) == says("socket", 40, 1, 0) == "EAFNOSUPPORT"
    assert says("socket", 16, 3, 9) == "EPROTONOSUPPORT"
    assert says("ioctl", 0, 0x5412) == says("prctl", 62, 1, 0) == says("inotify_init1", 0) == "EPERM"
    assert says("fcntl", 0, 1024, 1) == says("fcntl", 0, 1026, 1) == "EPERM", "others open the same files"
    assert says(1 << 30 | numbers["getpid"]) == "EPERM" or os.uname().machine != "x86_64"
    assert says("sync") == "allowed", "and does nothing"
    assert says("getpid") == says("socket", 16, 3, 0) == says("personality", 0xFFFFFFFF) == "allowed"


@pytest.mark.long
def test_has_everything_of_a_submission_its_filter(own):
    counted = "[line.split()[1] for line in open('/proc/self/status') if line.startswith('Seccomp_filters')]"
    first, own_filters = own.text(
        f"import subprocess, sys\nprint({counted})\n"
        f"print(subprocess.run([sys.executable, '-c', \"print({counted})\"], capture_output=True, text=True).stdout)"
    ).split()
    assert first == own_filters == "['2']", "the sandbox's, and its own"
