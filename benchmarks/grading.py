"""Throughput of grading against stock nbgrader's, in one run: the same submissions, the same cores, both warm.

    python benchmarks/grading.py [--submissions 80] [--stock 6] [--jobs 2] [--text benchmarks/quiz/quiz.py]

Writes benchmarks/grading.md. Both sides grade perfect answers of one assignment. Stock nbgrader runs as its authors
ship it, in one process that has imported everything (its command would import it all again for each call); the first
submission of each side warms up and is not counted. The two sides take turns, as machines are not equally
fast all the time. Times are wall-clock. Ours is counted without feedback pages, as `nbgrader autograde` makes none; a
row with them stands below.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean

HOME = Path(__file__).resolve().parents[1]
STOCK = """
import json, logging, sys, time
from nbgrader.apps import NbGrader
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

root, names = sys.argv[1], sys.argv[2:]
config = Config()
config.CourseDirectory.root = root
config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook-{names[0]}.db"
marks = []
for name in names:
    coursedir = CourseDirectory(config=config, assignment_id="quiz", student_id=name)
    converter = Autograde(coursedir=coursedir, config=config)
    converter.log.setLevel(logging.CRITICAL)
    converter.force = True
    converter.start()
    marks.append(time.time())
from nbgrader.api import Gradebook
with Gradebook(config.CourseDirectory.db_url) as gradebook:
    scores = [gradebook.find_submission("quiz", name).score for name in names]
