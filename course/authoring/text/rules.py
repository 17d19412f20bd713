"""Linter of a week's text: each broken rule of the markers is a Problem with its line and the next step."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Iterator

from course.authoring.text.model import Cell, Problem, Role, RoleCell, Source
from course.syntax.python_cells import parse_code
from course.syntax.regions import Marker, Region, RegionError, marker_lines, regions, stub
from course.syntax.scopes import Scopes

# What a check cell may use besides builtins, its own names and what the notebook's solution cells define.
CHECK_NAMES = frozenset({"torch", "check", "cases", "math", "practice"})
BELONGS: dict[Marker, tuple[Role, ...]] = {"SOLUTION": ("solution", "answer"), "HIDDEN TESTS": ("check",)}
CODE_ROLES: tuple[Role, ...] = ("solution", "check", "wrong", "right")


def problems(source: Source) -> list[Problem]:
    """Every broken rule of a source, in no particular order."""
    found: list[Problem] = []
    for cell in source.cells:
        found += _syntax(cell)
        found += _markers(cell)
        found += _points(cell)
        if cell.role in CODE_ROLES and cell.kind != "code":
            found.append(Problem(cell.line, f"a {cell.role} is a code cell. Take [{cell.kind}] away."))
    found += _names(source)
    found += _pairs(source)
    found += _check_names(source)
    found += _gone(source)
    found += _alternatives(source)
    return found


def line_of(cell: Cell, offset: int) -> int:
    """The line in the text of a cell's 0-based line `offset`."""
    header = 1 if cell.raw is None or cell.raw.lstrip().startswith("# %%") else 0
    return cell.line + header + offset


def _syntax(cell: Cell) -> Iterator[Problem]:
    if cell.kind != "code":
        return
    try:
        parse_code(cell.source)
    except SyntaxError as error:
        yield Problem(line_of(cell, (error.lineno or 1) - 1), f"this is not Python: {error.msg}. Correct the cell.")


def _markers(cell: Cell) -> Iterator[Problem]:
    """Solution and hidden-test markers: in pairs, only where they belong, and never left out."""
    for kind, roles in BELONGS.items():
        if not isinstance(cell, RoleCell) or cell.role not in roles:
            if marked := marker_lines(cell.source, kind):
                place = " or ".join(f'{role}="..."' for role in roles)
                what = f"### BEGIN/END {kind} does not belong in this cell"
                yield Problem(line_of(cell, marked[0]), f"{what}. Mark the cell {place}, or take the lines away.")
            continue
        try:
            found = regions(cell.source, kind)
        except RegionError as error:
            yield Problem(line_of(cell, error.offset), str(error))
            continue
        if cell.role == "solution" and not found:
            yield Problem(
                cell.line,
                f"the solution {cell.name!r} has no markers. "
                "Put the answer between ### BEGIN SOLUTION and ### END SOLUTION.",
            )
        elif cell.role == "check" and not found:
            yield Problem(
                cell.line,
                f"the check {cell.name!r} has no hidden tests. "
                "Add some between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS.",
            )
        elif cell.role == "check" and any(not _statements(cell, region) for region in found):
            yield Problem(
                cell.line, f"the hidden tests of {cell.name!r} are empty. Put at least one check between the markers."
            )
        elif cell.role == "solution" and _parses(cell.source) and not _parses(stub(cell.source, cell.name)):
            yield Problem(
                cell.line, f"the stub of {cell.name!r} would not be Python. Indent the markers like the answer."
            )


def _statements(cell: Cell, region: Region) -> bool:
    """Whether a region holds more than comments."""
    lines = cell.source.split("\n")[region.first + 1 : region.last]
    return any(line.strip() and not line.strip().startswith("#") for line in lines)


def _points(cell: Cell) -> Iterator[Problem]:
    if not isinstance(cell, RoleCell) or cell.role not in ("check", "answer"):
        return
    if cell.points is None:
        yield Problem(
            cell.line, f"the {cell.role} {cell.name!r} has no points. Add points=1 (0 for an optional exercise)."
        )
    elif isinstance(cell.points, bool) or not isinstance(cell.points, (int, float)) or not 0 <= cell.points < math.inf:
        yield Problem(
            cell.line, f"points={cell.points!r} is no number of points. Write points=2, or 0 for an optional exercise."
        )


def _names(source: Source) -> Iterator[Problem]:
    """No name twice: solutions, answers and given cells share one set of names, checks have another."""
    seen: dict[tuple[str, str, str | None], RoleCell] = {}
    for cell in source.cells:
        if not isinstance(cell, RoleCell):
            continue
        group = cell.role if cell.role in ("check", "wrong", "right") else "name"
        key = (group, cell.name, cell.title if group in ("wrong", "right") else None)
        first = seen.setdefault(key, cell)
        if first is not cell and key[-1] is not None:
            yield Problem(
                cell.line,
                f"another {cell.role} answer is called {cell.title!r} (line {first.line}). Rename one of them.",
            )
        elif first is not cell and group not in ("wrong", "right"):
            yield Problem(cell.line, f"the name {cell.name!r} is taken by line {first.line}. Rename one of the two.")


