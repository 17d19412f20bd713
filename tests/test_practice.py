"""Do the practices give every ID numbers of its own, and does the ID on record count?"""

import dataclasses
import itertools
import os
import random

import pytest
import torch
from home import ROOT

from course import practice
from course.authoring.proof.rehearse import rehearse
from course.authoring.text.parse import read

TEXTS = sorted(ROOT.glob("source/practice*/*.py"))
EDGES = ["0000000", "9999999", "5555555", "0123456", "9876543", "0909090", "9090909", "1000000", "0000001"]
SAMPLE = EDGES + [f"{n:07d}" for n in random.Random(5).sample(range(10**7), 1000)]


def flat(value):
    """Every number of a question, in order."""
    if isinstance(value, torch.Tensor):
        return value.flatten().tolist()
    if isinstance(value, dict):
        return [number for part in value.values() for number in flat(part)]
    if isinstance(value, list):
        return [number for part in value for number in flat(part)]
    return [value]


def numbers(name, id_digits):
    return flat(vars(practice.QUESTIONS[name](f"U{id_digits}X")))


def ask(name, id_digits):
    return practice.QUESTIONS[name](f"U{id_digits}X")


def test_are_the_digits_of_an_id_a_to_g():
    assert practice.digits("U1234567X") == (1, 2, 3, 4, 5, 6, 7)
    assert practice.digits(" a0900001z ").b == 9


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("U123456X", "6 digits"),
        ("U12345678X", "8 digits"),
        ("1234567", "begin with a letter"),
        ("U1234567", "end with a letter"),
        ("U12345O7X", "something else than digits"),
        ("U123-567X", "contains '-'"),
        ("U١٢٣٤٥٦٧X", "only letters and digits"),
        ("U1234567X\nU1234567X", "only letters and digits"),
        ("", "nothing between"),
        ("X", "end with a letter"),
        ("UX", "0 digits"),
        (1234567, "quotation marks"),
        (None, "quotation marks"),
        ([1, 2], "quotation marks"),
    ],
)
def test_is_a_malformed_id_told_what_is_wrong_and_what_the_form_is(typed, words):
    assert not practice.is_id(typed)
    with pytest.raises(ValueError, match="such as U1234567X") as error:
        practice.digits(typed)
    assert words in str(error.value)
    assert error.value._render_traceback_() == [f"student_id   {error.value}"]


def test_does_an_id_that_is_not_filled_in_say_what_the_cell_waits_for():
    with pytest.raises(NotImplementedError, match="^student_id$"):
        practice.block(...)


def test_is_every_question_public():
    assert {*practice.QUESTIONS} < {*practice.__all__} <= {*vars(practice)}
    assert all(getattr(practice, name) is question for name, question in practice.QUESTIONS.items())


@pytest.mark.parametrize("name", practice.QUESTIONS)
def test_do_the_same_digits_give_the_same_finite_float64_numbers(name):
    question = practice.QUESTIONS[name]
    assert numbers(name, "3141592") == flat(vars(question("a3141592b")))
    assert repr(question("U3141592X"))
    for id_digits in EDGES:
        for value in vars(ask(name, id_digits)).values():
            if isinstance(value, torch.Tensor):
                assert value.dtype == (torch.int64 if (name, value.dim()) == ("scores", 1) else torch.float64)
                assert value.isfinite().all()


@pytest.mark.parametrize("name", practice.QUESTIONS)
def test_does_every_digit_that_a_question_uses_change_its_numbers_and_no_other(name):
    uses = practice.QUESTIONS[name].digits
    assert uses
    for start in ("0000000", "9999999", "2718281"):
        for place, letter in enumerate("abcdefg"):
            variants = {tuple(numbers(name, start[:place] + str(digit) + start[place + 1 :])) for digit in range(10)}
            assert len(variants) == (10 if letter in uses else 1), (name, start, letter)


def test_do_both_practices_together_use_every_digit_often():
    for letter in "abcdefg":
        assert sum(letter in question.digits for question in practice.QUESTIONS.values()) >= 6


def test_has_block_three_different_sizes_and_places_inside():
    for digits in itertools.product("0123456789", repeat=4):
        own = ask("block", "".join(digits) + "000")
        layers, rows, columns = own.numbers.shape
        assert len({layers, rows, columns}) == 3
        assert 0 < own.j < rows - 1
        assert 1 < own.k < columns - 1


def test_does_perceptron_learn_and_is_no_later_score_a_tie():
    for digits in itertools.product("0123456789", repeat=4):
        own = ask("perceptron", "000" + "".join(digits))
        theta, mistakes, first = [0.0, 0.0, 0.0], [], True
        X, y = own.X.tolist(), own.y.tolist()
        while 0 not in mistakes:
            mistakes.append(0)
            for (x0, x1), t in zip(X, y, strict=True):
                z = theta[0] * x0 + theta[1] * x1 + theta[2]
                assert first or abs(z) > 5e-5
                first = False
                if t * z <= 0:
                    theta = [theta[0] + t * x0, theta[1] + t * x1, theta[2] + t]
                    mistakes[-1] += 1
        assert sum(mistakes) >= 3
        assert 2 <= len(mistakes) <= 10


