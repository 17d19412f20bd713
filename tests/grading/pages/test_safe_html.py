"""Does nothing of a notebook reach a page but text, true pictures and plain formatting?"""

import base64
import re
import time

import pytest
from feedback_pages import EVIL, PNG, assert_harmless, notebook, render, words
from html_tags import Tags
from nbformat.v4 import new_output

from course.grading.pages import safe_html


def test_are_outputs_text_and_true_pictures_only():
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


def test_is_a_flood_cut_and_said_to_be():
    nb = notebook(written="word " * 20_000)
    nb.cells[1].outputs = [new_output("stream", text="x" * 1_000_000)] * 50
    page = render(nb)
    assert len(page) < 250_000
    assert page.count("more characters are left out here") == safe_html.MAX_OUTPUTS + 1


@pytest.mark.parametrize("text", ["\ud800 half a pair", "> " * 5000 + "x", "[" * 20_000, "*_" * 9_000, "`" * 19_999])
def test_does_text_written_to_break_a_parser_end_in_a_page_soon(text):
    began = time.process_time()
    page = render(notebook(written=text))
    page.encode("utf-8")
    assert_harmless(page)
    assert time.process_time() - began < 5


NASTY = [
    "<script>alert(1)</script>",
    "<<script>script>alert(1)</script>",
    "<p><script>alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='https://x' onclick=alert(1) style='position:fixed' target=_top>x</a>",
    "<a xlink:href='javascript:alert(1)' href='mailto:a@b'>x</a>",
    "<b onmouseover=alert(1)>b",
    "<img src=x onerror=alert(1)><img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<svg onload=alert(1)><script>alert(1)</script><a href='javascript:alert(1)'>x</a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template><iframe srcdoc='<script>alert(1)</script>'>t</iframe>",
    "<textarea></textarea><img src=x onerror=alert(1)><title></title><script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp><plaintext><script>alert(1)</script>",
    "<style>@import 'https://evil.example'</style><link rel=stylesheet href=//evil.example><base href=//evil.example>",
    "<object data=x></object><embed src=x><video src=x onerror=alert(1)></video><meta http-equiv=refresh content=0>",
    "<!--[if IE]><script>alert(1)</script><![endif]--><p>x<!-- --!><script>alert(1)</script>",
    "<table><td>x<script>y</td><td background='javascript:alert(1)'>",
    "<p <b <script <img onerror=",
    "</p></div></body><script>alert(1)</script>",
    "<b>" * 5000,
]


@pytest.mark.parametrize("markup", NASTY)
def test_has_a_sanitised_page_nothing_but_formatting(markup):
    assert_only_formatting(safe_html.sanitised(markup))
    assert_only_formatting(safe_html.sanitised(safe_html.sanitised(markup)))
    assert_only_formatting(safe_html.formatted(markup))
    assert_only_formatting(safe_html.formatted(f"- a\n  > {markup}\n\n| a | b |\n|---|---|\n| {markup} | b |\n"))


def assert_only_formatting(page):
    for tag, attributes in Tags(page).found:
        assert tag in safe_html.TAGS and set(attributes) <= {"href"}, (tag, attributes)
        assert tag == "a" or not attributes
        assert re.match(r"(?!\s)(https?://|mailto:|[^:]*$)", attributes.get("href", "")), attributes


@pytest.mark.parametrize("scheme", ["javascript", "data", "vbscript", "file", "blob", "ftp", "tel", "x"])
def test_is_a_link_of_markdown_taken_away_unless_it_leads_to_a_page(scheme):
    page = safe_html.formatted(f"[words]({scheme}:alert(1)) <{scheme}:alert(1)> [more][1]\n\n[1]: {scheme}:alert(1)")
    assert_only_formatting(page)
    assert f'"{scheme}:' not in page and "words" in page and "more" in page


def test_does_plain_formatting_stay_as_it_was_written():
    page = safe_html.formatted(
        "# A\n\n**b** *i* `c` [x](https://x.example/a?b=1&c=2)\n\n> q\n\n1. one\n2. two\n\n| a |\n|---|\n| 1 |\n"
    )
    assert page == (
        "<h1>A</h1>\n<p><strong>b</strong> <em>i</em> <code>c</code> "
        '<a href="https://x.example/a?b=1&amp;c=2">x</a></p>\n'
        "<blockquote>\n<p>q</p>\n</blockquote>\n<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n"
        "<table>\n<thead>\n<tr>\n  <th>a</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n  <td>1</td>\n</tr>\n</tbody>\n</table>\n"
    )


def test_does_the_text_of_what_is_taken_out_stay_as_text():
    assert safe_html.sanitised("<u>under</u> <script>1 < 2</script> &quot;so&quot;") == 'under 1 &lt; 2 "so"'


def test_is_half_a_character_no_reason_to_lose_the_formatting():
    assert safe_html.formatted("**b** \ud800") == "<p><strong>b</strong> ?</p>\n"
