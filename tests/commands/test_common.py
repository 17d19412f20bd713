"""Whatever stops a command is one message and an exit status; progress is seen on a terminal and nowhere else."""

import argparse
import os
import re
import signal
import subprocess
import sys

import pytest
from home import ROOT
from sqlalchemy.exc import DatabaseError, OperationalError

from course.authoring.text.model import Problem, SourceError
from course.cli import main, parser
from course.commands import common
from course.coursedir.errors import AuthoringError, CouldNotBeGraded, CourseError, GradingStopped

ONE = SourceError([Problem(3, "no name. Write one.", "source/week9/small.py")])
TWO = SourceError([*ONE.problems, Problem(7, "no points. Write some.", "source/week9/small.py")])
PLAIN, COUNTED, NAMED = common.in_its_own_words, common.with_a_count, common.with_the_commands_name

TOLD = {
    "an author's mistake": (AuthoringError("no weeks here.", 2), COUNTED, 2, "no weeks here."),
    "a text with a problem": (ONE, COUNTED, 1, "source/week9/small.py:3: no name. Write one.\n1 problem to mend."),
    "a text with two": (
        TWO,
        COUNTED,
        1,
        "source/week9/small.py:3: no name. Write one.\nsource/week9/small.py:7: no points. Write some.\n"
        "2 problems to mend.",
    ),
    "a text where nobody counts": (ONE, PLAIN, 1, "source/week9/small.py:3: no name. Write one."),
    "a text while grading": (
        ONE,
        NAMED,
        1,
        "course grade: the week could not be released.\nsource/week9/small.py:3: no name. Write one.",
    ),
    "grading stopped": (GradingStopped("nothing was handed in.", 2), NAMED, 2, "course grade: nothing was handed in."),
    "no course while grading": (AuthoringError("no course here.", 2), NAMED, 2, "course grade: no course here."),
    "a submission": (CouldNotBeGraded("a.ipynb is empty."), NAMED, 1, "course grade: a.ipynb is empty."),
    "a locked gradebook": (
        OperationalError("select", {}, Exception("database is locked")),
        NAMED,
        1,
        "course grade: the gradebook could not be used: database is locked. Close what else has it open, see that the "
        "disk has room, and run the same command again: what was finished is kept.",
    ),
    "a damaged gradebook": (
        DatabaseError("select", {}, Exception("database disk image is malformed")),
        COUNTED,
        1,
        "the gradebook could not be used: database disk image is malformed. Close what else has it open, see that the "
        "disk has room, and run the same command again: what was finished is kept.",
    ),
    "a package that is missing": (
        ModuleNotFoundError("No module named 'nbgrader.apps'", name="nbgrader.apps"),
        NAMED,
        2,
        "course: nbgrader.apps is not installed. Instructors install everything with `make`.",
    ),
    "ctrl-c": (
        KeyboardInterrupt(),
        NAMED,
        130,
        "course: stopped. What was finished is kept; the same command carries on.",
    ),
    "a full disk": (
        OSError(28, "No space left on device", "/tmp/a"),
        NAMED,
        1,
        "course: No space left on device (/tmp/a). Free the space or mend the permissions, then run the same command "
        "again: nothing half-written was left.",
    ),
    "too many open files": (
        OSError(24, "Too many open files"),
        NAMED,
        1,
        "course: Too many open files. No more files can be opened here. Close other programs, or raise the limit "
        "(ulimit -n). Then run the same command again: nothing half-written was left.",
    ),
    "too little memory": (
        MemoryError(),
        COUNTED,
        1,
        "course: The machine has too little memory left. Close other programs, grade fewer at once (--jobs), or raise "
        "the limit (ulimit -v). Then run the same command again: nothing half-written was left.",
    ),
    "an error of the system without a file": (
        OSError("it broke"),
        COUNTED,
        1,
        "course: it broke. Free the space or mend the permissions, then run the same command again: nothing "
        "half-written was left.",
    ),
}  # fmt: skip


def carried_out(error, wording):
    def run(args):
        raise error

    return common.carry_out(argparse.Namespace(run=run, command="grade", wording=wording))


@pytest.mark.parametrize("kind", TOLD)
def test_is_each_kind_of_error_one_message_and_a_status(kind, capsys):
    error, wording, status, message = TOLD[kind]
    assert carried_out(error, wording) == status
    assert capsys.readouterr() == ("", f"{message}\n")


@pytest.mark.parametrize(
    "bug", [ZeroDivisionError(), ModuleNotFoundError("no", name="course.nothing"), KeyError("x")], ids=repr
)
def test_does_a_bug_keep_its_traceback(bug):
    with pytest.raises(type(bug)):
        carried_out(bug, NAMED)


SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("translated", [KeyboardInterrupt, OSError, ZeroDivisionError], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_does_a_signal_stop_a_command_with_a_sentence_and_its_status(number, translated, capsys):
    """Also where a library makes another error of it, as one does that writes to the terminal which was closed."""
    tidied = []

    def run(args):
        try:
            try:
                signal.raise_signal(number)
            finally:
                tidied.append(True)
        except KeyboardInterrupt as stopped:
            raise translated from stopped

    assert common.carry_out(argparse.Namespace(run=run, command="grade", wording=NAMED)) == 128 + number
    assert capsys.readouterr() == ("", f"{TOLD['ctrl-c'][3]}\n") and tidied


def test_is_a_closed_terminal_no_error(monkeypatch):
    class Closed:
        def write(self, text):
            raise OSError(5, "Input/output error")

        flush = write

    monkeypatch.setattr(sys, "stderr", Closed())
    assert carried_out(GradingStopped("nothing was handed in.", 2), NAMED) == 2


@pytest.mark.parametrize("status", [0, 3])
def test_is_the_commands_own_status_kept(status):
    args = argparse.Namespace(run=lambda args: status, command="grade", wording=NAMED)
    assert common.carry_out(args) == status


def commands():
    action = next(each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    return list(action.choices)


ARGUMENTS = {
    "collect": ["week5", "a.zip"],
    "export": ["week5", "--to", "csv"],
    "return": ["week5", "--to", "folder"],
    "report": ["week5"],
}
BEGINNINGS = {name: f"course {name}: " for name in ("grade", "collect", "export", "return", "report")}


@pytest.mark.parametrize("name", commands())
def test_does_every_command_say_what_stops_it_in_its_own_way(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([name, *ARGUMENTS.get(name, [])]) == 2
    out, err = capsys.readouterr()
    no_course = f"{tmp_path}: no course here (no nbgrader_config.py beside source/). Go to the course's folder.\n"
    assert (out, err) == ("", BEGINNINGS.get(name, "") + no_course)


def test_is_every_error_handled_in_one_place():
    """``course build`` and its like go on with the next week; but none has a handler of its own for the last word."""
    for path in (ROOT / "course" / "commands").glob("*.py"):
        caught = re.findall(r"except \(?([\w, ]+)", path.read_text(encoding="utf-8"))
        assert path.stem == "common" or not {"CourseError", "GradingStopped", "DatabaseError"} & set(caught), path


def test_does_the_whole_command_line_start_without_what_takes_long():
    slow = {"torch", "numpy", "nbgrader", "rich", "pandas", "nbformat", "jupytext", "sqlalchemy", "matplotlib"}
    code = f"import sys; from course.cli import parser; parser(); print(*{slow} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []


def test_do_argparse_and_rich_stay_in_the_commands():
    """Logic takes values and gives values: who parses and who prints is the command line."""
    printing = re.compile(r"^\s*(?:import|from) (argparse|rich)\b", re.MULTILINE)
    outside = [path for path in (ROOT / "course").rglob("*.py") if path.parent.name != "commands"]
    found = {path.relative_to(ROOT).as_posix() for path in outside if printing.search(path.read_text(encoding="utf-8"))}
    assert found == {"course/cli.py"}


# --- Progress -------------------------------------------------------------------------------------------------------

BAR = """
import sys
from course.commands.common import messages, progress
with progress(4, ("spinner", "what", "bar", "count", "percent", "elapsed"), "reading", console=CONSOLE) as bar:
    bar.step("one [bold] week")
    print("on stdout")
    for item in bar.over("ab"):
        bar.step(item, by=0)
    bar.restart(9, done=7)
    bar.step("last")
print("done")
"""


def in_a_terminal(code, **more):
    """What a script shows on a terminal, with the terminal's own commands taken away."""
    ours, theirs = os.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    command, output = [sys.executable, "-c", code], {"stdout": theirs, "stderr": theirs, **more}
    running = subprocess.Popen(command, cwd=ROOT, env=env, **output)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 1 << 16):
            said += piece
    except OSError:  # the terminal's other end is closed
        pass
    os.close(ours)
    assert running.wait() == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode(errors="replace"))


@pytest.mark.parametrize("console", ["None", "messages()"])
def test_is_progress_seen_on_a_terminal(console):
    text = in_a_terminal(BAR.replace("CONSOLE", console))
    assert "last" in text and "8/9" in text and "89%" in text and "on stdout" in text and "done" in text


def test_do_words_in_brackets_stand_as_they_are():
    code = (
        "from course.commands.common import progress\nwith progress(2, ('what',)) as bar: bar.step('one [bold] week')"
    )
    assert "one [bold] week" in in_a_terminal(code)


def test_does_output_in_a_file_stay_free_of_the_bar(tmp_path):
    with open(tmp_path / "log", "wb") as log:
        shown = in_a_terminal(BAR.replace("CONSOLE", "None"), stdout=log)
    assert (tmp_path / "log").read_text() == "on stdout\ndone\n" and "8/9" in shown


@pytest.mark.parametrize("console", ["None", "messages()"])
def test_is_progress_silent_where_nobody_looks(console):
    code = BAR.replace("CONSOLE", console)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("on stdout\ndone\n", "")


def test_is_rich_left_out_where_nobody_looks():
    code = (
        "import sys; from course.commands.common import progress\n"
        "with progress(2, ('what',)) as bar: bar.step('a')\n"
        "print('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "False\n"


def test_are_many_names_told_by_the_first():
    names = [f"s{number}" for number in range(25)]
    assert common.few(names[:3], 3) == "s0, s1, s2"
    assert common.few(names, 3) == "s0, s1, s2 and 22 more"
    assert common.few(names).endswith("s19 and 5 more")


def test_is_a_log_as_wide_as_a_page(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert common.output().width == 120 and common.messages().stderr


def test_is_the_family_caught_by_its_base():
    """A new kind of error needs no line in the handler."""

    class Another(CourseError):
        pass

    assert carried_out(Another("something else.", 7), PLAIN) == 7
