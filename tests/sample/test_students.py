"""Does each sample student do what it is there for, and nothing else?"""

import json

import nbformat
import pytest
from sample_course import cells

from course.cli import main
from course.coursedir.sample_dates import SAMPLE
from course.sample import students


def run(*arguments: str) -> int:
    return main(["sample", *arguments])


def test_does_the_mischief_stand_where_it_should(root):
    run("week5")
    perfect, plain = cells(root, "perfect"), cells(root, "perfect", "second")
    raises = cells(root, "raises")
    assert raises["quadruple"].startswith("def quadruple(x):\n    raise ValueError(")
    assert cells(root, "loop")["last"] == "while True:\n    pass"
    assert set(perfect) - set(cells(root, "no-test")) >= {"check-quadruple"}
    duplicate = nbformat.read(root / "submitted/sample-duplicate/week5/first.ipynb", as_version=4)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in duplicate.cells]
    assert ids.count("quadruple") == ids.count("check-quadruple") == 2
    assert len({cell.id for cell in duplicate.cells}) == len(ids)
    with pytest.raises(json.JSONDecodeError):
        json.loads((root / "submitted/sample-not-json/week5/first.ipynb").read_text())
    assert cells(root, "killed")["quadruple"].endswith("os.kill(os.getpid(), 9)")
    for student in ("raises", "loop", "no-test", "duplicate", "not-json", "traps", "killed"):
        assert cells(root, student, "second") == plain


def test_are_the_traps_set_and_the_answers_still_right(root, capsys):
    run("week5")
    traps = cells(root, "traps")
    shown = [source.splitlines()[-1] for name, source in traps.items() if str(name).startswith("check-")]
    assert shown == ['float("nan")', "display(None)", 'numpy.float64("0.0")', "torch.tensor(0.0)"]
    space = {}
    with pytest.warns(UserWarning, match="copy construct"):
        exec(traps["double"], space)
        assert space["double"](3) == 6
    assert "stderr" in capsys.readouterr().err


def test_are_misshapen_answers_the_right_numbers_in_a_wrong_shape_or_dtype(root):
    import torch

    run("week5")
    shapes, space = cells(root, "shapes"), {"torch": torch}
    names = list(shapes)
    exec(shapes[names[names.index("start") - 1]], space)
    for name in ("start", "double"):
        exec(shapes[name], space)
    assert space["start"].tolist() == [[1.0, 2.0]]
    doubled = space["double"](torch.tensor([1.5], dtype=torch.float64))
    assert doubled.dtype == torch.float32 and doubled.tolist() == [3.0]
    second = cells(root, "shapes", "second")
    exec(second["grow"], space)
    x = torch.zeros(2)
    space["grow"](x)
    assert x.tolist() == [0, 0]
    change = space["misshapen"]
    assert change((1, [True], {"a": torch.tensor(2)}, None), "shape")[:2] == ([1], [[True]])

    class Doubler(torch.nn.Module):
        def forward(self, x):
            return 2 * x

    assert change(Doubler, "shape")()(torch.ones(3)).shape == (1, 3)


def test_does_every_student_have_an_id_of_its_own_kind():
    assert all(name.startswith(SAMPLE) for name in students.STUDENTS)
