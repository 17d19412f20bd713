"""An author's hour in JupyterLab: a text opened as a notebook, an exercise made with nbgrader's panel, saved, built."""

import re

import nbformat
import pytest
from playwright.sync_api import expect
from small_course import course

from course.authoring.text.parse import read

pytestmark = pytest.mark.browser

TEXT = """\
# %% [markdown]
# # Week 9: Softplus
#
# Softplus is ReLU with its corner sanded off, $s(z) = \\log(1 + e^{z})$.

# %%
import torch

from course import cases, check

# %% [markdown]
# ### Exercise 1.1: softplus, backwards
#
# **Your turn.** Write `softplus_backward(dA, Z)`. `dA` and `Z` are `(n, h)`, and so is the answer. For `dA = [[2.]]`
# and `Z = [[0.]]` it is `[[1.]]`.
"""
ANSWER = '''\
def softplus_backward(dA, Z):
    """Gradient of the loss with respect to Z, (n, h), from dA, that with respect to softplus(Z)."""
    ### BEGIN SOLUTION
    return dA * torch.sigmoid(Z)
    ### END SOLUTION'''
CHECK = """\
softplus, shapes = torch.nn.functional.softplus, dict(dA="n h", Z="n h")
some = cases.draw(seeds=2, **shapes)
check.gradient(softplus_backward, of=softplus, on=some, wrt="Z", upstream="dA", by_hand=True)
### BEGIN HIDDEN TESTS
many = cases.draw(seeds=24, seed0=100, **shapes)
check.gradient(softplus_backward, of=softplus, on=many, wrt="Z", upstream="dA", by_hand=True)
### END HIDDEN TESTS"""


def test_has_the_text_what_an_author_adds_with_the_panel(desk, home, shots):
    text = home / "source" / "week9" / "softplus.py"
    text.parent.mkdir()
    text.write_text(TEXT)

    desk.go("source/week9")
    item = desk.page.locator("#jp-left-stack .jp-DirListing-item", has_text="softplus.py")
    item.click(button="right")
    menu = desk.page.locator(".lm-Menu")
    menu.get_by_text("Open With", exact=True).hover()
    menu.get_by_text(re.compile("^(Jupytext )?Notebook$")).first.click()
    desk.notebook_is_ready()
    shots("opened")

    desk.hide_sides()
    desk.page.locator(".lm-TabBar-tab[title='Nbgrader Create Assignment']").click()
    panel = desk.page.locator(".nbgrader-CreateAssignmentWidget")
    panel.locator(".nbgrader-CellWidget").first.wait_for()
    active = panel.locator(".nbgrader-CellWidget.nbgrader-mod-active")

    def new_cell(source, kind, name, points=None):
        """A cell below the last, with its source and what the panel is told of it."""
        cells = desk.panel.locator(".jp-Cell")
        count = cells.count()
        cells.last.locator(".jp-InputPrompt").click()
        desk.page.keyboard.press("b")
        expect(cells).to_have_count(count + 1)
        desk.write(cells.last, source)
        active.locator(".nbgrader-CellType select").select_option(kind)
        for field, text in ((".nbgrader-CellId", name), (".nbgrader-CellPoints", points)):
            if text is not None:
                active.locator(f"{field} input").fill(str(text))
                active.locator(f"{field} input").press("Enter")

    new_cell(ANSWER, "solution", "softplus_backward")
    new_cell(CHECK, "tests", "check-softplus_backward", points=2)
    expect(panel.locator(".nbgrader-TotalPointsInput")).to_have_value("2")
    shots("exercise")
    desk.cell("def softplus_backward").locator(".cm-content").click()
    parts = (
        desk.page.locator("#jp-top-panel"),
        desk.panel.locator(".jp-Cell").last,
        panel.locator(".nbgrader-CellWidget").last,
    )
    shots.picture("author", [*parts])
    desk.save()
    shots("saved")

    cells = read(text).cells
    assert [(cell.role, cell.name, cell.points) for cell in cells] == [
        ("text", None, None),
        ("code", None, None),
        ("text", None, None),
        ("solution", "softplus_backward", None),
        ("check", "softplus_backward", 2),
    ]
    assert [cell.source for cell in cells[3:]] == [ANSWER, CHECK]
    assert TEXT.splitlines()[:9] == text.read_text().splitlines()[:9]  # what was not edited is as it was
    course(home, "build", "week9")
    course(home, "release", "week9")
    released = nbformat.read(home / "release/week9/softplus.ipynb", as_version=4)
    assert 'raise NotImplementedError("softplus_backward")' in released.cells[-2].source
    assert "seed0=100" not in released.cells[-1].source
