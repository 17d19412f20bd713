"""A sandbox: what lies beside the notebook is there, it starts or says why not, and ends with its grader."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from student_room import FILES, LIMITS

from course.coursedir.errors import GradingStopped
from course.grading.sandbox import room as rooms
from course.grading.sandbox import walls
from course.grading.sandbox.room import Room

pytestmark = pytest.mark.long


def test_are_the_files_beside_the_notebook_there_and_no_others(own):
    code = (
        "import os\nprint(sorted(os.listdir('.')), open('data.csv').read(), open('sub/more.txt').read(), os.getcwd())"
    )
    files = sorted({name.split("/")[0] for name in FILES})
    assert own.text(code) == f"{files} a,b\n1,2\n more {walls.HOME}\n"
    assert own.text("import helper\nprint(helper.VALUE)") == "7\n"


def test_does_nothing_beside_the_notebook_take_the_place_of_a_library(own):
    code = "import torch, random, course.check\nprint(torch.__file__, random.__file__, course.check.__file__)"
    places = own.text(code).split()
    assert len(places) == 3 and not any(walls.HOME in place for place in places)
    assert own.text("import importlib\nimportlib.reload(random)\nprint(random.__file__)").strip() == places[1]


def test_does_a_room_that_does_not_start_say_its_last_words(monkeypatch):
    monkeypatch.setattr(
        walls, "command", lambda space, program, gpu, worlds: ["/bin/sh", "-c", "echo no torch here >&2; exit 1"]
    )
    room = Room(LIMITS)
    with pytest.raises(GradingStopped, match="did not start: no torch here"):
        room.wait()
    assert room not in rooms._open_rooms


def test_does_the_room_end_with_the_grader(tmp_path):
    """Its first process and all that runs in it are gone when the grader is killed."""
    code = "import time\nfrom course.grading.sandbox.limits import Limits\n"
    code += "from course.grading.sandbox.room import Room\nroom = Room(Limits())\n"
    code += "print(room.process.pid, flush=True)\ntime.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as grader:
        pid = int(grader.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        grader.kill()
    for _ in range(200):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the room outlives its grader")
