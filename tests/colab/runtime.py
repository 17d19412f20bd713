"""A Python like Colab's: its packages, its kernel's manners, and neither nbgrader nor jupytext.

The versions are those that Colab publishes (its ``google-colab`` package and its list of installed packages, 2025) of
what a notebook of the course meets: IPython 7.34, ipykernel 6.17, ipywidgets 7.7, numpy 2.0, pandas 2.2. Torch comes
in the version of the constraints. The course itself is not there: a notebook's first cell installs it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).parent.parent.parent
UV = Path(sys.executable).parent / "uv"
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
PACKAGES = (
    "ipython==7.34.0",
    "ipykernel==6.17.1",
    "ipywidgets==7.7.1",
    "notebook==6.5.7",
    "traitlets==5.7.1",
    "tornado==6.4.2",
    "numpy==2.0.2",
    "pandas==2.2.2",
    "matplotlib==3.10.0",
    "scikit-learn==1.6.1",
    "tqdm==4.67.1",
    "pip",
)
PINNED = ("torch", "torchvision")  # in the constraints' version, which the other tests use too

# What a notebook can notice of Colab's own package: that it is there, and a shell that has claimed IPython's one place
# for a handler of errors (for ImportError) and that shows tracebacks in its own way.
STAND_IN = {
    "__init__.py": '"""A stand-in for Colab\'s own package."""\n',
    "shell.py": '''\
"""A shell that does to IPython's what Colab's does, where a notebook could notice."""
import sys

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell


def say_how_to_install(shell, kind, error, tb, tb_offset=None):
    shell.showtraceback((kind, error, tb), tb_offset=tb_offset)
    print("NOTE: If your import is failing due to a missing package, you can install it with !pip.")


class Shell(ZMQInteractiveShell):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.set_custom_exc((ImportError,), say_how_to_install)

    def _showtraceback(self, kind, error, lines):
        sys.stdout.flush()
        sys.stderr.flush()
        super()._showtraceback(kind, error, lines)

    def run_cell_magic(self, name, line, cell):
        return super().run_cell_magic(name, line, cell or " " if line else cell)


class Kernel(IPythonKernel):
    shell_class = Shell
''',
}


def run(*command: object, **options: object) -> subprocess.CompletedProcess:
    """The finished command; its output is the message of the AssertionError where it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def wheel(folder: Path) -> Path:
    """The course's wheel, built in ``folder`` from a copy of the package."""
    shutil.copytree(ROOT / "course", folder / "copy" / "course", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / "copy")
    run(UV, "build", "--wheel", "--out-dir", folder, folder / "copy")
    (built,) = folder.glob("*.whl")
    return built


def environment(folder: Path, *install: object) -> Path:
    """The interpreter of a new environment in ``folder`` that holds what ``install`` names."""
    run(UV, "venv", "--python", sys.executable, folder)
    interpreter = folder / "bin" / "python"
    run(UV, "pip", "install", "--python", interpreter, *install)
    return interpreter


def colab(folder: Path) -> Path:
    """The interpreter of an environment like Colab's in ``folder``; its kernel is called "colab"."""
    pins = [line for line in CONSTRAINTS.read_text().splitlines() if line.split("==")[0] in PINNED]
    interpreter = environment(folder, *PACKAGES, *pins)
    (site,) = folder.glob("lib/python*/site-packages")
    package = site / "google" / "colab"
    package.mkdir(parents=True)
    for name, text in STAND_IN.items():
        (package / name).write_text(text)
    spec = folder / "kernels" / "colab"
    spec.mkdir(parents=True)
    start = [str(interpreter), "-m", "ipykernel_launcher", "--IPKernelApp.kernel_class=google.colab.shell.Kernel"]
    about = {"argv": [*start, "-f", "{connection_file}"], "display_name": "Colab", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(about))
    return interpreter


def run_all(nb: NotebookNode, interpreter: Path, folder: Path, timeout: int = 180) -> NotebookNode:
    """``nb`` after "Restart and run all" there, started in ``folder``; stops at a cell that replies with an error."""
    kernels = KernelSpecManager(kernel_dirs=[str(interpreter.parent.parent / "kernels")])
    manager = AsyncKernelManager(kernel_name="colab", kernel_spec_manager=kernels)
    try:
        NotebookClient(nb, km=manager, timeout=timeout, resources={"metadata": {"path": str(folder)}}).execute()
    finally:
        run_sync(manager.shutdown_kernel)(now=True)  # nbclient leaves alone what it was given
    return nb
