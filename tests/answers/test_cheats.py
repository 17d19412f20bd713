"""Is every cheat refused or remarked, and does each succeed where only the numbers are looked at?"""

from copy import deepcopy

import nbformat
import pytest
from answer_corpus import ROOM, Said, corpus, in_notebook, numbers_alone, small_notebook
from home import ROOT
from small_notebooks import sandbox  # noqa: F401 (a fixture)

from course.grading.run.execute import Execute
from course.runtime.verdict import NOT_BY_HAND

ANSWERS = corpus("answers.cheats")
WEEKS = ("week2", "week3", "week4", "week5", "week6", "week7", "week8")
SECRET = bytes(range(32))
ENDS = {
    "endless": "it never answers",
    "everything-closed": "it closes the socket on which it is asked",
    "exits": "it ends the process that is asked",
    "interrupted": "it ends the process that is asked",
    "killed": "it ends the process that is asked",
    "noise-on-the-wire": "it answers nonsense",
    "observer-disabled-in-memory": "where nothing observes, torch's own function ends the process",
    "stopped": "it never answers",
    "switches-from-a-second-import": "torch does not survive being imported twice",
    "system-exit": "it ends the process that is asked",
}
"""Cheats that have no right numbers even where nobody looks at how they came about, and why."""
GETS_THROUGH = {
    "complex-in-numpy": "torch is asked nothing",
    "complex-in-python": "torch is asked nothing",
    "matrices-for-complex-numbers": "real numbers, and no more of them than some formulas need",
    "quotient-with-a-step-of-one": "exact, the loss being quadratic",
    "quotients-of-plain-numbers": "torch is asked nothing, and the loss is a polynomial",
    "quotient-in-long-doubles": "torch is asked nothing, and the digits go on",
    "quotient-in-decimals": "torch is asked nothing, and the digits go on",
    "quotient-in-fractions": "torch is asked nothing, and the digits go on",
    "decomposed-by-torch": "torch's own formula for a kernel, in Python",
    "decomposed-softmax": "torch's own formula for a kernel, in Python",
    "clipped-by-a-fresh-module": "a function of torch's that is Python, imported a second time",
    "shape-of-numpy-arrays": "numpy broadcasts, and torch is asked nothing",
    "paused-through-an-interface": "it writes into torch's memory by an address",
    "paused-through-strides": "it writes into torch's memory by an address",
}
"""Cheats that get full points, and why; docs/security.md says so of each."""
IN_A_NOTEBOOK = {
    "rough-but-for-one": "the visible cases are fewer than the careful ones",
    **dict.fromkeys(
        ("fork", "subprocess", "posix-spawn", "pool-of-processes", "worker-of-a-loader", "helper-through-files"),
        "another process is asked",
    ),
    "helper-through-a-socket": "another process is asked",
    "script-differentiated": "a private function of torch's, which is taken away in the room",
    "judging-patched": "the check itself is changed",
    **dict.fromkeys(
        ("record-functions-off", "record-paused", "switches-found-by-the-collector", "profiler-ended", "marks-forged"),
        "the record is switched off",
    ),
    "profiler-of-ones-own": "the record is switched off, where nobody else has a profiler",
    "record-off-in-memory": "the record is switched off, by its address",
    **dict.fromkeys(
        ("tanh-slope-by-its-key", "sigmoid-slope-by-its-key", "ready-softmax-by-its-key", "ready-sigmoid-by-its-key"),
        "a kernel by its dispatch key, below the record",
    ),
    "ready-relu-by-its-key": "a kernel by its dispatch key, below the record",
    "ready-lse-by-its-key": "a kernel by its dispatch key, below the record",
    "ready-sigmoid-of-an-expression": "torch's language of tensor expressions, beside the dispatcher",
    "library-under-another-name": "a library's files, imported as another",
}
"""Cheats that are refused when graded and get a tick in a notebook, which has no walls, and why."""
each_cheat = pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)


def in_the_room(answer, check, secret=None):
    """What a check says to an answer that is graded, its hidden cases drawn with this secret."""
    runner = Execute(**{**ROOM, "question_timeout": 8})
    runner.secret = secret
    done = runner.once(nbformat.from_dict(deepcopy(small_notebook(answer, check))), {})
    (record,) = done.metadata.course.exercises
    state = "accepted" if record["passed"] else "refused" if record["next"] == NOT_BY_HAND else record["state"]
    message = "\n".join("\n".join(output.traceback) for output in done.cells[-1].outputs if "traceback" in output)
    return Said(state, message, tuple(done.metadata.course.integrity))


def test_are_there_cheats_of_every_kind_in_every_week():
    names = [answer.name for answer in ANSWERS]
    assert len(set(names)) == len(names) >= 54
    weeks = {answer.exercise.split("/")[0] for answer in ANSWERS}
    assert weeks >= set(WEEKS)
    assert set(ENDS) | set(GETS_THROUGH) <= set(names)


def test_does_the_guide_name_every_cheat_that_gets_through():
    guide = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert [name for name in GETS_THROUGH if f"`{name}`" not in guide] == []


def test_does_the_guide_name_every_cheat_that_a_notebook_does_not_see():
    guide = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert [name for name in IN_A_NOTEBOOK if f"`{name}`" not in guide] == []


@pytest.mark.long
def test_does_a_notebook_pass_none_that_is_refused_later_but_those_that_need_walls():
    """All that need them (but for two whose helpers stay for a minute), and every tenth of the others.

    What is only remarked is refused nowhere.
    """
    need = {name for name in IN_A_NOTEBOOK if not name.startswith("helper-")}
    known = {*IN_A_NOTEBOOK, *ENDS}
    others = [each for each in ANSWERS if each.name not in known and not each.remark][::10]
    some = [*others, *(each for each in ANSWERS if each.name in need)]
    ticked = {name for name, said in in_notebook(some).items() if said.accepted}
    assert ticked - set(GETS_THROUGH) <= set(IN_A_NOTEBOOK) and len(ticked) > 15


@pytest.mark.long
@each_cheat
def test_is_a_cheat_refused_or_remarked(answer):
    said = in_the_room(answer, answer.task.check.source, SECRET)
    seen = not said.accepted or (answer.remark and bool(said.remarks))
    assert seen == (answer.name not in GETS_THROUGH), f"{answer.style}: {said.state}, {said.remarks}"


@pytest.mark.long
@each_cheat
def test_does_a_cheat_succeed_where_only_the_numbers_are_looked_at(answer):
    said = in_the_room(answer, numbers_alone(answer))
    assert said.accepted == (answer.name not in ENDS), said.message
