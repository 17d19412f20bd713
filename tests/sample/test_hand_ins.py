"""Is each sample student's notebook what it should be, and is its deserved score right?"""

from __future__ import annotations

import csv
import json
import os
import sys
import types
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.authoring.text.parse import read
from course.cli import main
from course.coursedir import sample_dates
from course.sample import hand_ins, paper, students
from course.syntax.regions import stub, without

FIRST = '''# %% [markdown]
# # Numbers

# %%
import torch

from course import cases, check

# %% solution="start"
### BEGIN SOLUTION
start = torch.tensor([1.0, 2.0])
### END SOLUTION

# %% check="start" points=1
check.shape(start, (2,))
### BEGIN HIDDEN TESTS
check.value(start, torch.tensor([1.0, 2.0]))
### END HIDDEN TESTS

# %% wrong="start" name="swapped"
# says: The order is swapped.
# next: Swap it back.
start = torch.tensor([2.0, 1.0])

# %%
shifted = start + 1

# %% solution="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% check="double" points=2
### BEGIN HIDDEN TESTS
check.gradient(double, of=lambda x: x, on=cases.draw(x="n"), wrt="x")
### END HIDDEN TESTS

# %% wrong="double" name="squared"
# says: You square.
#   That is something else.
# next: Add it to itself.
def double(x):
    return x * x

# %% [markdown] answer="why" points=5
# Because.

# %% solution="quadruple"
def quadruple(x):
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION

# %% check="quadruple" points=4
### BEGIN HIDDEN TESTS
check.function(quadruple, lambda x: 4 * x, on=cases.draw(x="n"))
### END HIDDEN TESTS

# %% wrong="quadruple" name="once"
# says: Only once.
# next: Twice.
def quadruple(x):
    return double(x)

# %% solution="last"
### BEGIN SOLUTION
last = shifted.sum()
### END SOLUTION

# %% check="last" points=8
### BEGIN HIDDEN TESTS
check.value(last, 5.0)
### END HIDDEN TESTS

# %% wrong="last" name="mean"
# says: The mean.
# next: The sum.
last = shifted.mean()
'''

SECOND = '''# %% [markdown]
# # More

# %% solution="grow"
def grow(x):
    """Adds one in place."""
    ### BEGIN SOLUTION
    x += 1
    ### END SOLUTION

# %% check="grow" points=16
### BEGIN HIDDEN TESTS
check.function(grow, lambda x: x + 1, on=cases.draw(x="n"), mutates="x")
### END HIDDEN TESTS

# %% wrong="grow" name="elsewhere"
# says: A new tensor.
# next: In place.
def grow(x):
    return x + 1
'''


def meta(cell):
    role = cell.role
    return {
        "schema_version": 3,
        "grade_id": f"check-{cell.name}" if role == "check" else cell.name,
        "grade": role in ("check", "answer"),
        "solution": role in ("solution", "answer"),
        "locked": role == "check",
        **({"points": cell.points} if cell.points is not None else {}),
    }


