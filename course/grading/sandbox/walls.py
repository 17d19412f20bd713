"""Sandbox by Linux namespaces: the bubblewrap command that starts a sandbox's first process behind its walls.

Inside there is a read-only system and Python, the student's side of the ``course`` package (``allowlist.py``), an empty
home, an empty /tmp, and no network. Of this machine's files, environment and processes nothing else can be seen. In it
each submission gets a world of its own (``inside/world.py``).
"""

from __future__ import annotations

import glob
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO

from course.coursedir.errors import GradingStopped, MachineFault
from course.grading.sandbox import allowlist
from course.grading.sandbox.inside.allowed_calls import room_filter
from course.grading.sandbox.inside.confine import landlock_version
from course.grading.sandbox.inside.preload import GPU_VARIABLE
from course.grading.sandbox.inside.world import PROC_FILES, PROC_FOLDERS, USER
from course.runtime.lacking import lack_in

HOME = "/home/student"
PLACES = (HOME, "/tmp", "/dev/shm")
"""What a submission can write to; all of it is memory, and ends with the submission's world."""
PACKAGES = "/opt/room"
"""The folder that the package lies in, as a sandbox sees it."""

WAYS_OUT = (
    "Install bubblewrap (on Debian and Ubuntu: apt-get install bubblewrap), grade in the container that the "
    "Containerfile builds (docs/security.md), or, for submissions that you trust, add --unsafe: every grade made so is "
    "marked."
)
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SOME_OF_ETC = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/alternatives")
_AGAIN = "Run the same command again."
_MAKERS_RIGHTS = ("CAP_SETFCAP", "CAP_SYS_ADMIN", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE")
"""What the first process may do in its own namespaces, to make worlds in them and to look after those."""


@cache
def bubblewrap() -> str:
    """The path of a bubblewrap that works here; raises GradingStopped with the reason and the ways out."""
    found = shutil.which("bwrap")
    if sys.platform != "linux":
        raise GradingStopped(f"Submissions are graded in a sandbox that only Linux has. {WAYS_OUT}")
    if found is None:
        raise GradingStopped(
            f"Submissions are graded in a sandbox, and bubblewrap (bwrap) is not installed. {WAYS_OUT}"
        )
    with filter_file() as program:
        words = _tried([found, *_walls(1 << 20, program), "--", "/usr/bin/true"], program)
    if words:
        raise GradingStopped(
            f"Submissions are graded in a sandbox, and bubblewrap cannot make one here: {words}. Where the system "
            f"forbids user namespaces, its administrator can allow them. {WAYS_OUT}"
        )
    return found


def _tried(argv: list[str], program: IO[bytes]) -> str:
    """Run a command in a sandbox; its last words where it fails, nothing where it does not.

    Raises MachineFault where the machine lacks for it what it may have again.
    """
    fds = (program.fileno(),)
    try:
        tried = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, pass_fds=fds)
    except subprocess.TimeoutExpired:
        raise MachineFault(
            "The machine is so busy that bubblewrap made no sandbox within 60 s. Run the same command again."
        ) from None
    if not tried.returncode:
        return ""
    words = (tried.stderr.strip().splitlines() or ["it gives no reason"])[-1]
    lack = lack_in(tried.stderr)
    if lack or not 0 <= tried.returncode <= 128:  # it was killed, or what it ran
        raise MachineFault(f"bubblewrap could make no sandbox just now ({words}). {lack or _AGAIN}")
    return words


@cache
def no_worlds() -> str:
    """Why submissions cannot have worlds of their own in a sandbox here; empty where they can.

    Raises GradingStopped where there is no sandbox at all.
    """
    with filter_file() as program:
        return _tried(_program(1 << 20, program, "world", PLACES), program)


def notes() -> list[str]:
    """What a sandbox on this machine goes without, a sentence for each; whoever begins to grade says it once."""
    machine, said = platform.machine(), []
    if not room_filter(machine):
        said.append(
            f"There is no filter of system calls for this machine ({machine or 'of unknown kind'}): submissions run in "
            "the sandbox without one. Everything else of the sandbox is as always (docs/security.md)."
        )
    if sys.platform == "linux" and not landlock_version():
        said.append(
            "This machine's kernel has no Landlock: what is asked by hand is answered by a process that can read the "
            "files which the notebook's other cells wrote. Everything else of the sandbox is as always "
            "(docs/security.md)."
        )
    if sys.platform == "linux" and (why := no_worlds()):
        said.append(
            f"No namespaces can be made in the sandbox here ({why}): each submission gets a new sandbox, "
            "which takes some seconds more for each. It holds off the same (docs/security.md)."
        )
    return said