def test_do_the_numbers_of_practice_1_hide_no_mistake():
    for id_digits in SAMPLE:
        sales = ask("shares", id_digits)
        assert sales.A.min() > 0
        assert sales.B.min() > 0

        neuron = ask("neuron", id_digits)
        error = neuron.x @ neuron.W.T + neuron.b - neuron.y
        assert error.abs().min() > 1
        assert 0.05 < 1 - 2 * neuron.lr * (neuron.x @ neuron.x + 1) < 1

        points = ask("line", id_digits)
        design = torch.cat([points.x, torch.ones_like(points.x)], dim=1)
        best = torch.linalg.lstsq(design, points.y[:, None]).solution[:, 0]
        assert best.min() > 0.4
        assert ((design @ best - points.y) ** 2).mean() > 0.4
        assert points.lr * torch.linalg.eigvalsh(design.T @ design / 5).max() < 1.3

        judged = ask("side", id_digits)
        z = judged.X @ judged.w + judged.b
        assert z.abs().min() > 0.05
        assert (judged.y * z > 0).tolist() == [True, True, False, True]
        assert 0.15 < z[3] < 0.5  # a mask with another bound than 0 shows

        street = ask("svm", id_digits)
        m = street.y * (street.X @ street.w + street.b)
        assert (m < 1).tolist() == [False, True, True, False, True]
        assert (m < 0).tolist() == [False, False, True, False, False]
        assert m.abs().min() > 0.15
        assert (m - 1).abs().min() > 0.2

        odds = ask("logistic", id_digits)
        z = odds.X @ odds.w + odds.b
        assert z[3] > 750
        assert z[:3].abs().max() < 10
        assert "e+" not in repr(odds)


def test_has_the_table_one_hole_in_each_column_of_inputs():
    for id_digits in SAMPLE:
        header, *rows = [row.split(", ") for row in ask("table", id_digits).text.splitlines()]
        assert header == ["chairs", "place", "price"]
        holes = [[row[column] for row in rows].index("NA") for column in (0, 1)]
        assert holes[0] != holes[1]
        assert sum(row.count("NA") for row in rows) == 2
        known = sorted(float(row[0]) for row in rows if row[0] != "NA")
        assert len(set(known)) == 4
        assert sum(known) / 4 > (known[1] + known[2]) / 2 + 1


def test_do_the_numbers_of_practice_2_hide_no_mistake():
    for id_digits in SAMPLE:
        net = ask("network", id_digits)
        Z = net.X @ net.W1.T + net.b1
        on = (Z > 0).sum(dim=0)
        assert Z.abs().min() > 0.14
        assert on.tolist() == ([2, 1, 2] if int(id_digits[5]) % 2 else [3, 2, 2])
        outputs = Z.clamp(min=0) @ net.W2.T + net.b2
        assert outputs.min() < -0.1
        assert outputs.max() > 0.1

        box = ask("corners", id_digits)
        sides = box.X[3] - box.X[0]
        assert sides[0] > sides[1] > 0
        assert box.low < 0 < box.high

        own = ask("activation", id_digits)
        assert abs(own.beta - 1) > 0.05
        assert 0.07 < own.gamma < 0.53
        assert abs(own.gamma - 0.5) > 0.02  # the slope at 0 is not 0

        own = ask("graph", id_digits)
        assert own.x * own.y + own.t < -1.6 and own.t != 1

        own = ask("gradients", id_digits)
        assert own.slope == torch.tensor(own.slope, dtype=torch.float32).item()  # a mask in float32 loses nothing
        assert 0 < own.slope < 0.4

        own = ask("scores", id_digits)
        assert own.Z[2, [0, 1, 3]].min() > 750
        assert own.Z[2].max() - own.Z[2].min() > 750
        assert 0 <= own.y.min() <= own.y.max() < 4
        assert own.y[2] != 2
        P = torch.softmax(own.Z, dim=1).flatten()
        assert P[10] == 0
        assert P[torch.arange(12) != 10].min() > 1e-3
        assert "e+" not in repr(own)

        own = ask("sizes", id_digits)
        assert len(set(own.widths)) == 4
        inputs, first, second, outputs = own.widths
        count = first * (inputs + 1) + second * (first + 1) + outputs * (second + 1)
        assert (count - outputs) // (inputs + 1 + outputs) not in own.widths
        assert (count - outputs) % (inputs + 1 + outputs) > 0