def release(root: Path, week: str, name: str, text: str, check: bool = True) -> None:
    """A source and its released notebook; the release is made here, so that these tests need no other part."""
    path = root / "source" / week / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if not check:
        return
    notebook = new_notebook()
    for number, cell in enumerate(cell for cell in read(path).cells if cell.released):
        source = without(cell.source, "HIDDEN TESTS") if cell.role == "check" else cell.source
        if cell.role in ("solution", "answer"):
            source = stub(source, cell.name, cell.kind)
        new = (new_code_cell if cell.kind == "code" else new_markdown_cell)(source, id=f"c{number}")
        if cell.name:
            new.metadata["nbgrader"] = meta(cell)
        notebook.cells.append(new)
    out = root / "release" / week / f"{name}.ipynb"
    out.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, out)


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "nbgrader_config.py").touch()
    release(tmp_path, "week5", "first", FIRST)
    release(tmp_path, "week5", "second", SECOND)
    release(tmp_path, "week1", "only", SECOND)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def deserved(root: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (root / "submitted" / "DESERVED.csv").open(newline="") as file:
        return {(row["student"].removeprefix("sample-"), row["assignment"]): row for row in csv.DictReader(file)}


def cells(root: Path, student: str, name: str = "first", week: str = "week5") -> dict[str, str]:
    """The submitted cells' text by nbgrader id; the others by number."""
    notebook = nbformat.read(root / "submitted" / f"sample-{student}" / week / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    return {cell.metadata.get("nbgrader", {}).get("grade_id", i): cell.source for i, cell in enumerate(notebook.cells)}


def run(*arguments: str) -> int:
    return main(["sample", *arguments])


def test_does_each_student_deserve_what_the_sources_say(root):
    assert run() == 0
    rows = deserved(root)
    scores = {student: row["deserved"] for (student, week), row in rows.items() if week == "week5"}
    assert scores == {
        "perfect": "31",
        "blank": "0",
        "half": "3",  # start 1 and double 2; of one exercise, the first half is none
        "mistaken": "0",
        "shapes": "0",
        "raises": "27",  # quadruple: the first on which nothing builds, while `last` builds on start
        "loop": "23",  # last
        "no-test": "31",
        "duplicate": "31",
        "not-json": "",
        "late": "27.9",
        "traps": "31",
        "killed": "27",  # quadruple, whose cell ends its own kernel
    }
    assert {row["max_score"] for (_, week), row in rows.items() if week == "week5"} == {"36"}
    states = {student: row["state"] for (student, week), row in rows.items() if week == "week5"}
    assert [student for student, state in states.items() if state != "graded"] == ["not-json"]
    assert all(row["why"] for row in rows.values())
    assert {student for student, week in rows if week == "week1"} == {"perfect", "blank", "mistaken"}


def test_is_the_late_penalty_taken_notebook_by_notebook(root, monkeypatch):
    seen = []
    monkeypatch.setitem(
        sys.modules,
        "course.grading.gradebook.late",
        types.SimpleNamespace(late_penalty=lambda score, late: seen.append((score, late)) or 1.5),
    )
    run("week5", "--students", "sample-late", "sample-perfect")
    assert seen == [(15, 86400.0), (16, 86400.0)]
    assert deserved(root)["late", "week5"]["deserved"] == "28"
    stamps = {path.parts[-3]: path.read_text() for path in root.glob("submitted/*/*/timestamp.txt")}
    assert stamps["sample-perfect"] < f"{sample_dates.DUE:%Y-%m-%d %H:%M:%S} UTC\n" < stamps["sample-late"]


def test_are_the_answers_the_sources_without_their_markers(root):
    run("week5")
    perfect = cells(root, "perfect")
    assert perfect["start"] == "start = torch.tensor([1.0, 2.0])"
    assert perfect["double"] == 'def double(x):\n    """Twice x."""\n    return 2 * x'
    assert perfect["why"] == "Because."
    assert "HIDDEN" not in str(perfect) and "SOLUTION" not in str(perfect)
    released = (root / "release/week5/first.ipynb").read_text()
    assert json.loads(released) == json.loads((root / "submitted/sample-blank/week5/first.ipynb").read_text())
    half = cells(root, "half")
    assert half["double"] == perfect["double"] and "NotImplementedError" in half["quadruple"]
    assert half["last"] == "last = ...  # YOUR CODE HERE"
    assert cells(root, "mistaken")["double"] == "def double(x):\n    return x * x"


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


def test_are_the_bytes_the_same_again_and_left_alone(root):
    run("--all")
    before = {path: (path.read_bytes(), path.stat().st_ino) for path in root.glob("submitted/**/*.*")}
    assert len(before) == 1 + 13 * (3 + 2)
    run()
    assert {path: (path.read_bytes(), path.stat().st_ino) for path in root.glob("submitted/**/*.*")} == before


def test_is_unchanged_work_left_undone_and_a_damaged_submission_mended(root, monkeypatch, capsys):
    run("week5")
    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(hand_ins, "open_papers", lambda *_: pytest.fail("nothing changed"))
        assert run("week5") == 0
    assert "week5: 13 sample submissions, up to date" in capsys.readouterr().out
    (root / "submitted/sample-half/week5/first.ipynb").write_text("{}")
    run("week5")
    assert "1 written" in capsys.readouterr().out
    (root / "submitted/DESERVED.csv").unlink()
    run("week5")
    assert len(deserved(root)) == 13
    release(root, "week5", "first", FIRST.replace("points=8", "points=9"))
    release(root, "week9", "only", SECOND.replace("points=16", "points=oops"), check=False)
    assert run("week5", "week9") == 1  # stops at week9; what week5 now deserves is not forgotten
    release(root, "week9", "only", SECOND)
    run("week5", "week9")
    assert deserved(root)["perfect", "week5"]["deserved"] == "32"


def test_do_other_folders_and_rows_stay(root):
    other = root / "submitted/ada/week5/first.ipynb"
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    (root / "submitted/DESERVED.csv").write_text("student,assignment,deserved\nada,week5,7\ngone,week5,1\n")
    run("week1")
    run("week5", "--students", "sample-late")
    assert other.read_text() == "mine"
    assert deserved(root)["ada", "week5"]["deserved"] == "7"
    assert set(deserved(root)) == {("ada", "week5"), ("late", "week5")} | {
        (student, "week1") for student in ("perfect", "blank", "mistaken")
    }
    assert {path.name for path in (root / "submitted").iterdir() if path.is_dir()} == {
        "ada", "sample-late", "sample-perfect", "sample-blank", "sample-mistaken",
    }  # fmt: skip


def test_are_students_who_are_there_kept_up_to_date(root):
    run("week1", "--students", "sample-killed")
    release(root, "week1", "only", SECOND.replace("points=16", "points=32"))
    run("week1")
    assert deserved(root)["killed", "week1"]["max_score"] == "32"
    (root / "submitted/sample-killed/week1/old.ipynb").write_text("{}")
    run("week1")
    assert not (root / "submitted/sample-killed/week1/old.ipynb").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["week9"], 2, "unknown week 'week9'. The weeks are: week1, week5."),
        (["--students", "ada"], 2, "unknown sample student 'ada'. They are: sample-perfect"),
    ],
)
def test_does_an_unknown_name_say_which_there_are(root, capsys, arguments, status, says):
    assert run(*arguments) == status
    assert says in capsys.readouterr().err
    assert not (root / "submitted").exists()


