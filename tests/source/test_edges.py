"""Is every edge that an exercise is asked stated in its text or its docstring, and is no reason missing?"""

import re

import pytest
from home import ROOT

from course.authoring.proof import rehearse
from course.authoring.text.parse import read
from course.judges import functions, gradients
from course.syntax.regions import without

TEXTS = sorted(ROOT.glob("source/*/*.py"))
ONE = re.compile(r"\b(one|single|alone|1)\b|\(1,\)", re.IGNORECASE)
ZERO = re.compile(r"\b(0|zero|zeros|nought)\b", re.IGNORECASE)


def asked(source, monkeypatch):
    """By exercise, the edges that its checks ask of the solution."""
    found, now = {}, []

    def noting(original, at):
        def judge(*arguments, **options):
            question = arguments[at]
            on = question.on if hasattr(question, "on") else question
            found.setdefault(now[-1], set()).update(case.edge.says for case in getattr(on, "edges", []))
            return original(*arguments, **options)

        return judge

    for module, name, at in ((functions, "_function", 3), (gradients, "_judged", 2)):
        monkeypatch.setattr(module, name, noting(getattr(module, name), at))
    for stage in rehearse.stages(source):
        now.append(stage.exercise.name)
        with rehearse.environment(graded=True):
            assert rehearse.run([stage.exercise.solution.source, stage.check], stage.names) is None
    return found


def told(source):
    """By exercise, its text: the prose between the check before it and its own cell, and what the stub says."""
    found, prose = {}, []
    for cell in source.cells:
        if cell.kind == "markdown":
            prose.append(cell.source)
        elif cell.role == "solution":
            found[cell.name] = "\n".join([*prose, without(cell.source, "SOLUTION")])
        elif cell.role == "check":
            prose = []
    return found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_is_every_edge_that_is_asked_stated(path, monkeypatch):
    source = read(path)
    texts = told(source)
    silent = []
    for name, edges in asked(source, monkeypatch).items():
        if any(" = 1" in edge or "one example" in edge for edge in edges) and not ONE.search(texts[name]):
            silent.append(f"{name}: a size of one")
        if any("exactly 0" in edge for edge in edges) and not ZERO.search(texts[name]):
            silent.append(f"{name}: entries that are 0")
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_do_no_edges_get_lost_where_lists_of_cases_are_put_together(path):
    lost = re.findall(r"on=\[[^\]\n]*\*cases\.(?:draw|layers)\([^\n]*", path.read_text())
    assert not lost, "write `[a] + cases.draw(...)`: " + "\n".join(lost)
