"""Some of the hostile corpus, and the runner itself; the whole corpus is `make hostile`."""

from collections import Counter

import pytest
from home import ROOT

from course.grading.run import task
from course.grading.run.execute import Execute
from hostile import FAMILIES, corpus
from hostile.findings import Finding, _Scripts, closing, look
from hostile.grading import grade
from hostile.place import Place
from hostile.table import document

EVERY = {case.name: case for case in corpus()}
SOME = (
    "patched-isclose",
    "wire-says-passed",
    "lying-tensor",
    "changed-metadata",
    "reads-the-gradebook",
    "records-then-prints",
    "modules-beside",
    "script-in-html-output",
    "os-exit",
    "answer-kills",
    "shadowed-names",
    "file-not-json",
    "metadata-gone",
    "everything-twice",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A course with the cases in SOME and a neighbour handed in."""
    made = Place(tmp_path_factory.mktemp("hostile") / "course")
    made.build({"practice1"})
    made.submissions = [made.hand_in(EVERY[name]) for name in SOME]
    made.submissions.append(made.neighbour("forging", "practice1", "practice"))
    return made


@pytest.fixture(scope="module")
def findings(place):
    run = grade(place, place.submissions, 1, lambda _: None)
    return look(place, place.submissions, run)


@pytest.mark.long
@pytest.mark.parametrize("name", [*SOME, "z-forging-practice1", "somebody"])
def test_does_a_hostile_submission_come_to_what_it_deserves(name, findings):
    assert [str(finding) for finding in findings if finding.name == name] == []


def test_are_there_cases_of_every_family_and_for_every_assignment():
    cases = EVERY.values()
    assert len(EVERY) >= 100
    assert set(FAMILIES) == {case.family for case in cases}
    weeks = Counter(case.week for case in cases)
    assert len(weeks) == 10
    assert min(weeks.values()) >= 3
    assert all(case.says for case in cases)


def test_is_the_table_of_the_cases_up_to_date():
    """Where not: `python -m tests.hostile --write`."""
    page = ROOT / "docs" / "hostile.md"
    assert page.read_text(encoding="utf-8") == document(list(EVERY.values()))


class Believing(Execute):
    """A grader that runs nothing: a test cell that shows no error is right."""

    def once(self, nb, files, given=()):
        nb.metadata["course"] = {"repairs": [], "exercises": [], "integrity": []}
        return nb


@pytest.mark.long
def test_does_the_runner_see_a_grader_that_believes_everything(place, findings, monkeypatch):
    monkeypatch.setattr(task, "Execute", Believing)
    fooled = [each for each in place.submissions if each.name in ("patched-isclose", "answer-kills")]
    run = grade(place, fooled, 1, lambda _: None)
    found = look(place, fooled, run)
    assert {finding.name for finding in found if finding.kind == "forged"} == {"patched-isclose", "answer-kills"}
    assert closing(fooled, found) == "hostile submissions: 2; forged 2; leaked 0; lost 0; crashed 0; hung 0"


@pytest.mark.long
def test_does_the_runner_see_points_lost_and_secrets_shown(place, findings):
    neighbour = place.submissions[-1]
    page = place.classroom.path("feedback", SOME_STUDENT, "practice1") / "practice.html"
    page.write_text(page.read_text() + place.secret + "<img src=x onerror='hostileScript()'>")
    with place.classroom.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook("practice", "practice1", neighbour.student)
        next(grade for grade in notebook.grades if grade.name == "check-walk").auto_score = 0
        gradebook.db.commit()
    seen = [each for each in place.submissions if each.student in (SOME_STUDENT, neighbour.student)]
    found = look(place, seen, type("Run", (), {"hung": {}, "crashed": {}})())
    assert Counter(finding.kind for finding in found) == {"leaked": 2, "lost": 1}


SOME_STUDENT = "h-lying-tensor"


@pytest.mark.parametrize(
    ("page", "runs"),
    [
        ("<script>hostileScript()</script>", True),
        ("<svg onload=hostileScript()></svg>", True),
        ('<a href="javascript:hostileScript()">x</a>', True),
        ('<iframe srcdoc="<script>hostileScript()</script>">', True),
        ("<pre>&lt;script&gt;hostileScript()&lt;/script&gt;</pre>", False),
        ('<script type="application/json">"hostileScript()"</script>', False),
        ("<p>javascript:hostileScript()</p>", False),
    ],
)
def test_is_a_script_told_from_its_text(page, runs):
    reader = _Scripts()
    reader.feed(page)
    assert bool(reader.found) == runs


def test_does_the_closing_line_count_submissions_not_findings():
    found = [Finding("lost", "one", "a"), Finding("lost", "one", "b"), Finding("forged", "two", "c")]
    assert closing([], found) == "hostile submissions: 0; forged 1; leaked 0; lost 1; crashed 0; hung 0"
