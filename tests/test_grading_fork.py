"""Kernels forked from a warm process, and what happens to cells that run too long, die or flood."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_code_cell, new_notebook

from course.grading import provisioner
from course.grading.errors import CouldNotBeGraded
from course.grading.execute import Execute, run_notebook
from course.grading.provisioner import CAN_FORK, ForkedKernel, ForkServer

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="kernels are forked on Linux only")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture(scope="session", autouse=True)
def server():
    yield ForkServer.shared()
    ForkServer.stop()


def notebook(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources], metadata={"kernelspec": KERNEL})


def text(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def errors(cell):
    return [output.ename for output in cell.outputs if output.output_type == "error"]


def gone(pid):
    """Whether a process has ended; waits for it a little."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_a_forked_kernel_has_torch_one_thread_and_the_folder_it_was_given(tmp_path):
    nb = notebook("import os, sys; print(sys.modules.get('torch') is not None, os.getcwd())", "torch.get_num_threads()")
    nb.cells[1].source = "import torch; print(torch.get_num_threads(), os.environ['NBGRADER_EXECUTION'])"
    done = run_notebook(nb, folder=tmp_path)
    assert text(done.cells[0]) == f"True {tmp_path}\n"
    assert text(done.cells[1]) == "1 autograde\n"
    assert nb.cells[0].outputs == [], "run_notebook changed its argument"


def test_two_submissions_share_nothing():
    run_notebook(notebook("import builtins, torch; builtins.left = torch.behind = 1"))
    done = run_notebook(notebook("import builtins, torch; print(hasattr(builtins, 'left'), hasattr(torch, 'behind'))"))
    assert text(done.cells[0]) == "False False\n"


def test_the_server_has_one_thread():
    run_notebook(notebook("1"))
    assert len(os.listdir(f"/proc/{ForkServer.shared().process.pid}/task")) == 1


def test_figures_are_shown_as_in_a_plain_kernel():
    done = run_notebook(notebook("import matplotlib.pyplot as plt\nplt.plot([1, 2]);"))
    assert any("image/png" in output.get("data", {}) for output in done.cells[0].outputs)


def test_a_slow_cell_is_stopped_and_the_rest_goes_on():
    done = run_notebook(notebook("while True: pass", "print('on')"), timeout=1)
    assert errors(done.cells[0])[-1] == "CellTimeoutError"
    assert "longer than 1 seconds" in done.cells[0].outputs[-1].traceback[0]
    assert text(done.cells[1]) == "on\n"


def test_a_dead_kernel_is_an_error_that_names_the_cell():
    with pytest.raises(CouldNotBeGraded, match=r'died in cell 2 "import os"'):
        run_notebook(notebook("1", "import os\nos.kill(os.getpid(), 9)", "2"))


def test_quit_is_an_error_that_names_the_cell():
    with pytest.raises(CouldNotBeGraded, match=r'Cell 1 "quit\(\)" ends the kernel'):
        run_notebook(notebook("quit()", "2"))


def test_a_notebook_that_takes_too_long_altogether_is_stopped():
    with pytest.raises(CouldNotBeGraded, match="longer than 2 s; it was stopped before cell [34]"):
        run_notebook(notebook(*["import time; time.sleep(0.9)"] * 9), total_timeout=2)


def test_a_flood_is_cut_and_a_tag_does_not_skip_a_cell():
    nb = notebook("while True: print('x' * 10_000)", "print('on')")
    nb.cells[1].metadata["tags"] = ["skip-execution"]
    done, _ = Execute(timeout=15, max_output=100_000).preprocess(nb, {"metadata": {"path": "."}})
    assert len(text(done.cells[0])) < 120_000 and "output was cut" in text(done.cells[0])
    assert text(done.cells[1]) == "on\n"


def test_nothing_is_left_behind(tmp_path):
    source = "import os, subprocess\nprint(os.getpid())\nfor new in (False, True):\n    p = subprocess.Popen(['sleep', '99'], start_new_session=new)\n    print(p.pid)"  # noqa: E501
    done = run_notebook(notebook(source), folder=tmp_path)
    pids = [int(line) for line in text(done.cells[0]).split()]
    assert len(pids) == 3 and all(gone(pid) for pid in pids)
    assert ForkServer.shared().alive


def test_a_server_that_was_killed_is_started_anew_and_the_submission_runs_again(tmp_path):
    killed = tmp_path / "killed"
    source = (
        f"import os, pathlib, time\nmark = pathlib.Path({str(killed)!r})\nif not mark.exists():\n"
        "    mark.touch(); os.kill(os.getppid(), 9); time.sleep(9)\nprint('second time')"
    )
    done = run_notebook(notebook(source))
    assert killed.exists() and text(done.cells[0]) == "second time\n"


def test_other_kernels_are_started_as_ever():
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    try:
        assert not isinstance(manager.provisioner.process, ForkedKernel)
    finally:
        manager.shutdown_kernel(now=True)


def test_it_works_where_an_event_loop_runs_as_in_the_formgrader():
    async def inside():
        return run_notebook(notebook("print(6 * 7)"))

    assert text(asyncio.run(inside()).cells[0]) == "42\n"


def test_without_forking_the_result_is_the_same(monkeypatch):
    monkeypatch.setattr(provisioner, "CAN_FORK", False)
    assert text(run_notebook(notebook("print(6 * 7)")).cells[0]) == "42\n"


def test_a_server_that_dies_takes_its_kernels_with_it():
    manager = KernelManager(kernel_name="python3")
    spec = manager.kernel_spec
    spec.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": provisioner.NAME}}
    manager.start_kernel()
    try:
        kernel = manager.provisioner.process
        assert isinstance(kernel, ForkedKernel) and manager.is_alive()
        ForkServer.shared().process.send_signal(signal.SIGKILL)
        assert gone(kernel.pid)
        assert not manager.is_alive()
    finally:
        manager.shutdown_kernel(now=True)
    assert manager.provisioner is None or not manager.has_kernel
