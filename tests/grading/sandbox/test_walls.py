"""What a submission cannot reach: the network, the machine's files and settings, the grader's code and environment."""

import os
import platform
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from home import ROOT
from student_room import IN_TMP, SECRET

from course.commands import grade
from course.coursedir.errors import GradingStopped
from course.grading.sandbox import walls

pytestmark = pytest.mark.long


def test_is_there_no_network_not_even_loopback(own):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        code = "import socket\ntry:\n    socket.create_connection(({!r}, {}), timeout=1); print('through')\n"
        code += "except OSError as error: print('no')"
        assert own.text(code.format("127.0.0.1", server.getsockname()[1])) == "no\n"
    assert own.text(code.format("1.1.1.1", 53)) == "no\n"
    assert own.text("import os\nprint(os.listdir('/sys/class/net') if os.path.exists('/sys') else [])") in (
        "[]\n",
        "['lo']\n",
    )
    assert own.text("print([l.split(':')[0].strip() for l in open('/proc/net/dev').readlines()[2:]])") in (
        "['lo']\n",
        "[]\n",
    )


def test_is_no_abstract_socket_of_the_machine_within_reach(own):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0room-test-{os.getpid()}")
        server.listen()
        code = "import socket\ns = socket.socket(socket.AF_UNIX)\n"
        code += f"try: s.connect('\\0room-test-{os.getpid()}'); print('in')\n"
        assert own.text(code + "except OSError: print('no')") == "no\n"


def test_is_nothing_of_the_machine_in_view(own, tmp_path):
    (tmp_path / "mine.txt").write_text(SECRET)
    places = [ROOT / "source", ROOT / "tests", ROOT / ".git", ROOT / "gradebook.db", tmp_path / "mine.txt"]
    places += [Path.home() / ".bashrc", Path("/etc/passwd"), Path("/etc/shadow"), Path("/etc/hosts"), Path("/var/log")]
    places += [Path("/sys/kernel"), Path("/run/user"), Path("/mnt"), Path("/srv")]
    code = f"import os\nprint([place for place in {[str(place) for place in places]} if os.path.exists(place)])"
    assert own.text(code) == "[]\n"
    assert own.text("import os\nprint(os.listdir('/home'), os.listdir('/tmp'))") == f"['student'] {IN_TMP}\n"


def test_is_no_test_and_no_source_in_the_course_that_it_sees(own):
    code = "import course, pathlib\nhere = pathlib.Path(course.__file__).parent\n"
    code += "print([p.name for p in here.rglob('*') if p.suffix in ('.ipynb', '.db')], here.parent)"
    assert own.text(code) == "[] /opt/room\n"


def test_is_the_graders_environment_not_its_own(own):
    assert SECRET not in own.text("import os\nprint(dict(os.environ))")
    found = own.text("import os\nprint(os.environ['HOME'], os.environ['USER'], os.getuid(), os.uname().nodename)")
    assert found == f"{walls.HOME} student 65534 room\n"


def test_does_proc_show_nobody_else(own):
    code = "import os\nprint(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()) == sorted([1, os.getpid()]))"
    assert own.text(code) == "True\n"
    search = """
import glob
found = []
for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline') + ['/proc/mounts']:
    try:
        found.append(open(path, 'rb').read().decode(errors='replace'))
    except OSError:
        pass
print('\\0'.join(found))
"""
    assert SECRET not in own.text(search)


def test_are_the_systems_settings_out_of_reach_also_for_root(own):
    code = """
import os
writable, told = [], []
for folder, inner, files in os.walk('/proc'):
    inner[:] = [name for name in inner if not name.isdigit() and 'self' not in name and name != 'net']
    for name in files:
        path = os.path.join(folder, name)
        try:
            os.close(os.open(path, os.O_WRONLY))  # opened, never written
            writable.append(path)
        except OSError:
            pass
for name in ('kallsyms', 'keys', 'timer_list', 'slabinfo', 'vmallocinfo', 'kcore', 'kmsg', 'sys/kernel/core_pattern'):
    try:
        told += [name] if open(f'/proc/{name}', 'rb').read(9) else []
    except OSError:
        pass
print(writable, told)
"""
    assert own.text(code) == "[] []\n"


def test_is_the_system_read_only(own):
    code = """
import os, sys, torch, course
targets = ['/', '/usr', '/usr/bin', '/etc', '/opt/room', '/proc/sys', '/proc/sys/kernel', '/dev', '/home']
targets += [os.path.dirname(course.__file__), os.path.dirname(torch.__file__), os.path.dirname(sys.executable)]
wrote = []
for place in targets:
    try:
        open(os.path.join(place, 'left'), 'w').close()
        wrote.append(place)
    except OSError:
        pass
for path in (course.__file__, torch.__file__, sys.executable, '/proc/sys/kernel/hostname', '/proc/sysrq-trigger'):
    try:
        open(path, 'a').close()
        wrote.append(path)
    except OSError:
        pass
print(wrote)
"""
    assert own.text(code) == "[]\n"


def test_has_it_no_rights_to_give_itself_more(own):
    code = """
import ctypes, os
status = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines() if ':' in line)
print(status['CapEff'].strip(), status['CapBnd'].strip(), status['NoNewPrivs'].strip())
libc = ctypes.CDLL(None, use_errno=True)
print(libc.unshare(0x10000000), libc.unshare(0x00020000))
print(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), libc.chroot(b'/tmp'))
"""
    assert own.text(code) == "0000000000000000 0000000000000000 1\n-1 -1\n-1 -1\n"


def test_does_a_missing_bubblewrap_say_the_ways_out(monkeypatch, tmp_path):
    walls.bubblewrap.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    try:
        with pytest.raises(GradingStopped, match="bubblewrap .* is not installed. Install bubblewrap") as stopped:
            walls.bubblewrap()
        assert "--unsafe" in str(stopped.value) and "Containerfile" in str(stopped.value) and stopped.value.status == 1
        (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: no user namespaces' >&2\nexit 1\n")
        (tmp_path / "bwrap").chmod(0o755)
        with pytest.raises(GradingStopped, match="cannot make one here: bwrap: no user namespaces"):
            walls.bubblewrap()
        monkeypatch.setattr(sys, "platform", "darwin")
        with pytest.raises(GradingStopped, match="only Linux has"):
            walls.bubblewrap()
    finally:
        monkeypatch.undo()
        walls.bubblewrap.cache_clear()


def test_is_a_machine_without_a_filter_named_to_who_grades(monkeypatch):
    classroom, said = SimpleNamespace(unsafe=False, device="cpu"), []
    grade.see_what_there_is(classroom, said.append)
    assert said == [] == walls.notes(), "this machine has one"
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    grade.see_what_there_is(classroom, said.append)
    assert len(said) == 1 and said[0].startswith("There is no filter of system calls for this machine (riscv64)")
    with walls.filter_file() as program:
        assert "--seccomp" not in walls.command(1 << 20, program)
    grade.see_what_there_is(SimpleNamespace(unsafe=True, device="cpu"), said.append)
    assert len(said) == 1, "without a sandbox there is none to be missed"


@pytest.mark.long
def test_can_a_world_be_made_every_time():
    """What is found out once for a run must not depend on which process was faster."""
    said = []
    for _ in range(40):
        walls.no_worlds.cache_clear()
        said.append(walls.no_worlds())
    assert set(said) == {""}
