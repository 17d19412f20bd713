# ruff: noqa: E501 (code of a cell)
"""The fingerprint of a submission's world: all that a program in it can tell of it, as text, taken from inside."""

import contextlib
import json
import os
from pathlib import Path

from hostile import corpus
from hostile.case import CASES
from student_room import FILES, Submission

from course.grading.sandbox.remote_kernel import KernelLost

corpus()

TAKE = r'''
def take():
    import ctypes, hashlib, json, os, re, resource, socket, stat, sys, time
    import numpy, torch
    libc = ctypes.CDLL(None, use_errno=True)
    found = {}

    def note(name, ask):
        try:
            told = json.dumps(ask())
            found[name] = told if len(told) < 600 else [told[:300], hashlib.sha256(told.encode()).hexdigest()]
        except Exception as error:
            found[name] = f"{type(error).__name__} {getattr(error, 'errno', '')}"

    def read(path):
        with open(path, "rb") as file:
            return file.read(1 << 16).decode(errors="replace")

    # Counters that the whole machine shares: they run on by themselves, whoever does what.
    machines = set("stat uptime loadavg meminfo vmstat interrupts softirqs diskstats zoneinfo buddyinfo pagetypeinfo "
                   "cpuinfo kmsg kpagecount swaps slabinfo schedstat consoles program_cpu".split())
    everybody = {"1": 1, "self": 0}

    for name, pid in everybody.items():
        for kind in sorted(n for n in dir(resource) if n.startswith("RLIMIT_")):
            note(f"{kind} of {name}", lambda: resource.prlimit(0, getattr(resource, kind)) if not pid else
                 re.findall(r".*", read("/proc/1/limits")))
        note(f"priority of {name}", lambda: os.getpriority(os.PRIO_PROCESS, pid))
        note(f"cores of {name}", lambda: sorted(os.sched_getaffinity(pid)))
        note(f"scheduler of {name}", lambda: [os.sched_getscheduler(pid), os.sched_getparam(pid).sched_priority])
        note(f"io priority of {name}", lambda: libc.syscall(252, 1, pid))
        for file in ("limits", "cgroup", "uid_map", "gid_map", "setgroups", "comm", "cmdline", "environ", "loginuid", "sessionid",
                     "oom_score_adj", "coredump_filter", "timens_offsets", "timerslack_ns", "personality", "autogroup", "attr/current",
                     "projid_map", "cpuset", "stack", "wchan"):
            note(f"{file} of {name}", lambda: re.sub(r"autogroup-\d+", "autogroup", read(f"/proc/{name}/{file}")))
        keep = re.compile(r"^(Name|Umask|Tgid|Ngid|Pid|PPid|TracerPid|Uid|Gid|FDSize|Groups|NS\w+|Threads|Sig\w+|Shd\w+|Cap\w+|NoNew\w+|Seccomp\w*|Spec\w*|Cpus\w*|Mems\w*|THP\w*|Core\w*):.*")
        note(f"status of {name}", lambda: [line for line in read(f"/proc/{name}/status").splitlines() if keep.match(line)])
        note(f"namespaces of {name}", lambda: sorted(os.listdir(f"/proc/{name}/ns")))
        note(f"files of {name}", lambda: sorted(re.sub(r"\d+\]", "]", os.readlink(f"/proc/{name}/fd/{n}")) for n in os.listdir(f"/proc/{name}/fd")))
    note("who", lambda: [os.getuid(), os.getgid(), os.getgroups(), os.getsid(0), os.getpgrp(), os.getpid(), os.getppid(), os.getcwd()])
    note("machine", lambda: [os.uname().nodename, socket.gethostname(), read("/etc/hostname") if os.path.exists("/etc/hostname") else ""])
    note("keeps its rights", lambda: [libc.prctl(option, 0, 0, 0, 0) for option in (3, 7, 27, 30, 39)])
    note("umask", lambda: [os.umask(0o77), os.umask(0o22)][0])
    note("environment", lambda: sorted(os.environ.items()))
    note("processes", lambda: [[p, read(f"/proc/{p}/comm"), read(f"/proc/{p}/cmdline")] for p in os.listdir("/proc") if p.isdigit()])
    for call, arguments in {"mq_open": (b"/hostile-was-here", 0), "shmget": (1717, 0, 0), "msgget": (1717, 0), "semget": (1717, 0, 0)}.items():
        note(call, lambda: [getattr(libc, call)(*arguments), ctypes.get_errno()])
    note("keyrings", lambda: [[libc.syscall(250, 0, ring, 0), ctypes.get_errno()] for ring in range(-5, 0)])
    for kind in ("shm", "msg", "sem"):
        note(f"System V {kind}", lambda: read(f"/proc/sysvipc/{kind}"))
    for name in sorted(os.listdir("/proc/self/net")):
        path = f"/proc/self/net/{name}"
        if os.path.isfile(path) and name not in ("softnet_stat", "sockstat", "sockstat6", "protocols"):
            note(f"net {name}", lambda: sorted(re.sub(r"\b[0-9a-f]{16}\b|\s\d{3,}(?=\s|$)", "-", line).split() for line in read(path).splitlines()))
    for address in ("\0hostile-was-here", ("127.0.0.1", 1717)):
        def connect():
            with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as s:
                return s.connect_ex(address)
        note(f"connecting to {address!r}", connect)

    born, now = os.stat("/proc/1").st_ctime, time.time()
    own = (os.path.expanduser("~"), "/tmp", "/dev/shm", "/dev/pts")
    def times(path, entry):
        """Since the world is: when in it a thing was changed says nothing of the world before."""
        if not path.startswith(own):
            return [entry.st_mtime, entry.st_ctime, entry.st_atime]
        return [("since the world is" if born - 1 <= at <= now + 1 else at) for at in (entry.st_mtime, entry.st_ctime, entry.st_atime)]
    def one(path):
        entry = os.lstat(path)
        told = [oct(entry.st_mode), entry.st_uid, entry.st_gid, entry.st_nlink, times(path, entry)]
        if stat.S_ISREG(entry.st_mode):
            told += [entry.st_size, hashlib.sha256(open(path, "rb").read()).hexdigest()]
        elif stat.S_ISLNK(entry.st_mode):
            told.append(os.readlink(path))
        elif stat.S_ISCHR(entry.st_mode):
            told[4:] = [entry.st_rdev, times(path, entry)[:2]]
        try:
            told.append(sorted(os.listxattr(path, follow_symlinks=False)))
        except OSError as error:
            told.append(error.errno)
        return told
    for place in (os.path.expanduser("~"), "/tmp", "/dev/shm", "/dev"):
        for folder, inner, files in os.walk(place):
            inner[:] = sorted(name for name in inner if not os.path.ismount(os.path.join(folder, name)) or place == "/dev")
            for path in (folder, *(os.path.join(folder, name) for name in sorted(files))):
                note(path, lambda: one(path))
        note(f"space of {place}", lambda: [getattr(os.statvfs(place), f) for f in ("f_bsize", "f_blocks", "f_bfree", "f_files", "f_ffree", "f_flag")])
    for path in ("/", "/home", "/opt", "/etc", "/usr", "/proc", "/proc/sys", "/proc/sysvipc"):
        note(path, lambda: [one(path)[:3], sorted(n for n in os.listdir(path) if not n.isdigit())])
    for name in sorted(os.listdir("/proc")):
        path = f"/proc/{name}"
        if os.path.isfile(path) and name not in machines:
            note(path, lambda: [oct(os.stat(path).st_mode), read(path) if name != "locks" else len(read(path))])
    def mounts():
        text = read("/proc/self/mountinfo")
        lines = [re.sub(r"(^\d+ \d+ \d+:\d+)|((?:master|shared):\d+)", "", line).strip() for line in text.splitlines()]
        return lines
    note("mounts", mounts)
    note("sys", lambda: sorted(os.listdir("/sys")))
    note("Python", lambda: [sorted(sys.modules)[:3], len(sys.path), sys.getrecursionlimit(), sys.flags.hash_randomization, sorted(vars(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)])
    note("chance", lambda: [hashlib.sha256(repr(numpy.random.get_state()).encode()).hexdigest(), hashlib.sha256(torch.get_rng_state().numpy().tobytes()).hexdigest()])
    note("torch", lambda: [str(torch.get_default_dtype()), torch.get_num_threads(), torch.is_grad_enabled()])
    return json.dumps(found, sort_keys=True)
print(take())
del take
'''
"""Code of a cell that prints it. What it prints is the same in every new world, to the last byte.

Left out are the machine's own counters (load, memory, interrupts), which run on by themselves; of what Linux numbers
for the whole machine (devices, mounts, inodes) the numbers; and of times within the world how late they are.
"""


