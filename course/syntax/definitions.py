"""Purity analysis: cells that only define functions and constants, so that running them changes nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def inert_definitions(statements: Iterable[ast.stmt]) -> list[str]:
    """The functions and constants that statements define where defining them runs nothing else; otherwise none."""
    names = [_inert(each) for each in statements]
    return [name for name in names if name] if all(names) else []


def _inert(statement: ast.stmt) -> str:
    """The name that a plain definition gives; "" for any other statement."""
    if isinstance(statement, ast.FunctionDef):
        return statement.name if not statement.decorator_list and _runs_nothing(statement) else ""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        try:
            ast.literal_eval(statement.value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return ""
        return target.id if isinstance(target, ast.Name) else ""
    return ""


def _runs_nothing(function: ast.FunctionDef) -> bool:
    """Whether defining the function runs nothing: its defaults are numbers or words, its annotations names."""
    given = function.args
    arguments = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    notes = [each.annotation for each in arguments if each is not None] + [function.returns]
    constants = all(each is None or isinstance(each, ast.Constant) for each in (*given.defaults, *given.kw_defaults))
    return constants and all(note is None or isinstance(note, (ast.Name, ast.Constant)) for note in notes)
