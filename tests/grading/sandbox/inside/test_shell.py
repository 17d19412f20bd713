"""The shell of a submission: its cells, its settings, and what becomes of ``quit()`` and of endless recursions."""

import pytest

pytestmark = pytest.mark.long


def test_is_a_cell_known_by_its_names_and_numbers_across_cells(own):
    own.run("x = 20")
    assert own.run("x + 1").outputs[0][1]["data"] == {"text/plain": "21"}
    assert own.run("_ * 2").outputs[0][1]["data"] == {"text/plain": "42"}
    assert own.run("1").count == 4


def test_does_nobody_answer_input(own):
    assert own.error("input('Your name? ')").startswith("StdinNotImplementedError: input() was called, and nobody")
    assert own.error("import sys\nsys.stdin.readline(); int('')").startswith("ValueError")


@pytest.mark.parametrize("code", ["def f(n): return n * f(n - 1)\nf(5)", "def f(): g()\ndef g(): f()\nf()"])
def test_is_an_endless_recursion_told_in_few_words_and_little_time(own, code):
    ran = own.run(code, seconds=15)
    assert not ran.stopped and ran.outputs[-1][1]["ename"] == "RecursionError" and len(str(ran.outputs)) < 20_000


@pytest.mark.parametrize("code", ["quit()", "exit", "get_ipython().ask_exit()"])
def test_is_quit_noted_and_the_room_goes_on(own, code):
    ran = own.run(code)
    assert ran.exited and own.text("print('on')") == "on\n" and not own.run("1").exited


def test_is_sys_exit_an_error_of_its_cell(own):
    assert own.run("import sys\nsys.exit(3)").outputs[0][1]["ename"] == "SystemExit"
    assert own.text("print('on')") == "on\n"


def test_are_settings_put_back_after_a_cell_that_is_the_students(own):
    change = "import torch\ntorch.set_default_dtype(torch.float16); torch.set_grad_enabled(False)"
    change += "; torch.set_default_device('meta')"
    look = "print(torch.ones(1).dtype, torch.is_grad_enabled(), torch.ones(1).device)"
    own.run(change, clean=True)
    assert own.text(look) == "torch.float32 True cpu\n"
    own.run(change, clean=False)
    assert own.text(look) == "torch.float16 False meta\n", "a given cell's settings stay"
