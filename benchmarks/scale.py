"""Does grading stay as quick, and as small, through a class of a thousand? Writes benchmarks/scale.md and a picture.

    python benchmarks/scale.py [--submissions 1000] [--jobs 2] [--into FOLDER]

The class hands in week 5: each exercise right, wrong in a way that the text knows, or not done, drawn by a seed.
It is graded as `course grade` does it, feedback included. After each submission the time since the one before, the
memory of the processes, and the SQL statements of the process that writes the gradebook are noted. `--into` puts both
files in one folder, for a run that is only tried.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
WEEK = "week5"
ALIKE = 0.15  # how far the last may be from the first
WINDOW = 100  # submissions at either end that are compared
CHANCES = {"right": 0.7, "wrong": 0.2, "not done": 0.1}
Moment = dict[str, float]


@dataclass
class Run:
    """What was noted of each submission, in the order in which they ended, and how they were graded."""

    moments: list[Moment]
    states: dict[str, int]
    warm: int  # submissions at the beginning that are not counted

    def ends(self, key: str) -> tuple[list[float], list[float]]:
        """A quantity's values for the first and the last hundred submissions after the warm-up."""
        values = [moment[key] for moment in self.moments[self.warm :]]
        count = min(WINDOW, len(values) // 2)
        return values[:count], values[-count:]


def make(folder: Path, count: int) -> list[str]:
    """A course with one released week, and what so many students hand in; returns their names."""
    import nbformat

    from course.authoring.text.parse import read

    shutil.copy(HOME / "nbgrader_config.py", folder)
    (folder / "pyproject.toml").write_text('[tool.course]\nrepository = ""\nbranch = "main"\n')
    text = next((HOME / "source" / WEEK).glob("*.py"))
    (folder / "source" / WEEK).mkdir(parents=True)
    shutil.copy(text, folder / "source" / WEEK)
    subprocess.run([sys.executable, "-m", "course.cli", "release", WEEK], cwd=folder, check=True, capture_output=True)
    exercises = read(text).exercises
    released = (folder / "release" / WEEK / f"{text.stem}.ipynb").read_text(encoding="utf-8")
    names = [f"student{number:04d}" for number in range(count)]
    for number, name in enumerate(names):
        chance = random.Random(number)
        nb = nbformat.reads(released, as_version=4)
        for cell in nb.cells:
            exercise = exercises.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            what = chance.choices(list(CHANCES), list(CHANCES.values()))[0]
            if exercise and what != "not done":
                answers = exercise.wrongs if what == "wrong" and exercise.wrongs else [exercise.solution]
                cell.source = chance.choice(answers).source
        place = folder / "submitted" / name / WEEK
        place.mkdir(parents=True)
        nbformat.write(nb, place / f"{text.stem}.ipynb")
    return names


@contextlib.contextmanager
def statements() -> Iterator[list[int]]:
    """A list whose one entry is the number of SQL statements that this process has sent to a database."""
    from sqlalchemy import Engine, event

    sent = [0]

    def count(*_: object) -> None:
        sent[0] += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def memory() -> dict[str, float]:
    """MiB of this process, of the processes that it started, and of the rooms and kernels that those started."""
    import psutil

    def size(process: psutil.Process) -> float:
        with contextlib.suppress(psutil.Error):
            return process.memory_info().rss / 2**20
        return 0.0

    me = psutil.Process()
    workers = me.children()
    every = {process.pid: process for process in me.children(recursive=True)}
    rooms = [process for pid, process in every.items() if pid not in {worker.pid for worker in workers}]
    return {"main": size(me), "workers": sum(map(size, workers)), "rooms": sum(map(size, rooms))}


def graded(folder: Path, names: list[str], jobs: int) -> Run:
    """Grade the class and note how it goes."""
    from course.authoring.notebooks.release import release_week
    from course.grading.gradebook.classroom import Classroom
    from course.grading.pages import generate
    from course.grading.run import pipeline
    from course.grading.run.parallel import GradingPool

    classroom = Classroom(folder)
    pipeline.ensure_assignment(classroom, WEEK, release_week)
    grading, pages = pipeline.Grading(classroom), generate.Feedback(classroom)
    moments: list[Moment] = []
    states: dict[str, int] = {}
    with statements() as sent, GradingPool(grading.prepare, jobs) as pool:
        before, asked = time.perf_counter(), 0
        for (week, student), result in pool.graded([(WEEK, name) for name in names]):
            outcome = grading.finish(week, student, result)
            generate.feedback(classroom, outcome, pages)
            states[outcome.state] = states.get(outcome.state, 0) + 1
            now = time.perf_counter()
            moments.append({"seconds": now - before, "statements": sent[0] - asked, **memory()})
            before, asked = now, sent[0]
            if len(moments) % 100 == 0:
                print(f"{len(moments)} of {len(names)}", file=sys.stderr, flush=True)
    return Run(moments, states, warm=min(4 * jobs + 2, len(moments) // 4))


def draw(run: Run, file: Path) -> None:
    """Two panels: seconds a submission, and memory, over the submissions."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    later = run.moments[run.warm :]
    at = range(run.warm + 1, len(run.moments) + 1)
    seconds = [moment["seconds"] for moment in later]
    around = max(1, len(seconds) // 20)
    middle = [statistics.median(seconds[max(0, i - around) : i + around + 1]) for i in range(len(seconds))]
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    left.plot(at, seconds, ".", color="#999999", markersize=3, label="each")
    left.plot(at, middle, color="#0072B2", linewidth=2, label=f"median of {2 * around + 1}")
    left.set(title="Time between two finished submissions", xlabel="submission", ylabel="seconds")
    left.set_ylim(0, 2 * statistics.quantiles(seconds, n=20)[-1])
    styles = {"main": ("#0072B2", "-", "main process"), "workers": ("#D55E00", "--", "workers, together")}
    for key, (colour, line, label) in styles.items():
        right.plot(at, [moment[key] for moment in later], line, color=colour, linewidth=2, label=label)
    right.set(title="Resident memory", xlabel="submission", ylabel="MiB")
    right.set_ylim(bottom=0)
    for axes in (left, right):
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    fig.savefig(file, dpi=150)
    plt.close(fig)


def table(run: Run) -> tuple[list[str], bool]:
    """The first hundred beside the last, line by line, and whether time, memory and statements stayed as they were."""
    labels = {
        "seconds": "seconds a submission",
        "statements": "SQL statements a submission",
        "main": "MiB, main process",
        "workers": "MiB, workers",
        "rooms": "MiB, rooms and kernels, shared pages counted in each",
    }
    lines = ["| | first: median | mean | last: median | mean | mean, last to first |", "|---|--:|--:|--:|--:|--:|"]
    flat = True
    for key, label in labels.items():
        first, last = run.ends(key)
        numbers = [measure(values) for values in (first, last) for measure in (statistics.median, statistics.mean)]
        ratio = numbers[3] / numbers[1]
        if key != "rooms":  # as many kernels as happen to be there at that moment
            flat &= abs(ratio - 1) <= ALIKE if key == "seconds" else ratio <= 1 + ALIKE
        lines.append(f"| {label} | " + " | ".join(f"{number:.4g}" for number in numbers) + f" | {ratio:.3f} |")
    return lines, flat


def main() -> int:
    """Measure, print, and write the table and the picture; the exit status is 1 where something grew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--into", type=Path, help="a folder for both files (default: benchmarks/ and docs/images/)")
    args = parser.parse_args()
    if args.submissions < 20:
        parser.error("--submissions: 20 or more, so that the last can be told from the first")
    os.environ.pop("NBGRADER_EXECUTION", None)
    began, busy = time.perf_counter(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="course-scale-") as place:
        folder = Path(place)
        names = make(folder, args.submissions)
        run = graded(folder, names, args.jobs)
    whole = time.perf_counter() - began
    rows, flat = table(run)
    count = len(run.ends("seconds")[0])
    said = ", ".join(f"{number} {state}" for state, number in sorted(run.states.items()))
    verdict = (
        f"the last {count} against the first {count}: "
        f"{'within' if flat else 'NOT within'} {ALIKE:.0%} ({args.submissions} submissions, {args.jobs} jobs)"
    )
    lines = [
        "# A class of a thousand",
        "",
        f"Made by `make bench-scale` on {datetime.date.today()}, {os.cpu_count()} cores, load {busy:.1f} at the start, "
        f"Python {platform.python_version()}; do not edit. {args.submissions} submissions of {WEEK}, each exercise "
        f"right, wrong or not done by chance; {said}. {args.jobs} jobs, feedback included, {whole:.0f} s in all. The "
        f"first {count} after a warm-up of {run.warm}, and the last {count}:",
        "",
        *rows,
        "",
        f"In one line: {verdict}.",
        "",
        "![Two panels over the submissions: the time between two finished ones, and the memory of the main process "
        "and of the workers.](../docs/images/scale.png)",
        "",
    ]
    text, picture = HOME / "benchmarks" / "scale.md", HOME / "docs" / "images" / "scale.png"
    if args.into:
        args.into.mkdir(parents=True, exist_ok=True)
        text, picture = args.into / text.name, args.into / picture.name
    draw(run, picture)
    text.write_text("\n".join(lines))
    print("\n".join(rows))
    print(verdict)
    return int(not flat)


if __name__ == "__main__":
    sys.exit(main())
