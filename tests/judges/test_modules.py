"""Are modules and their parameters judged, and loss curves?"""

import inspect

import pytest
import torch
from small_notebooks import answer, given, notebook, passed, run_notebook, test_cell

from course import cases, check
from course.runtime.verdict import CheckFailed

pytestmark = pytest.mark.usefixtures("graded")


class Neuron(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.rand(2, 1))

    def forward(self, X):
        return X @ self.w


class Loose(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.rand(2, 1)

    def forward(self, X):
        return X @ self.w


def test_are_modules_and_their_parameters_checked():
    on = cases.draw(seeds=2, X="n 2", dtype=torch.float32)
    options = {"on": on, "parameters": {"w": (2, 1)}, "reference": lambda weights, X: X @ weights["w"]}
    check.module(Neuron, **options)
    with pytest.raises(CheckFailed, match="its parameters are none"):
        check.module(Loose, **options)
    with pytest.raises(CheckFailed, match="should be a torch.nn.Module"):
        check.module(dict, **options)
    with pytest.raises(CheckFailed, match="yours"):
        check.module(Neuron, on=on, reference=lambda weights, X: X @ weights["w"] + 1)


def test_does_a_module_stay_where_and_as_the_student_left_it():
    model = Neuron().double()
    model.kept = (model.w * 2).sum()  # a result with a history, which a plain copy would stumble over
    model.seen = []
    weight = model.w
    on = cases.draw(seeds=2, X="n 2")

    def moved(self, *arguments, **options):
        assert self is not model
        return self

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Neuron, "to", moved)
        patch.setattr(Neuron, "forward", lambda self, X: self.seen.append(1) or X @ self.w)
        check.module(model, on=on, reference=lambda weights, X: X @ weights["w"])
    assert model.w is weight and model.seen == [] and model.kept.grad_fn is not None


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([1.0, 2.0, 3.0], "does not fall"),
        ([3.0, float("nan"), 1.0], "ran away"),
        ([3.0, 2.0], "there should be 3"),
        ([3.0, 2.0, 1.9], "should end below 1"),
    ],
)
def test_is_a_bad_loss_curve_named(losses, words):
    with pytest.raises(CheckFailed, match=words):
        check.training(losses, below=1, steps=3)
    check.training([3.0, 2.0, 0.5], below=1, steps=3)


class Plain(torch.nn.Module):
    def __init__(self, w):
        super().__init__()
        self.w = torch.nn.Parameter(w.clone())
        self.first = w.clone()

    def forward(self, X):
        return X @ self.w


class Copied(Plain):
    def forward(self, X):
        return X @ self.first


class Cut(Plain):
    def forward(self, X):
        return X @ self.w.data


class Switched(Plain):
    def __init__(self, w):
        super().__init__(w)
        self.w.requires_grad_(False)


FALSE = [(Copied, "With other numbers in its parameters"), (Cut, "no right way back"), (Switched, "no right way back")]
ASKED = {
    "build": (torch.tensor([1.0, 3.0], dtype=torch.float64),),
    "parameters": {"w": (2,)},
    "reference": lambda weights, X: X @ weights["w"],
}


@pytest.mark.parametrize(("module", "says"), FALSE)
def test_is_a_module_asked_with_other_parameters_and_for_the_way_back(module, says):
    on = cases.draw(seeds=3, X="n 2")
    check.module(Plain, on=on, **ASKED)
    with pytest.raises(CheckFailed, match=says):
        check.module(module, on=on, **ASKED)


def test_is_it_asked_so_in_the_room_too():
    source = f"import torch\n{inspect.getsource(Plain)}\n{inspect.getsource(Cut)}"
    test = (
        "start = (torch.tensor([1.0, 3.0], dtype=torch.float64),)\n"
        'check.module({}, build=start, on=cases.draw(seeds=3, X="n 2"), reference=lambda weights, X: X @ weights["w"])'
    )
    cells = [given("from course import cases, check"), answer("classes", source)]
    cells += [test_cell(name, test.format(name)) for name in ("Plain", "Cut")]
    assert passed(run_notebook(notebook(*cells))) == {"Plain": True, "Cut": False}


def test_is_nothing_more_asked_where_the_right_answer_rests_on_no_parameter():
    start = torch.tensor([1.0, 3.0], dtype=torch.float64)
    on = cases.draw(seeds=3, X="n 2")
    check.module(Cut, build=(start,), on=on, reference=lambda weights, X: X @ start.to(X))
