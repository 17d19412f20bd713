"""The page a student gets back: what it says, what it hides, and what it never lets through."""

import base64
import hashlib
import re
import time

import nbformat
import pytest
from authoring_course import make_course
from html_tags import Tags
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback

from course.grading.gradebook.classroom import Classroom
from course.grading.gradebook.marks import CHECKED, WRITTEN, Mark, Part
from course.grading.pages import safe_html
from course.grading.pages.feedback import FeedbackExporter, page_of
from course.grading.pages.generate import Feedback
from course.grading.pages.preprocessors import NOTE, HideTests

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()
HIDDEN = "### BEGIN HIDDEN TESTS\nsecret_cases = cases.draw(seeds=24)\n### END HIDDEN TESTS"
MESSAGE = {
    "what": "dZ against autograd, 24 cases",
    "where": "first at row 0, column 0",
    "cause": "You return X itself.",
    "next": "Multiply it by two.",
}
EVIL = (
    '<script>alert("EVIL")</script><img src=x onerror=alert("EVIL")><iframe src="https://evil.example"></iframe>'
    "<svg onload=alert('EVIL')><a href='javascript:alert(1)'>EVIL</a></svg><style>body{display:none}</style>"
    "<form action='https://evil.example'><input name=x></form><meta http-equiv=refresh content='0;url=//evil.example'>"
)


def cell(make, source, name=None, **marks):
    made = make(source)
    if name:
        flags = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3, **marks}
        made.metadata["nbgrader"] = {"grade_id": name, **flags}
    return made


def notebook(state="failed", answer="def double(X):\n    return X", written="Because it **is** so.", **record):
    """A graded notebook of one checked exercise, `double`, and one written answer, `why`."""
    nb = new_notebook()
    nb.cells = [
        cell(new_markdown_cell, "## 1.2 Your turn: *double* it"),
        cell(new_code_cell, answer, "double", solution=True),
        cell(new_code_cell, f"check.function(double)\n{HIDDEN}", "check-double", grade=True, points=2),
        cell(new_markdown_cell, "## 2. In words"),
        cell(new_markdown_cell, written, "why", grade=True, solution=True, points=3),
    ]
    record = {
        "exercise": "try_double",
        "grade_id": "check-double",
        "points": 2,
        "passed": state == "passed",
        "state": state,
        **(MESSAGE if state == "failed" else dict.fromkeys(MESSAGE, "")),
        **record,
    }
    nb.metadata["course"] = {"exercises": [record], "repairs": [], "integrity": []}
    return nb


def resources(score=0.0, *, points=2.0, by_hand=False, why=None, unread=True, parts=None, comments=None, name=""):
    marks = {
        "check-double": Mark("ada", "small", "check-double", CHECKED, points, score, by_hand, False),
        "why": Mark("ada", "small", "why", WRITTEN, 3.0, why, why is not None and not unread, unread),
    }
    info = {"student": "ada", "assignment": "week9", "notebook": "small", "name": name, "marks": marks}
    info |= {"parts": parts or [Part("ada", "small", score + (why or 0), 5.0, 0.0)], "comments": comments or {}}
    return {"nbgrader": info, "metadata": {"name": "small", "path": ""}}


def render(nb, **kw):
    exporter = FeedbackExporter()
    exporter.register_preprocessor(HideTests)
    page, _ = exporter.from_notebook_node(nb, resources(**kw))
    return page


