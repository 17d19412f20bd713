"""Preloading for the pre-fork server: everything that notebooks import, before the first fork."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from course.runtime.lacking import lack_of

if TYPE_CHECKING:
    from course.grading.sandbox.inside.confine import Confinement
    from course.grading.sandbox.inside.shell import RoomShell

GPU_VARIABLE = "COURSE_GPU"
"""Names, in the environment of a sandbox, the GPU that a process with nothing but a slice may see."""

PRELOAD = (
    "torch",
    "torch._dynamo",  # any optimiser imports it, at its first use, for seconds
    "torch.utils.data",
    "torch.nn.utils",
    "torch.profiler.profiler",
    "numpy.polynomial",
    "pandas",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "torchvision",
    "tqdm.auto",
    "IPython.core.completer",
    "IPython.core.pylabtools",
    "course",
    "course.check",
    "course.cases",
    "course.plot",
    "course.graph",
    "course.doctor.known",
    "course.answers.record",
    "course.practice",
    "course.train",
    "course.data",
    "PIL.PngImagePlugin",
    "course.grading.sandbox.inside.kernel",
    "course.grading.sandbox.inside.slices",
)
"""What is imported before the first fork. A module that is not installed is left out."""

_HUGE_PAGE_BYTES = 2 << 20

_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25


def preload(places: Sequence[Path]) -> tuple[RoomShell, Confinement]:
    """Import everything that notebooks use, draw one figure, make the shell, and what confines a fork.

    ``places`` are the folders that a submission can write to.
    """
    for name in PRELOAD:
        try:
            importlib.import_module(name)
        except ImportError as error:
            if lack_of(error):  # or a submission would find less than others
                raise
    with contextlib.suppress(Exception):  # what fails here is done, and fails, in the kernel that needs it
        _first_figure()
    from course.grading.sandbox.inside import rehearsal
    from course.grading.sandbox.inside.confine import Confinement
    from course.grading.sandbox.inside.shell import make_shell

    shell = make_shell()
    sys.modules["torch"].set_num_threads(1)
    with contextlib.suppress(Exception):
        rehearsal.warm_up(shell, gradients=GPU_VARIABLE not in os.environ)
    rehearsal.fill_gaps()
    confinement = Confinement(places)
    gc.freeze()
    _in_huge_pages()
    return shell, confinement


def _in_huge_pages() -> None:
    """Move this process's memory into pages of 2 MiB, where Linux can (6.1 and later; madvise(2)).

    A fork copies the table of all pages, and what ends gives them back one by one. With 400 MiB of imported modules
    that is most of what a fork costs: see benchmarks/levers.md.
    """
    with contextlib.suppress(OSError, AttributeError):
        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for line in Path("/proc/self/maps").read_text().splitlines():
            where, rights, _, _, _, *name = line.split(maxsplit=5)
            if rights == "rw-p" and name in ([], ["[heap]"]):
                start, end = (int(number, 16) for number in where.split("-"))
                start, end = (
                    -(-start // _HUGE_PAGE_BYTES) * _HUGE_PAGE_BYTES,
                    end // _HUGE_PAGE_BYTES * _HUGE_PAGE_BYTES,
                )
                if end > start:
                    madvise(start, end - start, _MADV_HUGEPAGE)
                    madvise(start, end - start, _MADV_COLLAPSE)


def _first_figure() -> None:
    """Draw a figure that nobody sees: the first one reads the fonts and sets up the parser of formulas."""
    import io

    from matplotlib.figure import Figure

    from course.figures import style

    fig = Figure(layout="constrained")
    axes = fig.add_subplot(xlabel="$x_1$", ylabel="$\\frac{\\partial L}{\\partial w}$", title="Title")
    axes.plot([0, 1], [0.5, 2], label="line")
    axes.legend()
    style.text_width("width", 10.0, bold=True)
    style.png(fig)
    axes.set_yscale("log")
    fig.savefig(io.BytesIO())