def of(submission):
    """The fingerprint of the world that a submission (``student_room.Submission``) is in, part by part."""
    return json.loads(submission.text(TAKE, seconds=60.0))


def differences(one, other):
    """What two fingerprints differ in: each part's name, and what it was and is."""
    return {name: (one.get(name), other.get(name)) for name in {*one, *other} if one.get(name) != other.get(name)}


class Noting:
    """Stands for a hand-in while a case edits it, and keeps the code that the case puts there."""

    root, secret, folder, paper, nb, body, written = Path("ROOT"), "SECRET", Path("ROOT"), None, None, None, True

    def __init__(self):
        self.codes = []

    def note(self, *words):
        self.codes.append(words[-1])

    def nothing(self, *words):
        return self.folder

    first = last = put = append = before = after = instead = note
    file = link = fifo = text = nothing


def code_of(name):
    """The code that a case puts into a notebook, each cell's by itself; none where it edits something else."""
    hand = Noting()
    with contextlib.suppress(Exception):
        CASES[name].edit(hand)
    return hand.codes


@contextlib.contextmanager
def entered(room, files=FILES):
    room.enter(files)
    try:
        yield Submission(room)
    finally:
        room.leave()


def after(room, names, seconds):
    """The first world's fingerprint, and what the world after each case differs in from that."""
    with entered(room) as own:
        first = of(own)
    found = {}
    for name, codes in names.items():
        with entered(room) as own:
            for code in codes:
                try:
                    own.run(code, seconds=seconds)
                except KernelLost:
                    own.kernel = room.kernel()
        with entered(room) as own:
            found[name] = differences(first, of(own))
    assert room.alive
    return first, {name: differences for name, differences in found.items() if differences}


def keeper(room):
    """Process 1 of the sandbox's present world: the next world's was made later."""
    return min(int(name) for name in os.listdir("/proc") if name.isdigit() and _keeps_a_world(int(name), room))


def shared_namespaces(room):
    """The kinds of namespaces that this world has in common with the process that makes worlds."""
    pid = keeper(room)
    kinds = "cgroup ipc mnt net pid user uts".split()
    return [kind for kind in kinds if len({os.readlink(f"/proc/{each}/ns/{kind}") for each in (pid, _parent(pid))}) < 2]


def _keeps_a_world(pid, room):
    with contextlib.suppress(OSError, StopIteration):
        line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("NSpid:"))
        numbers = line.split()[1:]
        if len(numbers) > 2 and numbers[-1] == "1":
            while pid > 1:
                pid = _parent(pid)
                if pid == room.process.pid:
                    return True
    return False


def _parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
