"""Do the attacks that patch modules by name still reach what they attack?

An attack that names what is no longer there fails for the wrong reason. So every name that one uses is looked up, and
each attack is let loose where the defence that it is up against is missing: there it must succeed.
"""

import ast
import importlib
import re
import subprocess
import sys
import time

import pytest
from home import ROOT

from course.grading.sandbox.limits import Limits
from course.grading.sandbox.remote_kernel import KernelLost
from course.grading.sandbox.room import Room
from hostile import corpus

EVERY = {case.name: case for case in corpus()}
FILES = sorted((ROOT / "tests" / "hostile").glob("*.py"))


class Noting:
    """Stands for a hand-in while a case edits it, and keeps the code that the case puts there."""

    root, secret, folder, paper, nb, body = "ROOT", "SECRET", None, None, None, None

    def __init__(self):
        self.codes = []

    def note(self, *words):
        self.codes.append(words[-1])

    first = last = put = append = before = after = instead = note


def code_of(name):
    hand = Noting()
    EVERY[name].edit(hand)
    return "\n".join(hand.codes)


def codes():
    """Every piece of text in the corpus that imports something of the course's."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if path.name != "test_reach.py" and re.search(r"(?:from|import) course\b", text):
                yield path.name, text


def there(dotted):
    """Whether a dotted name is a module, or something in one, or something of that."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return True
    return False


def test_do_the_attacks_name_what_is_there():
    seen = 0
    for file, code in codes():
        found = {}
        for place, names in re.findall(r"from (course[\w.]*) import ([\w, ]+)", code):
            for name in names.split(","):
                words = name.split()
                found[words[-1]] = f"{place}.{words[0]}"
        for names in re.findall(r"(?<!from )\bimport (course\.[^\n;]*)", code):
            for name in names.split(","):
                words = name.split()
                found[words[-1]] = words[0]
        for alias, dotted in found.items():
            if not dotted.startswith("course"):
                continue
            assert there(dotted), f"{file}: {dotted}"
            for attribute in re.findall(rf"\b{re.escape(alias)}\.([\w.]+) = ", code):
                assert there(f"{dotted}.{attribute}"), f"{file}: {alias}.{attribute}"
                seen += 1
    assert seen > 12


# Without a wall: the attack, the answer and the check in one process, as nbgrader alone has them.

WRONG_VALUE = "walked = torch.ones(2).double() * 9\ncheck.value(walked, torch.zeros(2).double())"
SPOILS_ITS_INPUT = """
def double(X):
    result = 2 * X
    X.zero_()
    return result
check.function(double, lambda X: 2 * X, on=cases.draw(seeds=3, X="n h"))
"""
READY_MADE = """
def ramp(X):
    return torch.nn.functional.relu(X)
check.function(ramp, lambda X: X.clamp(min=0), on=cases.draw(seeds=3, X="n h"), forbid=("relu",))
"""
HERE = {
    "patched-course-check": WRONG_VALUE,
    "patched-compare": WRONG_VALUE,
    "patched-verdict": WRONG_VALUE,
    "garbage-collected-tests": WRONG_VALUE,
    "thread-patches-later": f"import time\ntime.sleep(1)\n{WRONG_VALUE}",
    "changed-inputs-denied": SPOILS_ITS_INPUT,
    "watch-patched": READY_MADE,
}


