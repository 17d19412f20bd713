"""Allowlist of system calls: those that notebooks make, and the filters that let these through and no others.

What honest notebooks call is on record (``python -m tests.honest_calls`` writes it). To that come their kin, which
other versions of Linux, its C library, Python, torch and a GPU's driver use for the same things, as far as Docker's
default profile (moby/profiles/seccomp) has them too. What is not listed fails with EPERM, and what is newer than the
table of numbers with ENOSYS, so that libraries take their older way. Left out on purpose is what outlives a process
in the kernel (keyrings, message queues, System V's shared memory), looks into others or at who opens what all share
(ptrace, inotify and their like), makes or enters namespaces and mounts, or has been the way through many a wall (bpf,
io_uring, userfaultfd, perf events).

A submission's filter is taken on in each fork before any code of a student's. The sandbox's first process, which has
to make namespaces, lives under a wider one that bubblewrap installs.
"""

from __future__ import annotations

import errno
import platform

from course.grading.sandbox.inside.call_numbers import NEWEST, NUMBERS, numbers
from course.grading.sandbox.inside.system_calls import Rule, Where, allowlist

ALLOWED = {
    "files": "read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek open openat openat2 creat "
    "close close_range dup dup2 dup3 fcntl ioctl flock stat fstat lstat newfstatat statx statfs fstatfs access "
    "faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink "
    "unlinkat rename renameat renameat2 link linkat symlink symlinkat mknod mknodat chmod fchmod fchmodat fchmodat2 "
    "chown fchown lchown fchownat umask utime utimes utimensat futimesat truncate ftruncate fallocate fadvise64 "
    "readahead fsync fdatasync sync syncfs sync_file_range sendfile copy_file_range splice tee vmsplice cachestat "
    "getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr llistxattr flistxattr "
    "listxattrat removexattr lremovexattr fremovexattr removexattrat file_getattr",
    "memory": "mmap munmap mremap mprotect msync madvise mincore brk mlock mlock2 mlockall munlock munlockall "
    "memfd_create membarrier mseal map_shadow_stack pkey_alloc pkey_free pkey_mprotect remap_file_pages get_mempolicy "
    "set_mempolicy set_mempolicy_home_node mbind",
    "processes": "clone fork vfork execve execveat exit exit_group wait4 waitid getpid getppid gettid getpgid getpgrp "
    "setpgid getsid setsid set_tid_address set_robust_list get_robust_list rseq arch_prctl prctl personality "
    "pidfd_open pidfd_send_signal",
    "signals": "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo rt_sigaction rt_sigprocmask rt_sigreturn "
    "rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack signalfd signalfd4 pause restart_syscall",
    "waiting": "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 "
    "eventfd eventfd2 pipe pipe2 futex futex_waitv futex_wake futex_wait futex_requeue",
    "time": "time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep alarm getitimer setitimer "
    "timer_create timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime "
    "timerfd_gettime",
    "sockets": "socket socketpair bind listen accept accept4 connect getsockname getpeername getsockopt setsockopt "
    "sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg shutdown",
    "limits and scheduling": "getrlimit setrlimit prlimit64 getrusage getpriority setpriority ioprio_get ioprio_set "
    "sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam "
    "sched_getscheduler sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval getcpu",
    "users": "getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid setresuid "
    "setresgid setfsuid setfsgid setgroups capget capset",
    "the machine": "uname sysinfo times getrandom",
    "more walls": "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
}
"""What a submission may call, by what it is for."""

FIRST_PROCESS = (
    "unshare setns mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick "
    "mount_setattr statmount listmount sethostname setdomainname clone3"
)
"""What the sandbox's first process may call besides, to make a submission's world."""

_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
_PERSONALITIES = (0, 0x0008, 0x20000, 0x20008, 0xFFFFFFFF)  # as Docker's profile: none that makes addresses guessable
_OUT_OF_REACH = 0x7E02A000  # clone: new namespaces of every kind, a child of one's parent's, a traced child
_SCHED_CORE = 62  # prctl: who shares a core with whom
_WATCHED_FILES = (1024, 1026)  # fcntl: F_SETLEASE, F_NOTIFY: whoever opens a file that all share waits for, or is seen
_PUSHED_INPUT = (0x5412, 0x541C)  # ioctl: TIOCSTI, TIOCLINUX put keystrokes into a terminal


def _rules(machine: str) -> list[Rule]:
    """What of the allowed calls is refused a submission, by arguments."""
    number = NUMBERS[machine]
    rules = [
        Rule(number["clone"], (Where(0, 0, unless=True, mask=_OUT_OF_REACH),)),
        Rule(number["clone3"], error=errno.ENOSYS),  # its flags lie in memory; glibc then takes the other
        *(Rule(number[name], error=0) for name in ("sync", "syncfs")),  # done: what it writes to is memory, no disk
        Rule(number["personality"], tuple(Where(0, kind, unless=True) for kind in _PERSONALITIES)),
        Rule(number["prctl"], (Where(0, _SCHED_CORE),)),
        *(Rule(number["ioctl"], (Where(1, request),)) for request in _PUSHED_INPUT),
        *(Rule(number["fcntl"], (Where(1, command),)) for command in _WATCHED_FILES),
    ]
    rules += [  # of no process but the caller
        Rule(number[name], (Where(0, 0, unless=True),))
        for name in ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")
    ]
    for name, this_process in (("setpriority", 0), ("ioprio_set", 1)):
        rules += [Rule(number[name], (Where(0, this_process, unless=True),))]
        rules += [Rule(number[name], (Where(1, 0, unless=True),))]
    families = tuple(Where(0, family, unless=True) for family in _FAMILIES.values())
    other_netlink = (Where(0, _FAMILIES["AF_NETLINK"]), Where(2, 0, unless=True))  # 0: the table of routes
    rules += [Rule(number[name], families, errno.EAFNOSUPPORT) for name in ("socket", "socketpair")]
    return [*rules, Rule(number["socket"], other_netlink, errno.EPROTONOSUPPORT)]


def _listed(machine: str) -> set[int]:
    return set(numbers(machine, " ".join(ALLOWED.values())))


def submission_filter(machine: str = "") -> bytes:
    """The filter of all that a submission runs; empty for a kind of machine whose numbers are not known here.

    ``machine`` is this one if not given.
    """
    machine = machine or platform.machine()
    return allowlist(machine, _listed(machine), _rules(machine), NEWEST) if machine in NUMBERS else b""


def room_filter(machine: str = "", unlisted: int | None = None) -> bytes:
    """The filter that the sandbox's first process lives under, wider by what it takes to make a submission's world.

    Empty for a kind of machine whose numbers are not known here; ``unlisted`` as in ``allowlist``.
    """
    machine = machine or platform.machine()
    if machine not in NUMBERS:
        return b""
    return allowlist(machine, _listed(machine).union(numbers(machine, FIRST_PROCESS)), [], NEWEST, unlisted)