def _pairs(source: Source) -> Iterator[Problem]:
    """One check for each solution, after it; known answers belong to an exercise and say what they are."""
    solutions = {cell.name: cell for cell in reversed(source.with_role("solution"))}
    checks = {cell.name: cell for cell in reversed(source.with_role("check"))}
    for name, cell in solutions.items():
        if name not in checks:
            yield Problem(
                cell.line, f'the solution {name!r} has no check. Add `# %% check="{name}" points=1` after it.'
            )
    for name, cell in checks.items():
        if name not in solutions:
            yield Problem(cell.line, f'the check {name!r} has no solution. Add `# %% solution="{name}"` before it.')
        elif cell.line < solutions[name].line:
            yield Problem(
                cell.line, f"the check {name!r} stands before its solution. Move it below line {solutions[name].line}."
            )
    for cell in source.with_role("wrong", "right"):
        if cell.name not in solutions:
            yield Problem(cell.line, f"{cell.role} answer to {cell.name!r}: no exercise has that name. Correct it.")
        if not cell.title:
            yield Problem(cell.line, f'this {cell.role} answer has no name. Add name="..." that says what it does.')
        if cell.role == "wrong" and not cell.says:
            yield _missing_line(cell, "says", "what went wrong")
        if cell.role == "wrong" and not cell.next:
            yield _missing_line(cell, "next", "what to try")


def _missing_line(cell: RoleCell, key: str, what: str) -> Problem:
    return Problem(cell.line, f"this wrong answer has no `# {key}:` line. Begin the cell with one: {what}.")


def _check_names(source: Source) -> Iterator[Problem]:
    """A check cell uses only what the grader's process has too, and never looks into a student's object."""
    solutions = [cell.source for cell in source.with_role("solution") if _parses(cell.source)]
    students = {name for solution in solutions for name in Scopes.of(solution).bound()}
    allowed = students | CHECK_NAMES | set(dir(builtins))
    for cell in source.with_role("check"):
        if not _parses(cell.source):
            continue
        tree = parse_code(cell.source)
        scopes = Scopes(tree.body)
        strange, own = set(scopes.free) - allowed, scopes.own
        told: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in strange and node.id not in told:
                told.add(node.id)
                yield Problem(
                    line_of(cell, node.lineno - 1),
                    f"the check uses {node.id!r}, which the grader does not have. Use only torch, check, cases, math, "
                    "practice, the names of solution cells, and names assigned in this cell.",
                )
            elif (
                isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in students - own
            ):
                yield Problem(
                    line_of(cell, node.lineno - 1),
                    f"the check looks into the student's {node.value.id!r} (.{node.attr}). Pass it to check whole.",
                )


def _gone(source: Source) -> Iterator[Problem]:
    """No later cell uses a name that only a check binds: it is gone after the check, and when graded never there."""
    there, by_checks = set(dir(builtins)), dict[str, str]()
    for cell in source.cells:
        if cell.kind != "code" or not cell.released or not _parses(cell.source):
            continue
        scopes = Scopes.of(cell.source)
        for name in sorted(scopes.needed & by_checks.keys() - there):
            yield Problem(
                cell.line,
                f"this cell uses {name!r}, which only the check of {by_checks[name]} binds; the names of a check are "
                "gone after it. Bind the name in a cell of its own.",
            )
        if isinstance(cell, RoleCell) and cell.role == "check":
            by_checks.update(dict.fromkeys(scopes.bound(), cell.name))
        else:
            there.update(scopes.bound())


def _alternatives(source: Source) -> Iterator[Problem]:
    """A wrong or right answer replaces the solution cell, so it defines what the exercise's check asks for."""
    for exercise in source.exercises.values():
        if not _parses(exercise.solution.source) or not _parses(exercise.check.source):
            continue
        names = Scopes.of(exercise.solution.source).bound()
        used = Scopes.of(exercise.check.source).free
        needed = [name for name in names if name in used] or names
        for cell in (*exercise.wrongs, *exercise.rights):
            defined = Scopes.of(cell.source).bound() if _parses(cell.source) else needed
            missing = [name for name in needed if name not in defined]
            if missing:
                yield Problem(
                    cell.line,
                    f"this {cell.role} answer does not define {', '.join(missing)}. "
                    "Write the whole cell that would stand in the solution's place.",
                )


def _parses(source: str) -> bool:
    try:
        parse_code(source)
    except SyntaxError:
        return False
    return True