def filter_file() -> IO[bytes]:
    """An open file with the filter of system calls; bubblewrap inherits its descriptor."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    file.write(room_filter())
    file.seek(0)
    return file


def _walls(space: int, program: IO[bytes], *, gpu: bool = False, worlds: bool = False) -> list[str]:
    """bubblewrap's options for a sandbox whose writable places hold ``space`` bytes each.

    ``gpu``: with an NVIDIA GPU's device files, and what its driver reads of itself and of the machine. ``worlds``: its
    first process can make namespaces, and covers in each what is otherwise covered here.
    """
    options = ["--unshare-all", "--unshare-user", "--die-with-parent", "--as-pid-1", "--new-session", "--clearenv"]
    options += ["--hostname", "room", "--cap-drop", "ALL"]
    if worlds:
        options += ["--uid", "0", "--gid", "0"]
        for right in _MAKERS_RIGHTS:
            options += ["--cap-add", right]
    else:
        options += ["--disable-userns", "--uid", str(USER), "--gid", str(USER)]
    for place in _SYSTEM:
        if os.path.islink(place):
            options += ["--symlink", os.readlink(place), place]
        elif os.path.isdir(place):
            options += ["--ro-bind", place, place]
    for place in _SOME_OF_ETC:
        options += ["--ro-bind-try", place, place]
    options += ["--proc", "/proc", *(() if worlds else _covered_proc(gpu=gpu)), "--dev", "/dev"]
    for place in sorted(glob.glob("/dev/nvidia*")) if gpu else ():
        options += ["--dev-bind", place, place]
    for place in ("/sys/devices", "/sys/bus/pci", "/sys/module/nvidia", "/sys/module/nvidia_uvm") if gpu else ():
        options += ["--ro-bind-try", place, place]
    for place in PLACES:
        options += ["--size", str(space), "--tmpfs", place]
    if room_filter():
        options += ["--seccomp", str(program.fileno())]
    return [*options, "--remount-ro", "/dev"]


def _covered_proc(*, gpu: bool) -> list[str]:
    """Options that cover in ``/proc`` what is not for a submission, as a world's keeper does in a world."""
    options: list[str] = []
    for place in filter(os.path.isdir, PROC_FOLDERS):
        own = ["--ro-bind-try", "/proc/driver/nvidia", "/proc/driver/nvidia"] if place == "/proc/driver" else []
        options += ["--tmpfs", place, *(own if gpu else []), "--remount-ro", place]
    for place in filter(os.path.exists, PROC_FILES):
        options += ["--ro-bind", "/dev/null", place]
    return options


def _covered(place: Path, others: list[Path]) -> bool:
    return any(other == place or other in place.parents for other in others)


def command(space: int, program: IO[bytes], *, gpu: bool = False, worlds: bool = True) -> list[str]:
    """The command that starts a sandbox's first process; its standard input is the grader's channel.

    ``program`` is the open ``filter_file()``, whose descriptor the command inherits. ``worlds``: for one submission
    after another, each in a world of its own; otherwise for one alone.

    Raises GradingStopped where there is no sandbox.
    """
    own = (str(space if worlds else 0), *PLACES)
    return _program(space, program, "warden", own, gpu=gpu, worlds=worlds)


def _program(
    space: int, program: IO[bytes], module: str, arguments: Sequence[str], *, gpu: bool = False, worlds: bool = True
) -> list[str]:
    """The command that starts a ``module`` of ``inside``, with ``arguments``, as a sandbox's first process.

    ``space``, ``program``, ``gpu`` and ``worlds`` are those of ``_walls``.
    """
    options = [bubblewrap(), *_walls(space, program, gpu=gpu, worlds=worlds)]
    shown = [Path("/usr")]
    for prefix in dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix)):
        for part in ("bin", "lib", "lib64", "pyvenv.cfg"):
            place = Path(prefix) / part
            if place.is_symlink() and place.resolve().parent == Path(prefix):  # another path to the same files
                options += ["--symlink", os.readlink(place), str(place)]
            elif place.exists() and not _covered(place, shown):
                options += ["--ro-bind", str(place), str(place)]
                shown.append(place)
    for place in allowlist.copies(shown):
        options += ["--tmpfs", str(place), "--remount-ro", str(place)]
    for place, name in allowlist.binds():
        bind = "--ro-bind-try" if name.endswith(".pyc") else "--ro-bind"  # whoever cleans up takes compiled ones away
        options += [bind, str(place), f"{PACKAGES}/course/{name}"]
    surroundings = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": HOME,
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONPATH": PACKAGES,
        "PYTHONDONTWRITEBYTECODE": "1",
        **inner_environment("/tmp", gpu=gpu),
    }
    for name, value in surroundings.items():
        options += ["--setenv", name, value]
    return [
        *options,
        "--remount-ro",
        "/",
        "--chdir",
        "/",
        "--",
        sys.executable,
        "-m",
        f"course.grading.sandbox.inside.{module}",
        *arguments,
    ]


def inner_environment(scratch: str, *, gpu: bool = False) -> dict[str, str]:
    """What a sandbox's processes have in their environment besides where they are."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    # Hidden, and looked for without the driver: a process that has begun with CUDA cannot be forked any more.
    cuda = {"CUDA_VISIBLE_DEVICES": "", "PYTORCH_NVML_BASED_CUDA_CHECK": "1"}
    if gpu:
        cuda[GPU_VARIABLE] = os.environ.get("CUDA_VISIBLE_DEVICES") or "0"
    own = {"MPLCONFIGDIR": scratch, "IPYTHONDIR": scratch, "TORCHINDUCTOR_CACHE_DIR": scratch}
    return {
        **threads,
        **own,
        **cuda,
        "KINETO_LOG_LEVEL": "99",  # torch's profiler says what it does, on the standard error
        "NBGRADER_EXECUTION": "autograde",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
