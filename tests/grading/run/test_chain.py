"""Does a right answer keep its points where an earlier exercise, which it uses, is wrong, and nobody else theirs?"""

import pytest
from small_notebooks import SETTINGS, answer, given, notebook, sandbox, test_cell  # noqa: F401 (a fixture)

from course.grading.run.execute import Execute

SOLUTIONS = {
    "relu": "def relu(Z):\n    ### BEGIN SOLUTION\n    secret = Z.clamp(min=0)\n    return secret",
    "twice": "def twice(Z):\n    return 2 * relu(Z)",
    "four": "def four(Z):\n    return 2 * twice(Z)",
    "total": "total = relu(torch.tensor([-1.0, 3.0])).sum()",
}
RIGHT = {
    "relu": "def relu(Z):\n    return Z * (Z > 0)",
    "twice": "def twice(Z):\n    return relu(Z) + relu(Z)",
    "four": "def four(Z):\n    return twice(Z) + twice(Z)",
    "total": "total = relu(torch.tensor([3.0, -2.0])).sum()",
}
FACTORS = {"relu": 1, "twice": 2, "four": 4}
WRONG = "def relu(Z):\n    return Z.abs()"
STUB = "def relu(Z):\n    raise NotImplementedError('relu')"


def check_of(name, by_hand=False):
    if name == "total":
        return test_cell(name, "check.value(total, torch.tensor(3.0))")
    how = ", by_hand=True" if by_hand else ""
    on = 'on=cases.draw(seeds=2, Z="n h")'
    return test_cell(name, f"check.function({name}, lambda Z: {FACTORS[name]} * Z.clamp(min=0), {on}{how})")


def graded(by_hand=False, between="", **answers):
    cells = [
        cell
        for name, right in RIGHT.items()
        for cell in (
            answer(name, answers.get(name, right)),
            check_of(name, by_hand),
            *([given(between)] * bool(between)),
        )
    ]
    return cells


def run(cells, solutions=SOLUTIONS, **settings):
    runner = Execute(**{**SETTINGS, **settings})
    runner.solutions = solutions
    done = runner.once(notebook(*cells), {})
    return {record["exercise"]: record for record in done.metadata.course.exercises}, done


def passing(records):
    return [name for name, record in records.items() if record["passed"]]


@pytest.mark.parametrize(
    ("first", "by_hand"),
    [(WRONG, False), (WRONG, True), (STUB, False), ("def relu(Z) return Z", False), ("relu = 3", True)],
    ids=["wrong", "wrong, by hand", "stub", "no Python", "a number, by hand"],
)
def test_do_right_answers_keep_their_points_behind_a_wrong_one(first, by_hand):
    records, done = run(graded(by_hand, relu=first))
    assert passing(records) == ["twice", "four", "total"]
    assert records["relu"]["state"] in ("failed", "not done")
    says = "four passes with the right `relu` in the place of yours, and keeps its points."
    assert says in done.metadata.course.repairs
    (output,) = next(
        cell for cell in done.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "check-four"
    ).outputs
    assert (output.output_type, output.name, output.text) == ("stream", "stdout", says)


def test_do_points_go_with_the_setting_and_the_words_to_where_the_mistake_is():
    records, done = run(graded(relu=WRONG), keep_points=False)
    assert passing(records) == []
    told = records["four"]
    assert told["where"] == "four passes with the right `relu` in the place of yours."
    assert (told["cause"], told["named"]) == ("The mistake is in `relu`, not here.", True)
    assert told["next"] == "Mend `relu`; this passes with it." and records["relu"]["cause"] != told["cause"]


def test_is_an_answer_that_is_wrong_itself_refused_in_its_own_words():
    wrong = "def twice(Z):\n    return 3 * relu(Z)"
    records, _ = run(graded(relu=WRONG, twice=wrong))
    assert passing(records) == ["four", "total"], "with the right `relu` and `twice`"
    assert "in the place of yours" not in records["twice"]["where"]
    before, _ = run(graded(relu=WRONG, twice=wrong), solutions={})
    assert records["twice"] == before["twice"] and passing(before) == []


def test_does_nobody_get_points_for_what_is_not_done_or_does_not_use_the_wrong_one():
    stub = "def twice(Z):\n    raise NotImplementedError('twice')"
    apart = "def four(Z):\n    return 5 * Z"
    records, _ = run(graded(relu=WRONG, twice=stub, four=apart))
    assert passing(records) == ["total"]
    assert records["twice"]["state"] == "not done"


def test_does_no_solution_show_nor_stay():
    """What a reply says while the solutions are there is not shown, and the kernel of other questions has none."""
    prying = (
        "import inspect\ndef twice(Z):\n    try:\n        text = inspect.getsource(relu)\n    except Exception:\n"
        "        text = str(relu.__code__.co_varnames)\n    raise ValueError(text)"
    )
    told = "def four(Z):\n    raise ValueError(str(relu.__code__.co_varnames))"
    records, done = run(graded(relu=WRONG, twice=prying, four=told))
    assert "secret" not in str(done) and passing(records) == ["total"]
    assert "Z.abs" in records["twice"]["cause"] + records["twice"]["where"] or "'Z'" in str(records["twice"])


@pytest.mark.parametrize(
    "twice",
    [
        "import os\ndef twice(Z):\n    return 2 * relu(Z)\nos._exit(0)",
        "while True: pass",
        "def twice(Z):\n    while True: pass",
    ],
    ids=["ends Python", "hangs", "hangs when asked"],
)
def test_does_an_answer_that_ends_or_hangs_cost_itself_alone(twice):
    records, _ = run(graded(relu=WRONG, twice=twice))
    assert passing(records) == ["four", "total"] and not records["twice"]["passed"]
