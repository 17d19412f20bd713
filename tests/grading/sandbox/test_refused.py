"""Where the kernel refuses namespaces in a sandbox, each submission gets a new one, which is said, and the rest holds.

The refusal is the kernel's own: bubblewrap is found on a path where it first takes on a filter of system calls, or a
limit on namespaces, and then is what it always is.
"""

import os
import shutil
import sys
import threading

import pytest
from student_room import FILES, IN_TMP, LIMITS, Submission

from course.grading.sandbox import pool, walls

pytestmark = pytest.mark.long

FILTER = """#!{python}
import os, platform, sys
sys.path.insert(0, {here!r})
from course.grading.sandbox.inside.call_numbers import NUMBERS
from course.grading.sandbox.inside.system_calls import Rule, Where, assembled, body, install
machine, of_processes = platform.machine(), 0x20000000
install(assembled(machine, body([Rule(NUMBERS[machine]["unshare"], (Where(0, of_processes, mask=of_processes),))])))
os.execv({bwrap!r}, ["bwrap", *sys.argv[1:]])
"""
LIMIT = """#!/bin/sh
exec unshare --user --map-current-user --keep-caps \
sh -c 'echo 1 >/proc/sys/user/max_pid_namespaces && exec setpriv --inh-caps=-all --ambient-caps=-all \
{bwrap} "$@"' sh "$@"
"""


@pytest.fixture(params=[FILTER, LIMIT], ids=["by a filter of system calls", "by a limit on namespaces"])
def refusing(request, tmp_path, monkeypatch):
    """Namespaces of processes are refused in a sandbox from now on."""
    program = tmp_path / "bwrap"
    words = {"python": sys.executable, "here": str(walls.allowlist.PACKAGE.parent), "bwrap": shutil.which("bwrap")}
    program.write_text(request.param.format(**words))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(pool, "_mine", threading.local())
    for each in (walls.bubblewrap, walls.no_worlds):
        each.cache_clear()
    yield
    if room := getattr(pool._mine, "room", None):
        room.close()
    for each in (walls.bubblewrap, walls.no_worlds):
        each.cache_clear()


LEAVE = """
import os
for place in ('.', '/tmp', '/dev/shm'):
    open(os.path.join(place, 'left'), 'w').write('left')
if not os.fork():
    os.setsid()
    import time
    time.sleep(600)
"""
LOOK = """
import os
files = {place: sorted(os.listdir(place)) for place in ('.', '/tmp', '/dev/shm')}
print(files, os.getuid())
"""


def test_is_there_a_new_room_for_each_submission_where_namespaces_are_refused(refusing):
    why = walls.no_worlds()
    assert "unshare" in why and "PermissionError" in why, why
    said = [note for note in walls.notes() if "each submission gets a new sandbox" in note]
    assert len(said) == 1 and why in said[0] and "seconds" in said[0]
    seen = []
    for code in (LEAVE, LOOK):
        with pool.entered(FILES, LIMITS) as room:
            assert room.for_one
            seen.append((room, Submission(room).text(code)))
        assert not room.alive
    files = sorted({name.split("/")[0] for name in FILES})
    assert seen[0][0] is not seen[1][0]
    assert seen[1][1] == f"{ {'.': files, '/tmp': IN_TMP, '/dev/shm': []} } 65534\n"