def test_does_the_training_of_practice_2_fall_in_every_step():
    for id_digits in SAMPLE[:150]:
        own = ask("training", id_digits)
        W1, b1, W2, b2, losses = own.W1, own.b1, own.W2, own.b2, []
        for _ in range(own.steps):
            A = torch.tanh(own.X @ W1.T + b1)
            errors = A @ W2.T + b2 - own.Y
            losses.append(errors.square().mean().item())
            dZ = errors @ W2 * (1 - A * A) / 2
            W1, b1 = W1 - own.lr * dZ.T @ own.X, b1 - own.lr * dZ.sum(0)
            W2, b2 = W2 - own.lr * errors.T @ A / 2, b2 - own.lr * errors.sum(0) / 2
        assert all(after < before for before, after in itertools.pairwise(losses))
        assert 0.1 < losses[-1] < 0.98 * losses[0]


def test_are_three_claims_spoilt_each_in_one_gradient():
    for id_digits in EDGES + SAMPLE[::20]:
        own = ask("claims", id_digits)
        P = [parameter.requires_grad_() for parameter in (own.W1, own.b1, own.W2, own.b2)]
        wrong = []
        for claim in own.claims.values():
            loss = ((torch.relu(own.X @ P[0].T + P[1]) @ P[2].T + P[3] - claim["Y"]) ** 2).mean()
            right = torch.autograd.grad(loss, P)
            assert min(part.norm() for part in right) > 1e-3
            mine = [claim[name] for name in ("dW1", "db1", "dW2", "db2")]
            wrong.append(sum(not torch.allclose(a, b) for a, b in zip(mine, right, strict=True)))
        assert sorted(wrong) == [0, 0, 1, 1, 1]


@pytest.fixture
def graded(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    return monkeypatch


def test_does_the_typed_id_count_in_a_students_notebook(monkeypatch):
    monkeypatch.delenv(practice.VARIABLE, raising=False)
    assert practice.on_record("u1234567x") == "u1234567x"
    with pytest.raises(practice.NotAnID):
        practice.on_record("U123")
    with pytest.raises(NotImplementedError, match="student_id"):
        practice.on_record(...)


def test_does_the_id_on_record_count_while_grading(graded):
    graded.setenv(practice.VARIABLE, "U1234567X")
    assert practice.on_record("u1234567x") == "u1234567x"
    assert practice.on_record("A1234567B") == "U1234567X"  # the same numbers; exercise 1.1 alone is lost
    with pytest.raises(AssertionError, match="another ID is on record") as error:
        practice.on_record("U1234568X")
    assert practice.OTHER_ID in str(error.value)
    assert "U1234567X" not in str(error.value)  # a mixed-up submission does not tell on its owner
    with pytest.raises(AssertionError, match="6 digits"):
        practice.on_record("U123456X")
    with pytest.raises(AssertionError, match="not done"):
        practice.on_record(...)


def test_is_an_id_on_record_that_is_none_the_graders_mistake(graded):
    graded.setenv(practice.VARIABLE, "s01")
    with pytest.raises(ValueError, match="COURSE_STUDENT_ID is 's01'"):
        practice.on_record("U1234567X")


def outcomes(path, typed, known, monkeypatch, roles=()):
    """What the checks say to the solutions (and to answers in these roles) of a student who typed an ID."""
    monkeypatch.delenv(practice.VARIABLE, raising=False)
    if known:
        monkeypatch.setitem(os.environ, practice.VARIABLE, known)
    source, cells = read(path), []
    for cell in source.cells:
        drawing = cell.role is None and cell.kind == "code" and "plot." in cell.source and "import" not in cell.source
        if drawing or (cell.role in ("wrong", "right") and cell.role not in roles):
            continue
        if (cell.role, cell.name) == ("solution", "student_id"):
            cell = dataclasses.replace(cell, source=cell.source.replace("U1234567X", typed))
        cells.append(cell)
    return list(rehearse(dataclasses.replace(source, cells=cells)))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.parent.name)
def test_does_a_practice_solved_for_another_id_lose_its_points(path, monkeypatch):
    for outcome in outcomes(path, "U1234567X", "U7654321Z", monkeypatch):
        assert practice.OTHER_ID in outcome.hidden, outcome


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("id_digits", ["0000000", "9999999", "8053172"])
def test_is_the_solution_right_for_other_ids_too(path, id_digits, monkeypatch):
    for outcome in outcomes(path, f"U{id_digits}X", f"U{id_digits}X", monkeypatch):
        assert not outcome.hidden, outcome
        assert not outcome.visible, outcome


@pytest.mark.long
@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("id_digits", [*EDGES[:2], "2254257", "6982340", "7260626"])
def test_is_every_known_mistake_caught_for_other_ids_too(path, id_digits, monkeypatch):
    for outcome in outcomes(path, f"U{id_digits}X", "", monkeypatch, roles=("wrong", "right")):
        if "another student" not in (outcome.answer.title or ""):  # two IDs may share the digits of one question
            assert outcome.as_it_should, outcome
