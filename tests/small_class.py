"""A small class that hands in: right, wrong, blank, and what cannot be read."""

import nbformat
from authoring_course import make_course

from course.authoring.notebooks.release import release_week
from course.grading.gradebook.classroom import Classroom

ANSWERS = {
    "double": "def double(X):\n    return 2 * X",
    "steps": "import torch\nfirst = torch.zeros(3, 1)\nsecond = torch.ones(3, 1)",
}


WRONG = "import sys\ndef double(X):\n    print('noise', file=sys.stderr)\n    return X"


def hand_in(root, student, change):
    """Write a submission: the released notebook with ANSWERS, after ``change(nb, answers)``; text is written as is."""
    nb = nbformat.read(root / "release" / "week9" / "small.ipynb", as_version=4)
    answers = dict(ANSWERS)
    made = change(nb, answers)
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    folder = root / "submitted" / student / "week9"
    folder.mkdir(parents=True, exist_ok=True)
    name, text = made or ("small.ipynb", nbformat.writes(nb))
    (folder / name).write_text(text)


def right(nb, answers):
    answers["double"] = "import sys\nprint('noise', file=sys.stderr)\n" + answers["double"]


def no_test(nb, answers):
    nb.cells = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "check-double"]


def wrong(nb, answers):
    answers["double"] = WRONG


CLASS = {
    "ada": right,
    "bob": lambda nb, answers: answers.pop("steps") and None,
    "cyn": wrong,
    "dan": lambda nb, answers: ("small.ipynb", "{"),
    "eve": lambda nb, answers: answers.update(double="import os\nos.kill(os.getpid(), 9)"),
    "fay": lambda nb, answers: ("other.ipynb", nbformat.writes(nb)),
    "gus": no_test,
}


def course_with_class(folder):
    """A course of one small week in ``folder``, released, with the whole class handed in; its root."""
    root = make_course(folder)
    Classroom(root)
    release_week(root, "week9")
    for student, change in CLASS.items():
        hand_in(root, student, change)
    return root
