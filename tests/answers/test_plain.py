"""Do results of any honest kind stand for what they hold, by the one rule, and nothing else?"""

import collections
import dataclasses
import itertools
import types
from typing import NamedTuple

import numpy as np
import pytest
import torch
from small_notebooks import answer, given, notebook, passed, run_notebook, sandbox, test_cell  # noqa: F401 (a fixture)

from course import cases, check
from course.answers.other import Other
from course.answers.plain import MOST_ITEMS, plain
from course.runtime.verdict import CheckFailed


@dataclasses.dataclass
class Gradients:
    dW: object
    db: object


class Pair(NamedTuple):
    first: object
    second: object


ONE = torch.ones(2)
ALIKE = [
    (Pair(1, ONE), (1, ONE)),
    (Gradients(ONE, [np.float64(2.5)]), (ONE, [2.5])),
    ({"a": 1, "b": 2}.values(), [1, 2]),
    (dict(a=1).items(), [("a", 1)]),
    (range(3), [0, 1, 2]),
    ((each for each in "ab"), ["a", "b"]),
    (map(int, "12"), [1, 2]),
    (collections.deque([1, 2]), [1, 2]),
    (collections.OrderedDict(a=np.bool_(True)), {"a": True}),
    (types.MappingProxyType({np.int64(3): np.float32(0.5)}), {3: 0.5}),
    (torch.Size([2, 3]), (2, 3)),
    (np.int64(7), 7),
]


@pytest.mark.parametrize(("given", "right"), ALIKE, ids=[type(given).__name__ for given, _ in ALIKE])
def test_does_a_value_stand_for_what_it_holds(given, right):
    found = plain(given)
    assert type(found) is type(right) and repr(found) == repr(right)
    assert repr(plain(found)) == repr(right)


@pytest.mark.parametrize("value", [None, "text", ONE, np.zeros(2), {1, 2}, Other("a Foo"), Gradients, 1 + 2j])
def test_does_everything_else_stay_what_it_is(value):
    assert plain(value) is value


def test_does_what_never_ends_end():
    assert len(plain(itertools.count())) == MOST_ITEMS
    endless = []
    endless.append(endless)
    assert isinstance(plain(endless), list)


NUMBERS = cases.draw(seeds=2, a="n", b="n", without="edges")
KINDS = {
    "a named tuple": "from collections import namedtuple\ndef f(a, b):\n    return namedtuple('R', 'x y')(a+b, a-b)",
    "a list": "def f(a, b):\n    return [a + b, a - b]",
    "a dataclass": (
        "import dataclasses\n@dataclasses.dataclass\nclass R:\n    x: object\n    y: object\n"
        "def f(a, b):\n    return R(a + b, a - b)"
    ),
    "a generator": "def f(a, b):\n    yield a + b\n    yield a - b",
    "values": "def f(a, b):\n    return dict(x=a + b, y=a - b).values()",
}
CHECK = 'check.function({0}, lambda a, b: (a + b, a - b), on=cases.draw(seeds=2, a="n", b="n"))'


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize("source", KINDS.values(), ids=KINDS)
def test_are_several_results_taken_in_any_honest_kind(source):
    names = {}
    exec(source, names)
    check.function(names["f"], lambda a, b: (a + b, a - b), on=NUMBERS)


def test_are_they_taken_when_graded_too():
    cells = [given("from course import cases, check")]
    for number, source in enumerate(KINDS.values()):
        cells.append(answer(f"f{number}", source.replace("def f(", f"def f{number}(")))
        cells.append(test_cell(f"f{number}", CHECK.format(f"f{number}")))
    cells.append(answer("own", "import numpy as np\nown = {np.int64(1): range(2)}.items()"))
    cells.append(test_cell("own", "check.value(own, [(1, [0, 1])])"))
    done = run_notebook(notebook(*cells))
    said = passed(done)
    assert len(said) == len(KINDS) + 1 and all(said.values()), said


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda a, b: float((a * b).sum()), "A Python number stands where a tensor is asked for"),
        (lambda a, b: np.array(float((a * b).sum())), "A NumPy array stands where a tensor is asked for"),
        (lambda a, b: [(a * b).sum()], "A list stands where one tensor is asked for"),
    ],
)
def test_is_it_said_what_stands_where_a_tensor_should(answer, says):
    with pytest.raises(CheckFailed, match=says):
        check.function(answer, lambda a, b: (a * b).sum(), on=NUMBERS)


@pytest.mark.usefixtures("graded")
def test_is_a_number_taken_from_numpy_and_from_a_tensor_without_dimensions():
    for each in (np.float64(2.5), torch.tensor(2.5), np.array(2.5), 2.5):
        check.value(each, 2.5)
    for each in (torch.tensor([2.5]), np.array([2.5]), "2.5", True):
        with pytest.raises(CheckFailed):
            check.value(each, 2.5)