def words(page):
    """The text of a page as a reader sees it, without its style sheet, in single spaces."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", body)
    for code, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(code, sign)
    return " ".join(text.split())


def assert_harmless(page):
    """No script, nothing fetched, nowhere to go but anchors, neighbouring pages and plain links."""
    tags = Tags(page).found
    names = [tag for tag, _ in tags]
    assert not {"script", "iframe", "form", "input", "object", "embed", "link", "base", "video"} & set(names)
    assert names.count("style") == 1 and names.count("meta") == 4
    for tag, attributes in tags:
        for key, value in attributes.items():
            assert not key.startswith("on"), (tag, key)
            assert key != "style", tag
            if key == "href":
                assert re.match(r"#|https?://|mailto:|[\w%.-]+\.html$", value), value
            if key in ("src", "srcset", "action", "data", "xlink:href"):
                assert value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")), value


def test_a_wrong_answer_stands_beside_its_message():
    page = render(notebook())
    said = words(page)
    for sentence in MESSAGE.values():
        assert sentence in said
    assert "not yet" in said and "0 / 2" in said and "return X" in said
    assert said.index("Multiply it by two.") < said.index("def double")
    assert "1.2 Your turn: double it" in said


def test_the_table_leads_to_every_exercise():
    tags = Tags(render(notebook())).found
    ids = [attributes["id"] for tag, attributes in tags if tag == "section"]
    jumps = {attributes["href"] for tag, attributes in tags if tag == "a"}
    assert ids == ["double", "why"], "named after the student's cell, not after what the check calls"
    assert {"#double", "#why"} <= jumps


def test_the_first_thing_to_do_is_said_first():
    assert "Begin with double" in words(render(notebook()))
    assert "Begin with" not in words(render(notebook("passed"), score=2.0))


def test_a_right_answer_is_folded_and_says_nothing_more():
    page = render(notebook("passed", what="dZ against autograd"), score=2.0)
    assert "2 / 2" in words(page) and "dZ against" not in page
    assert re.search(r"<details class=\"own\"><summary>Your answer</summary>", page)


def test_an_exercise_without_an_answer_shows_no_stub():
    page = render(notebook("not done", answer="raise NotImplementedError('double')"))
    assert "not answered" in words(page) and "NotImplementedError" not in page


def test_an_optional_exercise_is_called_so_and_is_not_where_to_begin():
    said = words(render(notebook(), points=0.0))
    assert "optional" in said and "Begin with" not in said


def test_the_late_penalty_is_shown_and_taken_off():
    page = render(notebook("passed"), score=2.0, parts=[Part("ada", "small", 4.0, 5.0, 1.5)])
    said = words(page)
    assert "You earned 4 points. It came late, so 1.5 are taken off." in said
    assert "2.5 / 5" in said and "<title>Week 9, small: 2.5 / 5</title>" in page


def test_a_score_never_falls_below_zero():
    assert "0 / 5" in words(render(notebook(), parts=[Part("ada", "small", 1.0, 5.0, 3.0)]))


def test_an_answer_that_nobody_has_read_has_no_zero():
    said = words(render(notebook()))
    assert "– / 3" in said and "1 answer waits for a person" in said


def test_a_read_answer_has_its_comment_and_points():
    page = render(notebook(), why=2.0, unread=False, comments={"why": "Good, but *why* two?"})
    said = words(page)
    assert "read by a person" in said and "2 / 3" in said
    assert "<em>why</em> two?" in page and "<strong>is</strong>" in page
    assert "waits for a person" not in said


def test_points_that_a_person_set_on_a_check_are_said_to_be_so():
    assert "A person set these points." in words(render(notebook(), score=1.0, by_hand=True))


def test_an_unanswered_question_shows_no_placeholder():
    page = render(notebook(written="*Write your answer here.*"), why=None, unread=False)
    assert "Write your answer here" not in page and "not answered" in words(page)


def test_a_formula_in_an_answer_is_not_taken_for_emphasis():
    page = render(notebook(written="With $w_1 * x_1$ and $w_2 * x_2$ it holds."))
    assert "$w_1 * x_1$ and $w_2 * x_2$" in page


def test_hidden_tests_are_nowhere_not_even_in_a_message():
    line = "secret_cases = cases.draw(seeds=24)"
    nb = notebook(what=f"the line {line}", where=f"at {line}")
    nb.cells[1].outputs = [new_output("stream", text=f"found: {line}\n"), new_output("error", traceback=[line])]
    page = render(nb)
    assert "secret_cases" not in page and "HIDDEN TESTS" not in page and NOTE in page
    assert "check . function" in words(page), "the visible part is the student's to read"


def test_the_page_forbids_scripts_and_knows_its_own_style():
    page = render(notebook())
    meta = [attributes for tag, attributes in Tags(page).found if tag == "meta" and "http-equiv" in attributes]
    policy = meta[0]["content"]
    assert meta[0]["http-equiv"] == "Content-Security-Policy"
    assert policy.startswith("default-src 'none';") and "script" not in policy and "unsafe" not in policy
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy, "or the browser would drop the style"
    assert page.index("Content-Security-Policy") < page.index("<style>")


@pytest.mark.parametrize("where", "written answer heading message comment name repair attachment".split())
def test_nothing_of_a_notebook_becomes_markup(where):
    nb, kw = notebook(), {}
    if where == "written":
        nb.cells[4].source = f"{EVIL}\n\n[EVIL](javascript:alert(1)) ![EVIL](https://evil.example/x.png) <b onclick=x>"
    elif where == "answer":
        nb.cells[1].source = f"s = '''{EVIL}'''"
    elif where == "heading":
        nb.cells[0].source = f"# {EVIL}"
    elif where == "message":
        nb.metadata["course"]["exercises"][0].update(where=EVIL, cause=EVIL, what=EVIL, next=EVIL)
    elif where == "comment":
        kw["comments"] = {"why": EVIL, "double": EVIL}
    elif where == "name":
        kw["name"] = EVIL
    elif where == "repair":
        nb.metadata["course"]["repairs"] = [EVIL]
    else:
        svg = base64.b64encode(b"<svg onload=alert(1)>").decode()
        nb.cells[4]["attachments"] = {
            EVIL: {"image/png": PNG},
            "a.svg": {"image/svg+xml": svg},
            "b.png": {"image/png": svg},
            "c": "no bundle",
        }
    page = render(nb, **kw)
    assert_harmless(page)
    if where == "attachment":
        assert page.count("<img") == 1, "the one that is a PNG"


def test_outputs_are_text_and_true_pictures_only():
    svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    nb = notebook()
    nb.cells[1].outputs = [
        new_output("display_data", {"text/html": EVIL, "text/plain": "<plain words>"}),
        new_output("display_data", {"image/svg+xml": svg, "text/latex": "$EVILTEX$", "text/javascript": "EVILJS"}),
        new_output("display_data", {"image/png": PNG + "\n"}, metadata={"image/png": {"alt": 'a "curve"'}}),
        new_output("display_data", {"image/png": base64.b64encode(svg.encode()).decode(), "text/plain": "no picture"}),
        new_output("display_data", {"image/png": 'x" onerror="alert(1)', "text/plain": "nor this"}),
        new_output("stream", text="\x1b[31mred\x1b[0m </pre><script>EVIL</script>"),
        new_output("error", traceback=["-" * 75 + "\nE   Traceback (most recent call last)\nlast words"]),
    ]
    page = render(nb)
    assert_harmless(page)
    said = words(page)
    for seen in ("<plain words>", "no picture", "nor this", "red </pre><script>EVIL</script>", "last words"):
        assert seen in said
    for gone in ("EVILTEX", "EVILJS", "-----", "Traceback", "\x1b"):
        assert gone not in page
    images = [attributes for tag, attributes in Tags(page).found if tag == "img"]
    assert images == [{"src": f"data:image/png;base64,{PNG}", "alt": 'a "curve"'}]


def test_a_flood_is_cut_and_said_to_be():
    nb = notebook(written="word " * 20_000)
    nb.cells[1].outputs = [new_output("stream", text="x" * 1_000_000)] * 50
    page = render(nb)
    assert len(page) < 250_000
    assert page.count("more characters are left out here") == safe_html.MOST_OUTPUTS + 1


@pytest.mark.parametrize("text", ["\ud800 half a pair", "> " * 5000 + "x", "[" * 20_000, "*_" * 9_000, "`" * 19_999])
def test_text_written_to_break_a_parser_ends_in_a_page_soon(text):
    began = time.process_time()
    page = render(notebook(written=text))
    page.encode("utf-8")
    assert_harmless(page)
    assert time.process_time() - began < 5


def test_a_notebook_that_nbgraders_own_grader_ran_has_a_page_too():
    nb = notebook()
    del nb.metadata["course"]
    nb.cells[2].outputs = [new_output("error", ename="AssertionError", evalue="", traceback=["AssertionError: 3 != 4"])]
    assert "AssertionError: 3 != 4" in words(render(nb))
    nb.cells[2].outputs = []
    assert page_of(nb, resources(score=2.0)).exercises[0].kind == "passed"


def test_the_callers_notebook_is_left_as_it_was():
    nb = notebook()
    before = nbformat.writes(nb)
    render(nb)
    assert nbformat.writes(nb) == before


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A course with two notebooks in its week; Ada's autograded notebooks and marks are written by hand."""
    root = make_course(tmp_path_factory.mktemp("course"))
    classroom = Classroom(root)
    with classroom.gradebook() as gradebook:
        gradebook.add_assignment("week9")
        for name in ("small", "other", "third"):
            gradebook.add_notebook(name, "week9")
            gradebook.add_grade_cell("check-double", name, "week9", max_score=2, cell_type="code")
            gradebook.add_solution_cell("double", name, "week9")
        gradebook.add_grade_cell("why", "small", "week9", max_score=3, cell_type="markdown")
        gradebook.add_solution_cell("why", "small", "week9")
        gradebook.add_student("ada", first_name="Ada", last_name="<Lovelace>")
        submission = gradebook.add_submission("week9", "ada")
        for part in submission.notebooks:
            for grade in part.grades:
                if grade.name == "check-double":
                    grade.auto_score, grade.needs_manual_grade = (2.0 if part.name == "other" else 0.0), False
        gradebook.db.commit()
    folder = classroom.path("autograded", "ada", "week9")
    folder.mkdir(parents=True)
    nbformat.write(notebook(), folder / "small.ipynb")
    nbformat.write(notebook("passed"), folder / "other.ipynb")
    return classroom


