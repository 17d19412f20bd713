"""Are a student's answers the sources' own, and does a lost exercise cost those that build on it?"""

import json

from sample_course import cells, release

from course.authoring.text.parse import read
from course.cli import main
from course.sample import paper


def run(*arguments: str) -> int:
    return main(["sample", *arguments])


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
    builds_on, users = paper.dependencies(read(tmp_path / "source/week1/only.py"))
    assert builds_on == {"a": set(), "b": set(), "c": {"a"}, "d": {"a"}, "e": {"a", "c", "d"}}
    assert users == {"a": 1, "b": 0, "c": 0, "d": 0, "e": 0}
    made = paper.Paper(read(tmp_path / "source/week1/only.py"), tmp_path / "release/week1/only.ipynb")
    made.lose("c")
    assert made.earned == 3
    assert made.scores == {"a": 1, "b": 1, "c": 0, "d": 1, "e": 0}
    assert [made.pick(place) for place in (0, 1)] == ["b", "e"]