def test_does_a_missing_or_old_release_say_what_to_do(root, capsys):
    release(root, "week1", "only", SECOND)
    (root / "source/week1/only.py").write_text(SECOND.replace("grow", "grew"))
    assert run("week1") == 1
    assert "has no cell 'grew'" in (err := capsys.readouterr().err) and "course release week1" in err
    os.remove(root / "release/week1/only.ipynb")
    assert run("week1") == 1
    assert "only.ipynb: is missing. Run `course release week1`" in capsys.readouterr().err
    (root / "release/week1/only.ipynb").write_text("no")
    assert run("week1") == 1
    assert "is no notebook" in capsys.readouterr().err


def test_does_no_course_folder_say_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run() == 2
    assert "Go to the course's folder" in capsys.readouterr().err


def test_is_what_an_exercise_builds_on_read_from_names(tmp_path):
    text = """# %%
import torch

# %% solution="a"
### BEGIN SOLUTION
a = 1
### END SOLUTION

# %%
total = a
count = 0
for a_local in range(3):
    count += a_local

# %% solution="b"
def b(a):
    ### BEGIN SOLUTION
    return [total for total in a]
    ### END SOLUTION

# %% solution="c"
class c:
    def go(self):
        ### BEGIN SOLUTION
        return total
        ### END SOLUTION

# %% solution="d"
### BEGIN SOLUTION
count = 5
d = count
### END SOLUTION

# %% solution="e"
def e():
    ### BEGIN SOLUTION
    return c().go() + count
    ### END SOLUTION
"""
    checks = "".join(
        f'\n# %% check="{name}" points=1\n### BEGIN HIDDEN TESTS\ncheck.value({name}, {"a" if name == "d" else 1})\n'
        "### END HIDDEN TESTS\n"
        for name in "abcde"
    )
    release(tmp_path, "week1", "only", text + checks)
    builds_on, users = paper._dependencies(read(tmp_path / "source/week1/only.py"))
    assert builds_on == {"a": set(), "b": set(), "c": {"a"}, "d": {"a"}, "e": {"a", "c", "d"}}
    assert users == {"a": 1, "b": 0, "c": 0, "d": 0, "e": 0}
    made = paper.Paper(read(tmp_path / "source/week1/only.py"), tmp_path / "release/week1/only.ipynb")
    made.lose("c")
    assert made.earned == 3
    assert [made.pick(place) for place in (0, 1)] == ["b", "e"]


def test_does_every_student_have_an_id_of_its_own_kind():
    assert all(name.startswith("sample-") for name in students.STUDENTS)