def test_nbgraders_generate_feedback_writes_the_page_and_an_index(classroom):
    converter = GenerateFeedback(coursedir=classroom.directory("week9", "ada"), config=classroom.config)
    converter.start()
    folder = classroom.path("feedback", "ada", "week9")
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "other.html", "small.html"]
    small, index = ((folder / name).read_text() for name in ("small.html", "index.html"))
    assert "Ada <Lovelace>, ada" in words(small) and "secret_cases" not in small
    for page in (small, index):
        assert_harmless(page)
        assert 'href="other.html"' in page and 'href="third.html"' not in page
        assert "third (not handed in)" in words(page)
        assert "2 / 9" in words(page)


def test_a_persons_points_are_on_the_next_page_of_the_same_converter(classroom):
    pages = Feedback(classroom)
    small = classroom.path("feedback", "ada", "week9") / "small.html"
    pages.write("week9", "ada")
    assert "– / 3" in words(small.read_text())
    with Gradebook(classroom.directory().db_url, "neural-network-foundations") as gradebook:
        grade = gradebook.find_grade("why", "small", "week9", "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.0, 0.5, False
        gradebook.find_comment("why", "small", "week9", "ada").manual_comment = "Well put."
        gradebook.db.commit()
    pages.write("week9", "ada")
    said = words(small.read_text())
    assert "2.5 / 3" in said and "Well put." in said and "2.5 / 7" not in said and "2.5 / 5" in said


def test_a_class_of_pages_is_written_fast(classroom):
    pages = Feedback(classroom)
    pages.write("week9", "ada")
    began = time.process_time()
    for _ in range(20):
        pages.write("week9", "ada")
    assert (time.process_time() - began) / 20 < 0.04
