"""What a submission may take: time, output, memory, processes, files. What takes more is stopped."""

import time

import pytest
from student_room import LIMITS, Submission

from course.grading.sandbox import remote_kernel
from course.grading.sandbox.outputs import outputs_of
from course.grading.sandbox.remote_kernel import KernelLost

pytestmark = pytest.mark.long


def test_is_a_cell_that_never_ends_interrupted(own):
    start = time.monotonic()
    ran = own.run("while True: pass", seconds=0.3)
    assert ran.stopped and not ran.ok and time.monotonic() - start < 5
    assert own.text("print('on')") == "on\n"


@pytest.mark.parametrize(
    "deaf",
    [
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\nwhile True: pass",
        "while True:\n    try:\n        for n in range(10**9): x = n\n    except BaseException: pass",
        "import itertools\nsum(itertools.repeat(1))",
    ],
    ids=["blocked", "caught", "in C"],
)
def test_is_a_cell_that_ignores_interrupts_killed(own, deaf, monkeypatch):
    monkeypatch.setattr(remote_kernel, "INTERRUPT_TIMEOUT_S", 0.3)
    assert own.lost(deaf, seconds=0.3) == "it did not answer in time"
    with pytest.raises(KernelLost):
        own.run("1")


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos._exit(0)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "import ctypes\nctypes.string_at(0)",
        "import os\nos.closerange(0, 512)",
        "import os\nos.abort()",
    ],
    ids=["exit", "killed", "segfault", "closed files", "abort"],
)
def test_does_a_kernel_that_ends_itself_say_so(own, room, code):
    assert own.lost(code) == "it ended itself"
    assert Submission(room).text("print('a new one')") == "a new one\n"


def test_is_a_flood_cut(own):
    ran = own.run("for n in range(100_000): print('x' * 99)")
    assert ran.flooded and ran.ok
    text = outputs_of(ran, {})
    assert len(text[0].text) < LIMITS.max_output + 100 and "output was cut" in text[-1].text
    ran = own.run("print('y' * 1_000_000)")
    assert ran.flooded and ran.outputs[0][1]["text"].startswith("yyy"), "its beginning is shown"
    assert own.text("print('on')") == "on\n"


def test_are_many_small_outputs_cut(own):
    ran = own.run("for n in range(30_000): display()\nfor n in range(30_000): display(n)")
    assert ran.flooded and len(ran.outputs) <= 10_000


def test_is_a_picture_that_is_too_large_left_out(own):
    ran = own.run("display({'image/png': 'A' * 1_000_000}, raw=True)\nprint('after')")
    assert ran.flooded and [kind for kind, _ in ran.outputs] == ["stream"]


def test_is_a_flood_that_counts_for_nothing_stopped_by_the_grader(own):
    code = "from course.grading.sandbox.inside.shell import OUTLET\n"
    code += "OUTLET.__class__.left = property(lambda s: 9**9, lambda s, v: None)"
    code += "\nwhile True: print('x' * 9999)"
    assert own.lost(code) == "it answered nonsense"


def test_is_memory_limited_for_one_process(own):
    assert own.error(f"x = bytearray({4 * LIMITS.memory})").startswith("MemoryError")
    assert "allocate" in own.error(f"import torch\ntorch.zeros({LIMITS.memory})")
    assert own.lost("x = []\nwhile True: x.append(b'1' * (10 << 20))") == "it took too much memory"


def test_is_memory_there_again_after_a_cell_that_took_it_all(own):
    own.error(f"x = bytearray({4 * LIMITS.memory})")
    assert own.text("print(len(bytearray(1 << 20)))") == "1048576\n"


def test_is_memory_limited_for_all_processes_together(own):
    code = (
        "import os, time\nfor _ in range(5):\n    if not os.fork():\n        x = b'1' * (130 << 20); time.sleep(30)\n"
    )
    code += "time.sleep(30)"
    assert own.lost(code) == "it took too much memory"


def test_are_copies_that_share_memory_counted_once(own):
    own.run("x = b'1' * (150 << 20)")
    copies = [own.kernel.snapshot() for _ in range(4)]
    time.sleep(0.3)
    assert all(copy.look(["x"])["x"][0] == "value" for copy in copies[:1])
    assert own.text("print('on')") == "on\n"


def test_are_processes_limited(own):
    code = "import contextlib, os, time\nwith contextlib.suppress(BlockingIOError):  # unless root grades\n"
    code += "    for _ in range(30):\n        if not os.fork(): time.sleep(30); os._exit(0)\ntime.sleep(30)"
    assert own.lost(code) == "it started too many processes"


def test_are_a_few_processes_allowed(own):
    assert (
        own.text("import subprocess\nprint(subprocess.run(['echo', 'hi'], capture_output=True).stdout)") == "b'hi\\n'\n"
    )
    code = "from torch.utils.data import DataLoader, TensorDataset\nimport torch\n"
    code += "print(sum(len(x) for x, in DataLoader(TensorDataset(torch.ones(8, 2)), batch_size=2, num_workers=2)))"
    assert own.text(code, seconds=30) == "8\n"


def test_is_a_child_that_comes_back_from_its_cell_not_a_second_kernel(own):
    assert own.text("import os, time\npid = os.fork()\nif pid: os.waitpid(pid, 0); print('one')") == "one\n"
    assert own.text("print('still one')") == "still one\n"


def test_are_files_limited_in_size_and_together(own):
    assert "File too large" in own.error(f"with open('big', 'wb') as file: file.write(bytes({(1 << 20) + 1}))")
    code = "for n in range(12): open(f'/tmp/{n}', 'wb').write(bytes(1 << 20))"
    assert "No space left" in own.error(code)
