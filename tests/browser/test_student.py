"""A student's hour in JupyterLab: open, run, answer wrongly, read why, answer rightly, validate."""

import shutil

import nbformat
import pytest
from lab import ROOT, RUN
from playwright.sync_api import expect
from small_course import TEXT, answered, course, solutions

pytestmark = pytest.mark.browser

WRONG = '''\
def two_layer_gradients(X, W1, b1, W2, b2, Y):
    """Gradients of the mean squared error of a two-layer ReLU network, by hand."""
    n = X.shape[0]
    Z1 = X @ W1.T + b1
    A1 = torch.relu(Z1)
    dY_hat = 2 * (A1 @ W2.T + b2 - Y) / n
    dZ1 = dY_hat @ W2 * (Z1 > 0)
    return dZ1.T @ X, dZ1.mean(0), dY_hat.T @ A1, dY_hat.mean(0)'''
RIGHT = WRONG.replace(".mean(0)", ".sum(0)")


def test_does_a_student_who_answers_wrongly_read_why_and_answer_rightly(desk, home, shots):
    mine = home / "student" / "backprop.ipynb"
    mine.parent.mkdir()
    shutil.copy(ROOT / "release/week5/backprop.ipynb", mine)  # as Colab and students get it

    desk.open_notebook("student/backprop.ipynb")
    desk.hide_sides()
    shots("opened")
    desk.run_all()
    waiting = desk.panel.locator(".jp-OutputArea-output", has_text="not done yet")
    assert waiting.count() > 5
    graph = desk.cell('gradients={"L": 1.0')
    graph.scroll_into_view_if_needed()
    expect(graph.locator(".jp-OutputArea-output img, .jp-OutputArea-output svg").first).to_be_visible()
    shots("run")
    shots.picture("notebook", [graph, desk.panel.locator(".jp-MarkdownCell", has_text="Three habits of boxes")])

    exercise, check = desk.cell("def two_layer_gradients("), desk.cell("check.gradient(two_layer_gradients")
    expect(check).to_contain_text("not done yet")
    desk.write(exercise, WRONG)
    desk.run(exercise)
    desk.run(check)
    said = check.locator(".jp-Cell-outputWrapper")
    for words in (
        "two_layer_gradients",
        "not yet",
        "dW1, db1, dW2, db2 against autograd",
        "db2: first at entry 0: yours",
        "dW2, dW1 are right",
        "The weights are right; both bias gradients are n times too small. You took a mean where a sum belongs.",
        "The mean was taken at the loss. For a bias add up the rows of dZ.",
    ):
        expect(said).to_contain_text(words)
    expect(said.locator("img").first).to_be_visible()
    shots("wrong")
    shots.picture("check", [exercise, check])

    desk.write(exercise, RIGHT)
    desk.run(exercise)
    desk.run(check)
    expect(said).to_contain_text("visible check passes")
    expect(said).not_to_contain_text("not yet")
    shots("right")

    desk.save()
    saved = nbformat.read(mine, as_version=4)
    assert any(cell.source == RIGHT for cell in saved.cells)
    desk.panel.locator(".validate-button").first.click()
    dialog = desk.page.locator(".nbgrader-ErrorDialog")
    dialog.wait_for(timeout=RUN)
    shots("validated")
    shots.picture("validate", [dialog.locator(".jp-Dialog-content")])
    expect(dialog).to_contain_text("relu_backward")
    expect(dialog).not_to_contain_text("check.gradient(two_layer_gradients")


def test_does_a_student_who_is_done_validate_with_success(desk, home, shots):
    course(home, "release", "week1")
    done = answered(home / "release/week1/tables.ipynb", solutions(home / TEXT))
    (home / "student").mkdir(exist_ok=True)
    nbformat.write(done, home / "student/tables.ipynb")

    desk.open_notebook("student/tables.ipynb")
    desk.panel.locator(".validate-button").first.click()
    dialog = desk.page.locator(".nbgrader-SuccessDialog")
    dialog.wait_for(timeout=RUN)
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    shots("success")
