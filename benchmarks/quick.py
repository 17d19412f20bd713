"""Is the rest quick? Prints one table of times with the limit beside each; the exit status is 1 where one is missed.

Run by `make bench`; writes benchmarks/quick.md. Python's bytecode is made first, as `make` does when it installs.
Imports and checks are timed in processor time, which other programs at work do not change; releasing and opening a week
in wall-clock, the best of `--tries`. Releasing happens in a copy of the course in which nothing was released before.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
CHECKED = ("week3", "week5", "week6", "week8")  # the weeks whose visible checks are timed
OPENED = "week5"
RELEASE, IMPORT, OPEN, PASS = 20, 0.2, 3, 0.05  # seconds
Row = tuple[str, float, float]  # what, seconds, limit

IMPORTING = """
import time, torch
began = time.process_time()
import {module}
print(time.process_time() - began)
"""
OPENING = """
import sys, time
from jupyter_client.manager import start_new_kernel
import nbformat
nb = nbformat.read(sys.argv[1], as_version=4)
cells = [cell.source for cell in nb.cells if cell.cell_type == "code"]
first = next(number for number, source in enumerate(cells) if "from course import" in source)
manager, client = start_new_kernel()
try:
    client.execute_interactive("import torch", timeout=300, output_hook=lambda message: None)
    began = time.perf_counter()
    nbformat.read(sys.argv[1], as_version=4)
    for source in cells[: first + 1]:
        reply = client.execute_interactive(source, timeout=300, output_hook=lambda message: None)
        assert reply["content"]["status"] == "ok", reply["content"]
    print(time.perf_counter() - began)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""


def seconds(code: str, *arguments: str) -> float:
    """The number that a Python program prints last, run in a fresh process."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=HOME)
    if done.returncode:
        raise SystemExit(f"benchmarks/quick.py: a program that it times stops.\n{done.stderr}")
    return float(done.stdout.split()[-1])


def releasing(folder: Path) -> float:
    """Seconds of `course release` of everything in a copy of the course without releases, notebooks and gradebook.

    The copy is what a fresh clone is: the committed fingerprints of known mistakes are those of the texts.
    """
    course = folder / "release-course"
    names = ("course", "source", "fingerprints", "nbgrader_config.py", "pyproject.toml")
    for name in names:
        here = HOME / name
        if here.is_dir():
            shutil.copytree(here, course / name, ignore=shutil.ignore_patterns("*.ipynb", "__pycache__", "*.orig"))
        else:
            shutil.copy(here, course / name)
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "course.cli", "release"],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(course)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    took = time.perf_counter() - began
    shutil.rmtree(course)
    return took


def checking() -> list[Row]:
    """The slowest visible check that passes, for each week."""
    sys.path.insert(0, str(HOME))
    import torch

    from benchmarks.checks import passing

    torch.set_num_threads(1)
    rows = []
    for week in CHECKED:
        spent, where = max(passing(week))
        rows.append((f"a visible check that passes: {where}, the slowest", spent / 1000, PASS))
    return rows


def measured(tries: int, release: bool) -> list[Row]:
    """Every row of the table."""
    with tempfile.TemporaryDirectory(prefix="course-quick-") as place:
        if os.environ.pop("PYTHONDONTWRITEBYTECODE", None) is not None:  # this installation may have no bytecode
            os.environ["PYTHONPYCACHEPREFIX"] = str(Path(place) / "bytecode")
        notebook = str(sorted((HOME / "release" / OPENED).glob("*.ipynb"))[0])
        rows = []
        for module in ("course", "course.check"):
            code = IMPORTING.format(module=module)
            seconds(code)  # makes the bytecode
            rows.append((f"import {module}, beyond torch", min(seconds(code) for _ in range(tries)), IMPORT))
        seconds(OPENING, notebook)
        opened = min(seconds(OPENING, notebook) for _ in range(tries))
        rows.append((f"open {OPENED} and run to its first imports, after torch", opened, OPEN))
        rows += checking()
        if release:
            if "PYTHONPYCACHEPREFIX" in os.environ:
                releasing(Path(place))
            rows.insert(0, ("course release, all ten, nothing released before", releasing(Path(place)), RELEASE))
    return rows


def main() -> int:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--no-release", action="store_true", help="leave out the row that takes longest")
    args = parser.parse_args()
    busy = os.getloadavg()[0]
    rows = measured(args.tries, not args.no_release)
    missed = [what for what, took, limit in rows if took > limit]
    lines = [
        "# The rest is quick too",
        "",
        f"Made by `make bench` on {datetime.date.today()}, {os.cpu_count()} cores, load {busy:.1f} at the start, "
        f"Python {platform.python_version()}; do not edit.",
        "",
        "| | seconds | limit | |",
        "|---|--:|--:|---|",
        *(f"| {what} | {took:.3f} | {limit:g} | {'missed' if took > limit else ''} |" for what, took, limit in rows),
        "",
    ]
    if not args.no_release:
        (HOME / "benchmarks" / "quick.md").write_text("\n".join(lines))
    print("\n".join(lines))
    print(f"{len(rows) - len(missed)} of {len(rows)} within their limits")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
