"""A graded notebook of two exercises and its feedback page, and what no page may hold."""

import base64
import re

from html_tags import Tags
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.grading.gradebook.marks import CHECKED, WRITTEN, Mark, Part
from course.grading.pages.feedback import FeedbackExporter
from course.grading.pages.preprocessors import HideTests

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