def in_one_process(attack, answer):
    code = f"import torch\nfrom course import cases, check\n{attack}\n{answer}\nprint('believed')"
    environment = {"NBGRADER_EXECUTION": "autograde", "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120)


@pytest.mark.long
@pytest.mark.parametrize("name", HERE)
def test_does_an_attack_on_the_checks_succeed_where_there_is_no_wall(name):
    attack = "".join(code for code in code_of(name).splitlines(keepends=True) if "clip_by_norm" not in code)
    if name == "changed-inputs-denied":
        attack = attack[attack.index("import course") :]
    done = in_one_process(attack, HERE[name])
    assert done.stdout.endswith("believed\n"), done.stderr


@pytest.mark.long
@pytest.mark.parametrize("answer", [WRONG_VALUE, SPOILS_ITS_INPUT, READY_MADE])
def test_does_the_check_refuse_these_answers_where_nobody_attacks(answer):
    done = in_one_process("", answer)
    assert "believed" not in done.stdout and "CheckFailed" in done.stderr


# Over the wall: what the patched kernel says arrives at the grader's end. What the grader makes of it is its defence.


@pytest.fixture(scope="module")
def made():
    sandbox = Room(Limits(cell=5.0, question=3.0))
    yield sandbox
    sandbox.close()


@pytest.fixture
def room(made):
    made.enter({})
    yield made
    made.leave()


def raw(kernel, request):
    """A kernel's answer as it comes off the wire, before the grader looks at what it is."""
    kernel.channel.send(request, time.monotonic() + 5)
    return kernel.channel.receive(time.monotonic() + 5)


LOOK = {"do": "look", "names": ["walked"]}
ASK = {"do": "ask", "name": "walked", "made": None, "calls": [{}], "hand": False, "forbid": []}
MAKE = {"do": "make", "name": "Neuron", "build": []}
RUN = {"do": "run", "code": "pass", "max_output": 1000, "clean": False}
OVER = {
    "wire-says-passed": (LOOK, lambda said: said["passed"] is True and said["names"]["walked"][1]["passed"] is True),
    "wire-says-true": (LOOK, lambda said: said["names"]["walked"] == ["value", True]),
    "wire-no-replies": (ASK, lambda said: said["replies"] == []),
    "wire-missing": (LOOK, lambda said: said["names"] == {}),
    "verdict-answer": (LOOK, lambda said: said["names"]["walked"][0] == "value"),
    "other-answer": (LOOK, lambda said: said["names"]["walked"][1].text == "a tensor of shape (2,)"),
    "lying-module": (MAKE, lambda said: said["module"] is True and said["parameters"]["W"].shape == (1, 2)),
    "value-patched": (LOOK, lambda said: said["names"]["walked"][1].tolist() == [1.0]),
    "count-that-is-none": (RUN, lambda said: said["ran"]["count"] == -1 << 80),
    "answer-look-nonsense": (LOOK, lambda said: said["names"]["walked"][0] == "object"),
}
BEFORE = "import torch\nwalked = torch.zeros(1).double()\n"


@pytest.mark.long
@pytest.mark.parametrize("name", OVER)
def test_does_a_lie_of_the_kernel_arrive_at_the_graders_end(name, room):
    request, arrived = OVER[name]
    kernel = room.kernel()
    ran = kernel.run(BEFORE + code_of(name), seconds=10, clean=False)
    assert not [content for kind, content in ran.outputs if kind == "error"]
    assert arrived(raw(kernel, request))


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in OVER if name not in ("verdict-answer", "other-answer")])
def test_does_an_honest_kernel_say_nothing_of_the_kind(name, room):
    request, arrived = OVER[name]
    kernel = room.kernel()
    kernel.run(BEFORE, seconds=10, clean=False)
    said = raw(kernel, request)
    try:
        lied = arrived(said)
    except (KeyError, TypeError, IndexError):  # it says nothing that could be taken for the lie
        lied = False
    assert not lied


SILENT = {
    "kernel-silent": "it did not answer in time",
    "kernel-babbles": "it answered nonsense",
    "kernel-announces": "it answered nonsense",
    "answer-look-dies": "it ended itself",
}


@pytest.mark.long
@pytest.mark.parametrize("name", SILENT)
def test_does_a_kernel_that_breaks_the_protocol_lose_its_connection(name, room):
    kernel = room.kernel()
    with pytest.raises(KernelLost) as lost:
        kernel.run(BEFORE + code_of(name), seconds=3, clean=False)
        kernel.look(["walked"])
        kernel.snapshot()
    assert lost.value.reason == SILENT[name]


@pytest.mark.long
def test_does_half_a_message_keep_the_grader_waiting_until_the_cell_is_stopped(room):
    ran = room.kernel().run(BEFORE + code_of("kernel-half-message"), seconds=2, clean=False)
    assert ran.stopped and not ran.ok


@pytest.mark.long
def test_does_a_kernel_that_makes_no_copy_say_that_it_did(room):
    kernel = room.kernel()
    kernel.run(BEFORE + code_of("kernel-does-not-copy"), seconds=10, clean=False)
    copy = kernel.snapshot()
    assert copy.pid == 1 << 70
    with pytest.raises(KernelLost):
        copy.look(["walked"])


@pytest.mark.long
@pytest.mark.parametrize("name", ["json-that-is-none", "replies-ahead"])
def test_does_what_is_sent_past_ipython_arrive(name, room):
    kernel = room.kernel()
    said = []
    try:
        ran = kernel.run(BEFORE + code_of(name), seconds=10, clean=False)
        said = [kind for kind, _ in ran.outputs]
        said += [repr(raw(kernel, LOOK)) for _ in range(2)]
    except KernelLost as lost:
        said = [lost.reason]
    assert said and "error" not in said
    assert name != "json-that-is-none" or said == ["it answered nonsense"] or "display_data" in said
    assert name != "replies-ahead" or said == ["it answered nonsense"]
