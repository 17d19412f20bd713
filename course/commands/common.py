"""Error handler, progress bar and consoles of the command line, which all commands share."""

from __future__ import annotations

import argparse
import contextlib
import logging
import math
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, TypeVar

from course.coursedir.errors import CourseError
from course.coursedir.processes import stopped_by_signals
from course.runtime.lacking import lack_of, way_out

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID
    from rich.table import Table

T = TypeVar("T")

# --- What stops a command -------------------------------------------------------------------------------------------

Wording = Callable[[str, CourseError], str]
"""The message for an error, given the name of the command that it stopped."""


def in_its_own_words(command: str, error: CourseError) -> str:
    """The error's message alone, for commands whose messages begin with a file."""
    return str(error)


def with_a_count(command: str, error: CourseError) -> str:
    """The error's message, and after the problems of texts their number."""
    from course.authoring.text.model import SourceError

    if not isinstance(error, SourceError):
        return str(error)
    count = len(error.problems)
    return f"{error}\n{count} problem{'s' * (count != 1)} to mend."


def with_the_commands_name(command: str, error: CourseError) -> str:
    """The error's message after ``course COMMAND:``, for those to whom the texts are not their own."""
    from course.authoring.text.model import SourceError

    unreleased = "the week could not be released.\n" if isinstance(error, SourceError) else ""
    return f"course {command}: {unreleased}{error}"


def set_command(
    parser: argparse.ArgumentParser,
    run: Callable[[argparse.Namespace], int],
    wording: Wording = in_its_own_words,
    writes: Callable[[argparse.Namespace], bool] | None = None,
) -> None:
    """Let ``run`` carry out what ``parser`` parses, and ``wording`` tell what stops it.

    Where ``writes`` says so of the arguments, no other such command runs in the course's folder meanwhile. A command
    that reads, and puts one finished file somewhere, has none.
    """
    parser.set_defaults(run=run, wording=wording, writes=writes)
    if writes is not None:
        parser.add_argument(
            "--wait",
            nargs="?",
            type=_seconds,
            const=math.inf,
            default=0.0,
            metavar="SECONDS",
            help="where another command is at work in the course's folder, wait for its end, for SECONDS at most "
            "(without --wait: say who it is, exit status 75)",
        )


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if (seconds := float(text)) >= 0:
            return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds; write --wait=60, or --wait behind the names")


def always(_: argparse.Namespace) -> bool:
    """Of a command that writes whatever its arguments are."""
    return True


@contextlib.contextmanager
def _alone(args: argparse.Namespace) -> Iterator[None]:
    """Keep others from writing in the course's folder meanwhile, where the command that was parsed writes there."""
    writes = getattr(args, "writes", None)
    if writes is None or not writes(args):
        yield
        return
    from course.coursedir.files import clear_leftovers
    from course.coursedir.layout import find_root
    from course.coursedir.lock import alone

    root = find_root()
    with alone(root, args.line, args.wait, lambda text: print(text, file=sys.stderr)):
        clear_leftovers(root)
        yield


def carry_out(args: argparse.Namespace) -> int:
    """Carry out the command that was parsed; returns its exit status.

    The one handler of errors: whatever stops a command is one message on stderr, never a traceback. A bug is, with its
    traceback. A signal (Ctrl-C, SIGTERM, SIGHUP) stops it too; its status is then 128 and the signal's number.
    """
    _silence_libraries()
    with stopped_by_signals() as came:
        try:
            with _alone(args):
                return args.run(args)
        except KeyboardInterrupt:
            told = _STOPPED, 128 + (came[0] if came else signal.SIGINT)
        except Exception as error:
            # a library may have made another error of the signal's; and a terminal that is closed takes no more words
            told = (_STOPPED, 128 + came[0]) if came else _told(args, error)
        with contextlib.suppress(OSError):
            print(told[0], file=sys.stderr, flush=True)
        return told[1]


def _silence_libraries() -> None:
    """Keep off the terminal what nbgrader and Jupyter log, tracebacks too: the error itself comes to ``carry_out``.

    Python prints what nobody handles. Who wants these logs has handlers of their own, which still get them.
    """
    for name in ("tornado", "traitlets", "sqlalchemy"):
        if not logging.getLogger(name).handlers:
            logging.getLogger(name).addHandler(logging.NullHandler())


_STOPPED = "course: stopped. What was finished is kept; the same command carries on."


