"""``python -m tests.faults``: play the trials, two at a time, and print what came of each."""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
LONGEST_S = 400.0
"""Seconds after which a trial is given up."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="python -m tests.faults", description="Play the trials.")
    found.add_argument("names", nargs="*", metavar="NAME", help="only trials whose names begin so, or a family")
    found.add_argument("--quick", action="store_true", help="only the quick half")
    found.add_argument("--jobs", type=int, default=2, metavar="N", help="trials at once (default: 2)")
    found.add_argument("--seed", type=int, default=16, metavar="N", help="what chance begins with (default: 16)")
    found.add_argument("--keep", action="store_true", help="leave the trials' folders where they are")
    found.add_argument("--made", type=Path, metavar="FOLDER", help="the prepared course of a run that was kept")
    found.add_argument("--list", action="store_true", help="print the trials and what they do; play none")
    return found


def main(argv: list[str] | None = None) -> int:
    """Play them; returns the exit status, 0 when everything came out as without the trouble."""
    from . import every
    from .trial import remove

    args = parser().parse_args(argv)
    wanted = [
        each
        for each in every()
        if (each.quick or not args.quick)
        and (not args.names or any(each.name.startswith(name) or each.family == name for name in args.names))
    ]
    if not wanted:
        print(f"There is no trial {' '.join(args.names)}. `--list` lists them.", file=sys.stderr)
        return 2
    if args.list:
        for each in wanted:
            print(f"{each.family:8} {each.name:40} {'quick' if each.quick else '     '} {each.says}")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="course-faults-"))
    os.chmod(folder, 0o755)
    try:
        results = play(wanted, folder, args.jobs, args.seed, args.made)
    finally:
        if args.keep:
            print(f"kept: {folder}")
        else:
            remove(folder)
    return 1 if any(result["wrong"] for result in results) else 0


def play(wanted: list, folder: Path, jobs: int, seed: int, made: Path | None = None) -> list[dict]:
    """Prepare, play, and print the table; the results in the order of the trials."""
    from .command import import_everything
    from .place import prepare

    began = time.monotonic()
    import_everything()
    if made is None:
        made = folder / "made"
        made.mkdir()
        prepare(made)
    print(f"prepared in {time.monotonic() - began:.0f} s, {_processor():.0f} s of processor time; seed {seed}")
    print("time, processor time, trial, what it came to, what happened", flush=True)
    waiting, running, results = list(wanted), {}, {}
    while waiting or running:
        while waiting and len(running) < jobs:
            each = waiting.pop(0)
            running[_begin(each, made, folder, seed)] = (each, time.monotonic())
        pid, status = os.waitpid(-1, 0)
        if pid in running:
            each, at = running.pop(pid)
            results[each.name] = _result(each, folder, os.waitstatus_to_exitcode(status), time.monotonic() - at)
            _tell(results[each.name])
    made_of = [results[each.name] for each in wanted]
    _table(made_of, time.monotonic() - began)
    return made_of


def _processor() -> float:
    """Processor time in seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _begin(each, made: Path, folder: Path, seed: int) -> int:
    """A process that plays one trial and writes its result; its number."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        _play_one(each, made, folder, seed)
    finally:
        os._exit(0)


def _play_one(each, made: Path, folder: Path, seed: int) -> None:
    import signal

    from .processes import adopt_orphans, below, end, left_after
    from .trial import Stage

    adopt_orphans()
    own = folder / each.name
    stage = None

    def late(*_: object) -> None:
        raise TimeoutError(f"it had not ended after {LONGEST_S:.0f} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(int(LONGEST_S))
    try:
        stage = Stage(made, own, random.Random(f"{seed} {each.name}"))
        each.play(stage)
        notes, wrong = stage.notes, stage.wrong
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        notes = stage.notes if stage else []
        wrong = [
            *(stage.wrong if stage else []),
            f"the trial itself stopped: {type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})",
        ]
    signal.alarm(0)
    end(below(os.getpid()))
    left_after(5)
    result = {"notes": notes, "wrong": wrong, "processor": _processor()}
    (folder / f"{each.name}.json").write_text(json.dumps(result))
    if stage is not None and not wrong and "KEEP" not in os.environ:
        stage.put_away()


def _result(each, folder: Path, status: int, seconds: float) -> dict:
    try:
        found = json.loads((folder / f"{each.name}.json").read_text())
    except (OSError, ValueError):
        found = {"notes": [], "wrong": [f"the trial's process ended with {status} and no result"], "processor": 0}
    return {"name": each.name, "family": each.family, "says": each.says, "seconds": seconds, **found}


def _tell(result: dict) -> None:
    """One trial's line, and what is wrong below it."""
    state = "same" if not result["wrong"] else f"{len(result['wrong'])} WRONG"
    times = f"{result['seconds']:4.0f} s {result['processor']:4.0f} s"
    print(f"{times}  {result['name']:38} {state:9} {'; '.join(result['notes'])}", flush=True)
    for each in result["wrong"][:12]:
        print(f"          - {each}", flush=True)
    if len(result["wrong"]) > 12:
        print(f"          - and {len(result['wrong']) - 12} more", flush=True)


def _table(results: list[dict], seconds: float) -> None:
    """The table at the end, by family."""
    print()
    print(f"{'family':9} {'trial':38} {'came to':9} what is done")
    for each in results:
        state = "same" if not each["wrong"] else "WRONG"
        print(f"{each['family']:9} {each['name']:38} {state:9} {each['says']}")
    failed = [each["name"] for each in results if each["wrong"]]
    well = len(results) - len(failed)
    used = f"{seconds:.0f} s, {_processor():.0f} s of processor time"
    print(f"{len(results)} trials in {used}: {well} came to the same, {len(failed)} did not")
    if failed:
        print("Play one of them again: python -m tests.faults --keep " + failed[0])


if __name__ == "__main__":
    os.chdir(HOME)
    sys.path.insert(0, str(HOME / "tests"))
    sys.exit(main())