print(json.dumps([marks, scores]))
"""


def make(folder: Path, text: Path, count: int) -> list[str]:
    """A course with one assignment, and ``count`` perfect submissions of it; returns the students' names.

    Every student's answers differ in a comment, so that nothing is gained by remembering another's.
    """
    import nbformat

    shutil.copy(HOME / "nbgrader_config.py", folder)
    (folder / "pyproject.toml").write_text('[tool.course]\nrepository = ""\nbranch = "main"\n')
    (folder / "source" / "quiz").mkdir(parents=True)
    shutil.copy(text, folder / "source" / "quiz" / "quiz.py")
    subprocess.run([sys.executable, "-m", "course.cli", "release", "quiz"], cwd=folder, check=True, capture_output=True)
    solved = nbformat.read(folder / "source" / "quiz" / "quiz.ipynb", as_version=4)
    answers = {cell.metadata.nbgrader.grade_id: cell.source for cell in solved.cells if "nbgrader" in cell.metadata}
    nb = nbformat.read(folder / "release" / "quiz" / "quiz.ipynb", as_version=4)
    names = [f"student{number:04d}" for number in range(count)]
    for name in names:
        for cell in nb.cells:
            mine = cell.metadata.get("nbgrader", {})
            if mine.get("solution"):
                cell.source = f"{answers[mine['grade_id']]}\n\n# {name}"
        place = folder / "submitted" / name / "quiz"
        place.mkdir(parents=True)
        nbformat.write(nb, place / "quiz.ipynb")
    return names


def stock(folder: Path, names: list[str], processes: int) -> float:
    """Seconds that stock nbgrader takes for one submission, with so many processes side by side."""
    root = folder / "stock"
    if not root.exists():
        (root / "source" / "quiz").mkdir(parents=True)
        shutil.copy(folder / "source" / "quiz" / "quiz.ipynb", root / "source" / "quiz")
        make_release = [sys.executable, "-m", "nbgrader", "generate_assignment", "quiz", "--force", "--create"]
        subprocess.run(make_release, cwd=root, check=True, capture_output=True)
        shutil.copytree(folder / "submitted", root / "submitted")
    shares = [names[number::processes] for number in range(processes)]
    for share in shares:
        shutil.copy(root / "gradebook.db", root / f"gradebook-{share[0]}.db")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", STOCK, str(root), *share],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for share in shares
    ]
    rate = 0.0
    for process in running:
        marks, scores = json.loads(process.communicate()[0].splitlines()[-1])
        assert len(set(scores)) == 1 and scores[0] > 0, f"stock nbgrader gives the perfect answer {scores}"
        rate += (len(marks) - 1) / (marks[-1] - marks[0])
    return 1 / rate


def ours(folder: Path, names: list[str], jobs: int, *, feedback: bool) -> tuple[float, float]:
    """Seconds that `course grade` takes for one submission, and the seconds before it was warm."""
    from course.grading.gradebook.classroom import Classroom
    from course.grading.pages import generate
    from course.grading.run import pipeline
    from course.grading.run.parallel import GradingPool

    classroom = Classroom(folder, names)
    grading, pages = pipeline.Grading(classroom), generate.Feedback(classroom)
    began = time.perf_counter()
    marks = []
    with GradingPool(grading.prepare, jobs) as pool:
        for (week, student), graded in pool.graded([("quiz", name) for name in names]):
            outcome = grading.finish(week, student, graded)
            assert outcome.state == "graded", outcome.reason
            assert all(record.passed for record in outcome.exercises), outcome.exercises
            if feedback:
                generate.feedback(classroom, outcome, pages)
            marks.append(time.perf_counter())
    warm = 2 * jobs + 2
    return (marks[-1] - marks[warm]) / (len(marks) - 1 - warm), marks[warm] - began


def parts(folder: Path, names: list[str]) -> dict[str, float]:
    """Where the time of one submission goes, in milliseconds, with everything in a row in this process."""
    from course.grading.analysis import slices
    from course.grading.gradebook.classroom import Classroom
    from course.grading.pages import generate
    from course.grading.run import execute, judging, pipeline, task
    from course.grading.sandbox import remote_kernel, room

    spent: dict[str, float] = {}

    def timed(owner: object, name: str, label: str) -> None:
        inner = getattr(owner, name)

        def outer(*args: object, **more: object) -> object:
            began = time.perf_counter()
            try:
                return inner(*args, **more)
            finally:
                spent[label] = spent.get(label, 0.0) + time.perf_counter() - began

        setattr(owner, name, outer)

    classroom = Classroom(folder, names)
    grading = pipeline.Grading(classroom)
    pages = generate.Feedback(classroom)

    def once(name: str) -> None:
        outcome = grading.finish("quiz", name, task.grade(grading.prepare("quiz", name)))
        generate.feedback(classroom, outcome, pages)

    once(names[0])
    for owner, name, label in (
        (pipeline.Grading, "prepare", "read what was handed in"),
        (task, "mended", "mend the notebook"),
        (room.Room, "enter", "enter the room, once the last submission has been killed and wiped"),
        (room.Room, "kernel", "fork a kernel"),
        (remote_kernel.RemoteKernel, "run", "run the cells"),
        (remote_kernel.RemoteKernel, "snapshot", "copy the kernel at each test"),
        (remote_kernel.RemoteKernel, "look", "look at the names"),
        (remote_kernel.RemoteKernel, "ask", "ask the answers"),
        (slices.Reading, "slice_of", "cut slices for questions by hand"),
        (room.Room, "reading", "fork a process for slices"),
        (remote_kernel.RemoteKernel, "slice", "run the slices"),
        (remote_kernel.RemoteKernel, "asked", "read what torch was asked"),
        (judging, "judge_cell", "test cells in all"),
        (execute, "remarks", "read for tampering"),
        (pipeline.Grading, "finish", "gradebook and files"),
        (generate, "feedback", "feedback page"),
    ):
        timed(owner, name, label)
    began = time.perf_counter()
    for name in names[1:]:
        once(name)
    whole = time.perf_counter() - began
    return {
        **{label: 1000 * each / (len(names) - 1) for label, each in spent.items()},
        "in all": 1000 * whole / (len(names) - 1),
    }


def bare(folder: Path) -> float:
    """Seconds of the arithmetic alone: the solved notebook's cells, tests included, run in one plain process."""
    import nbformat

    nb = nbformat.read(folder / "source" / "quiz" / "quiz.ipynb", as_version=4)
    code = "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "code" and "pip" not in cell.source)
    script = (
        "import contextlib, io, time\nimport torch, course.check, course.cases, course.doctor.known\n"
        "torch.set_num_threads(1)\n"
        f"code = {code!r}\nnames = {{'__name__': '__main__'}}\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n    exec(code, dict(names))\n"
        "    began = time.perf_counter()\n    exec(code, dict(names))\n"
        "    took = time.perf_counter() - began\nprint(took)"
    )
    file = folder / "bare.py"
    file.write_text(script)
    said = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True, cwd=folder)
    return float(said.stdout.split()[-1])


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=80)
    parser.add_argument("--stock", type=int, default=6)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--text", type=Path, default=HOME / "benchmarks" / "quiz" / "quiz.py")
    args = parser.parse_args()
    os.environ.pop("NBGRADER_EXECUTION", None)
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])  # for alembic
    with tempfile.TemporaryDirectory(prefix="course-bench-") as place:
        folder = Path(place)
        names = make(folder, args.text.resolve(), args.submissions)
        stocks, own = [stock(folder, names[: args.stock], 1)], []
        for _ in range(2):  # in turns: a machine that others use too has fast and slow minutes
            own.append(ours(folder, names, args.jobs, feedback=False))
            stocks.append(stock(folder, names[: args.stock], 1))
        first, each, start = fmean(stocks), fmean(took for took, _ in own), fmean(warm for _, warm in own)
        pair = stock(folder, names[: 2 * args.stock], 2)
        paged, _ = ours(folder, names[: max(20, len(names) // 2)], args.jobs, feedback=True)
        arithmetic = bare(folder)
        where = parts(folder, names[:12])
    ratio = first / each
    rows = {
        "stock nbgrader autograde, in a row": first,
        "stock nbgrader autograde, two processes side by side": pair,
        f"course grade, {args.jobs} jobs": each,
        f"course grade, {args.jobs} jobs, with feedback pages": paged,
        "the arithmetic alone, one process": arithmetic,
    }
    turns = (
        f"In turns, seconds a submission: stock {', '.join(f'{took:.2f}' for took in stocks)}; "
        f"ours {', '.join(f'{took:.3f}' for took, _ in own)}. The table has the means."
    )
    lines = [
        "# Throughput of grading",
        "",
        f"Made by `make bench-grading` on {datetime.date.today()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}; do not edit. {args.text.stem}: ten exercises, perfect answers.",
        "",
        "| | seconds a submission | submissions a minute | against stock |",
        "|---|--:|--:|--:|",
        *(f"| {label} | {took:.3f} | {60 / took:.1f} | {first / took:.1f} |" for label, took in rows.items()),
        "",
        turns,
        "",
        f"Until it is warm (importing torch in each job and each room) ours takes {start:.0f} s, once for a class.",
        "",
        "Where the time of a submission goes, everything in a row in one process (parts lie inside each other):",
        "",
        "| | ms |",
        "|---|--:|",
        *(f"| {label} | {spent:.0f} |" for label, spent in where.items()),
        "",
    ]
    (HOME / "benchmarks" / "grading.md").write_text("\n".join(lines))
    print("\n".join(lines))
    print(
        f"throughput ratio to stock nbgrader: {ratio:.1f} (ours {60 / each:.0f} per minute, stock {60 / first:.1f} per "
        f"minute, {args.submissions} submissions, {args.jobs} jobs)"
    )


if __name__ == "__main__":
    main()