def _told(args: argparse.Namespace, error: Exception) -> tuple[str, int]:
    """What an error means to people, and the exit status; raises what is a bug."""
    try:
        raise error
    except CourseError as error:
        message, status = args.wording(args.command, error), error.status
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "course":
            raise
        message, status = f"course: {error.name} is not installed. Instructors install everything with `make`.", 2
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        message, status = (
            f"course: {error.strerror or error}{where}. {way_out(error)} run the same command again: nothing "
            "half-written was left.",
            1,
        )
    except Exception as error:
        if lack := lack_of(error):
            return f"course: {lack} Then run the same command again: nothing half-written was left.", 1
        locked = _gradebook_error(error)
        if locked is None:
            raise
        message, status = args.wording(args.command, locked), locked.status
    return message, status


def _gradebook_error(error: Exception) -> CourseError | None:
    """What the database's own error means to people; None for another error."""
    import sqlite3

    kinds: list[type[Exception]] = [sqlite3.Error]
    with contextlib.suppress(ModuleNotFoundError):
        from sqlalchemy.exc import DatabaseError

        kinds.append(DatabaseError)
    if not isinstance(error, tuple(kinds)):
        return None
    words = getattr(error, "orig", error)
    return CourseError(
        f"the gradebook could not be used: {words}. Close what else has it open, see that the disk has "
        "room, and run the same command again: what was finished is kept."
    )


# --- What a terminal shows ------------------------------------------------------------------------------------------

Column = Literal["spinner", "what", "bar", "count", "percent", "elapsed", "remaining"]


class ProgressBar:
    """A progress bar, or without arguments none at all: its steps then show nothing."""

    def __init__(self, bar: Progress | None = None, task: TaskID | None = None) -> None:
        self._bar, self._task = bar, task

    def step(self, what: str | None = None, by: int = 1) -> None:
        """Go ``by`` steps on; ``what`` is named beside the bar from now on."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=by, description=what)

    def restart(self, total: int, done: int = 0) -> None:
        """Begin with other numbers; the time that is left counts from here."""
        if self._bar is not None and self._task is not None:
            self._bar.reset(self._task, total=total, completed=done)

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """The items, a step after each."""
        for item in items:
            yield item
            self.step()


@contextlib.contextmanager
def progress(
    total: int | None, columns: tuple[Column, ...], what: str = "", done: int = 0, console: Console | None = None
) -> Iterator[ProgressBar]:
    """A progress bar while the ``with`` statement lasts, where a terminal is looked at; elsewhere nothing.

    ``total`` steps are to be done (None: nobody knows), ``done`` of them are. ``columns`` are its parts from left to
    right, ``what`` the words in the column of that name. It is drawn on ``console``, or else on stderr.
    """
    if console is None and sys.stderr.isatty():
        console = messages()
    if console is None or not console.is_terminal:
        yield ProgressBar()
        return
    from rich import progress as rich

    kinds: dict[Column, Callable[[], rich.ProgressColumn]] = {
        "spinner": rich.SpinnerColumn,
        "what": lambda: rich.TextColumn("{task.description}", markup=False),
        "bar": rich.BarColumn,
        "count": rich.MofNCompleteColumn,
        "percent": rich.TaskProgressColumn,
        "elapsed": rich.TimeElapsedColumn,
        "remaining": rich.TimeRemainingColumn,
    }
    drawn = [kinds[column]() for column in columns]
    # what is printed meanwhile goes to stdout as ever: it may be a file
    with rich.Progress(*drawn, console=console, transient=True, redirect_stdout=False) as bar:
        yield ProgressBar(bar, bar.add_task(what, total=total, completed=done))


MAX_SHOWN = 20
"""Names in a line, and rows of a table of what went wrong."""


def few(names: Sequence[str], most: int = MAX_SHOWN) -> str:
    """The first names in a line, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def messages() -> Console:
    """Where progress and warnings go: stderr."""
    from rich.console import Console

    return Console(stderr=True)


def output() -> Console:
    """Where tables go: stdout, as wide as the terminal, or 120 columns in a log."""
    from rich.console import Console

    out = Console(highlight=False)
    if not out.is_terminal:
        out.width = 120  # a log is not a terminal of 80 columns
    return out


def table_of(title: str) -> Table:
    """An empty table without lines, its title above it at the left."""
    from rich.table import Table

    return Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
