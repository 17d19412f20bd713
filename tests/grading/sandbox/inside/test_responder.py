"""What a kernel answers when it is asked about the names of a submission, and which requests it knows."""

import ast
from pathlib import Path

import pytest
import torch

from course.answers.other import Other
from course.grading.sandbox import remote_kernel
from course.grading.sandbox import room as rooms
from course.grading.sandbox.inside.kernel import Kernel
from course.grading.sandbox.inside.slices import SliceKernel
from course.grading.sandbox.inside.warden import Warden
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.remote_kernel import KernelLost, RoomLost
from course.grading.sandbox.room import Room

NAMES = """
import torch
def double(X):
    print('not for anybody to see')
    return {'twice': 2 * X, 'of': (X.shape[0], 'rows')}
class Net(torch.nn.Module):
    def __init__(self, h=3):
        super().__init__(); self.layer = torch.nn.Linear(2, h)
    def forward(self, X): return self.layer(X)
net, value, thing, sized = Net(), [1, ..., torch.ones(2)], object(), {'a': {1, 2}}
def broken(X): return X.nope
def stub(X): raise NotImplementedError('stub')
def slow(X):
    while True: pass
def dies(X): import os; os._exit(0)
def huge(X): return torch.zeros(1, dtype=torch.float64).expand(40_000_000)
"""


@pytest.mark.long
def test_what_do_names_stand_for(own):
    own.run(NAMES)
    found = own.kernel.look(["double", "Net", "net", "value", "thing", "sized", "nope", "torch"])
    assert found["double"] == ["function"] and found["Net"] == ["class"] and found["nope"] == ["missing"]
    assert found["net"] == ["object", "a Net", True]
    assert found["value"][0] == "value" and found["value"][1][:2] == [1, ...]
    assert isinstance(found["thing"][1], Other) and isinstance(found["sized"][1]["a"], Other)


@pytest.mark.long
def test_are_many_cases_asked_in_one_go(own):
    own.run(NAMES)
    calls = [{"X": torch.ones(n, 2)} for n in (1, 2, 3)]
    replies = own.kernel.ask("double", None, calls)
    assert [reply.value["of"] for reply in replies] == [(1, "rows"), (2, "rows"), (3, "rows")]
    assert torch.equal(replies[2].value["twice"], torch.full((3, 2), 2.0))
    number, made = own.kernel.make("Net", (4,))
    assert made.is_module and made.parameters["layer.weight"].shape == (4, 2)
    assert own.kernel.ask("Net", number, calls)[0].value.shape == (1, 4)
    assert own.text("print('quiet')") == "quiet\n", "what a question printed is shown nowhere"


@pytest.mark.long
def test_do_errors_come_as_sentences(own):
    own.run(NAMES)
    call = [{"X": torch.ones(2)}]
    reply = own.kernel.ask("broken", None, call)[0]
    assert "AttributeError" in reply.error and "at `def broken(X): return X.nope`" in reply.exception
    assert own.kernel.ask("stub", None, call * 3)[0].not_done == "stub"


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "reason"),
    [("slow", "it did not answer in time"), ("dies", "it ended itself"), ("huge", "it ")],
)
def test_does_a_question_that_goes_wrong_cost_its_copy_alone(own, name, reason):
    own.run(NAMES)
    copy = own.kernel.snapshot()
    with pytest.raises(KernelLost) as lost:
        copy.ask(name, None, [{"X": torch.ones(1)}])
    assert lost.value.reason.startswith(reason)
    assert own.text("print('on')") == "on\n"


def sent(module):
    """What a module of the grader's asks for: of the first process in a sandbox, and of a kernel."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    kinds = {"warden": set(), "kernel": set()}
    to_warden = {
        id(part)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("tell", "_fork", "control.send"))
        for part in ast.walk(call)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "do":
                    kinds["warden" if id(node) in to_warden else "kernel"].add(ast.literal_eval(value))
    return kinds


def test_is_every_request_that_the_grader_sends_in_the_tables_of_who_answers():
    kernel, room = sent(remote_kernel), sent(rooms)
    assert room["kernel"] == set()
    assert kernel["warden"] | room["warden"] == set(Warden.REQUESTS)
    assert kernel["kernel"] == {*Kernel.REQUESTS, *SliceKernel.REQUESTS}


@pytest.mark.parametrize("kind", [Kernel, SliceKernel, Warden])
def test_is_every_entry_of_the_tables_the_method_of_its_name(kind):
    for request, handler in kind.REQUESTS.items():
        assert handler.__name__ == f"do_{request}" and callable(getattr(kind, handler.__name__))
    assert {name for name in dir(kind) if name.startswith("do_")} == {f"do_{request}" for request in kind.REQUESTS}


@pytest.mark.long
@pytest.mark.parametrize(
    "request_",
    [
        {"do": "serve"},
        {"do": "reveal"},
        {"do": "slice", "statements": []},
        {"do": "mark", "name": "x"},
        {"do": ["run"]},
    ],
)
def test_is_an_unknown_request_refused_by_a_kernel(own, request_):
    with pytest.raises(KernelLost, match="nonsense"):
        own.kernel._ask(request_)


@pytest.mark.long
def test_is_a_cell_refused_where_slices_run(own, room):
    reader = room.reading()
    reader.slice([(False, "def f(x):\n    return x")])
    with pytest.raises(KernelLost):
        reader.run("1", seconds=2, clean=False)


@pytest.mark.long
def test_does_an_unknown_request_end_the_first_process():
    room = Room(Limits())
    room.enter({})
    with pytest.raises(RoomLost):
        room.tell({"do": "reveal"})
    room.process.wait(timeout=10)
    assert not room.alive
    room.close()
