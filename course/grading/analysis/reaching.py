"""Reaching definitions (def-use chains): which earlier statements made or changed what a name stands for.

Top-level code sees what was bound before it; a function's body, when it is called, what is bound by then. So a name
that another cell binds again is in nobody's way: what reaches no use is not needed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from course.grading.analysis.effects import Effects, Function, Moment, Pass
from course.grading.analysis.effort import Effort

Link = tuple[str, "Node | None", bool]
"""A name, what it was bound by, and whether its object is only held (True) or the value may be a part of it."""


@dataclass(eq=False)
class Node:
    """A statement that binds or changes a name, and what came before where it does not surely bind it anew.

    ``runs`` are the statements whose functions may run when the value is used, ``links`` the objects it is made of.
    """

    index: int
    before: Node | None
    runs: frozenset[int] = frozenset()
    links: frozenset[Link] = frozenset()
    imported: bool = False
    slopes: bool = False  # it only fills slopes: a backward pass
    base: Node | None = None  # what surely bound the name


class Reaching:
    """The chains of all global names, statement by statement."""

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self._effects: list[Effects] = []
        self._nodes: dict[str, list[Node]] = {}
        self._indices: dict[str, list[int]] = {}
        self._functions: dict[tuple[bool, str], list[Function]] = {}
        self._holders: dict[str, set[str]] = {}
        self._doing: set[int] = set()  # statements whose functions change something
        self._stars: list[int] = []
        self._futures: list[int] = []
        self._hidden: list[int] = []  # statements that may bind names which nobody can read off

    def is_bound(self, name: str) -> bool:
        """Whether some statement binds the name, or may do so by a text."""
        return name in self._nodes or bool(self._hidden)

    # Forwards: one statement more

    def add(self, effects: Effects) -> None:
        """The next statement. Raises TooMuch."""
        index, now = len(self._effects), effects.now
        self._effects.append(effects)
        for function in effects.functions:
            self._functions.setdefault((function.method, function.name), []).append(function)
        if effects.later.does:
            self._doing.add(index)
        running = self._running(index, effects)
        moments = [now, *(self._effects[each].later for each in sorted(running))]
        changed = self._changed(moments)
        rebound = set().union(*(moment.binds for moment in moments))
        filled: set[str] = set()
        if any(moment.backward for moment in moments):
            filled = self._ancestors(moments) - changed
        if effects.star:
            self._stars.append(index)
        if effects.future:
            self._futures.append(index)
        if any(moment.hidden for moment in moments):
            self._hidden.append(index)
        runs = frozenset({index} if effects.functions else ()).union(*(self._runs(each) for each in now.reads))
        links = {name: self._linked(effects.links.get(name, ())) for name in (*effects.strong, *changed, *rebound)}
        for name in effects.strong:
            last = self._last(name) if effects.imports else None
            inside = last if last and last.imported and self._effects[last.index].dotted else None
            node = Node(index, inside, frozenset() if effects.imports else runs, links[name], effects.imports)
            node.base = node
            self._push(name, node)
        for name in (changed | rebound) - effects.strong:
            self._push(name, self._after(index, name, runs, links[name]))
        for name in filled - rebound - effects.strong:
            node = self._after(index, name, frozenset(), frozenset())
            node.slopes = True
            self._push(name, node)

    def _after(self, index: int, name: str, runs: frozenset[int], links: frozenset[Link]) -> Node:
        """A statement that changes a name, or may bind it."""
        before = self._last(name)
        if before is None:
            return Node(index, None, runs, links)
        more = before.runs if runs <= before.runs else before.runs | runs
        parts = before.links if links <= before.links else before.links | links
        return Node(index, before, more, parts, base=before.base)

    def _push(self, name: str, node: Node) -> None:
        self._nodes.setdefault(name, []).append(node)
        self._indices.setdefault(name, []).append(node.index)
        for target, _, _ in node.links:
            self._holders.setdefault(target, set()).add(name)

    def _last(self, name: str) -> Node | None:
        nodes = self._nodes.get(name)
        return nodes[-1] if nodes else None

    def _runs(self, name: str) -> frozenset[int]:
        last = self._last(name)
        return last.runs if last else frozenset()

    def _linked(self, names: Iterable[tuple[str, bool]]) -> frozenset[Link]:
        found = ((name, self._last(name), held) for name, held in names)
        return frozenset((name, last.base, held) for name, last, held in found if last and not self._is_import(name))

    def _is_import(self, name: str) -> bool:
        last = self._last(name)
        return last is not None and last.base is not None and last.base.imported

    def _running(self, index: int, effects: Effects) -> set[int]:
        """The statements whose functions may run now and change something."""
        if not self._doing:
            return set()
        found: set[int] = {index} if effects.runs_own else set()
        called = effects.called.union(*({to for to, _ in effects.links.get(name, ())} for name in effects.called))
        waiting = [*found, *(each for name in called for each in self._runs(name))]
        found.update(waiting)
        while waiting:
            for name in self._effects[waiting.pop()].later.reads:
                self._effort.spend()
                fresh = self._runs(name) - found
                found |= fresh
                waiting += fresh
        return found & self._doing

    def _changed(self, moments: Iterable[Moment]) -> set[str]:
        """The names whose objects are changed, those that share them included."""
        direct: set[tuple[str, bool]] = set()
        for moment in moments:
            direct |= moment.changes
            direct |= {(each.name, True) for each in moment.passes if self._changes(each)}
            for function in moment.results:
                inner = [self._effects[each] for each in self._runs(function)]
                direct |= {(name, True) for each in inner for name in each.later.reads if not self._runs(name)}
        known: dict[str, bool] = {}
        waiting = [(name, deep) for name, deep in direct if self._last(name) and not self._is_import(name)]
        while waiting:
            name, deep = waiting.pop()
            if known.get(name, False) >= deep and name in known:
                continue
            known[name] = deep
            last = self._last(name)
            self._effort.spend(1 + len(last.links if last else ()))
            for target, base, held in last.links if last else ():
                now = self._last(target)
                if (deep or not held) and now and now.base is base:
                    waiting.append((target, True))
            for holder in self._holders.get(name, ()):
                above = self._last(holder)
                self._effort.spend(1 + len(above.links if above else ()))
                base = last.base if last else None
                if above and any(to == name and at is base for to, at, _ in above.links):
                    waiting.append((holder, False))
        return set(known)

    def _changes(self, handed: Pass) -> bool:
        """Whether a function changes what it is given."""
        known, waiting = set(), [handed]
        while waiting:
            self._effort.spend()
            given = waiting.pop()
            key = (given.callee, given.method, given.slot, given.alone)
            if key in known:
                continue
            known.add(key)
            functions = self._functions.get((given.method, given.callee), ())
            if not functions and given.alone:
                return True
            for function in functions:
                takes = function.takes(given.slot)
                if takes & function.changed:
                    return True
                waiting += (each for each in function.passes if each.name in takes)
        return False

    def _ancestors(self, moments: Iterable[Moment]) -> set[str]:
        """The names that a loss was computed from: a backward pass fills their slopes."""
        known, found = set(), set()
        waiting = [name for moment in moments for name in moment.reads]
        while waiting:
            self._effort.spend()
            name = waiting.pop()
            last = self._last(name)
            if name in known or last is None or self._is_import(name):
                continue
            known.add(name)
            for each in (self._effects[index] for index in {last.index, last.base.index if last.base else last.index}):
                waiting += {*each.now.reads, *each.later.reads}
                if not each.defines:  # functions and classes have none themselves
                    found.add(name)
        return found

    # Backwards: from a name to what it needs

    def needed(self, name: str, known: Collection[str]) -> dict[int, set[str]]:
        """The numbers of the statements that a name's value needs at the end, each with the names that it is kept for.

        ``known`` are the names that are there without any statement. Raises TooMuch.
        """
        kept = self._needed(name, known, slopes=False)
        if any(self._effects[index].slopes for index in kept):
            kept = self._needed(name, known, slopes=True)
        return kept

    def _needed(self, name: str, known: Collection[str], slopes: bool) -> dict[int, set[str]]:
        kept: dict[int, set[str]] = {index: set() for index in self._futures}
        end = len(self._effects)
        waiting, demanded, seen = [(name, end)], {(name, end)}, set()

        def keep(index: int, wanted: str) -> Iterator[tuple[str, int]]:
            """Keep a statement, and ask for what it reads when it runs."""
            if index not in kept:
                effects = self._effects[index]
                yield from ((each, index) for each in effects.now.reads)
                if effects.runs_own:
                    yield from ((each, index) for each in effects.later.reads)
            kept.setdefault(index, set()).add(wanted)

        while waiting:
            wanted, time = waiting.pop()
            asked: list[tuple[str, int]] = []
            node = self._at(wanted, time)
            if node is not None:
                asked += ((each, time) for run in node.runs for each in self._effects[run].later.reads)
            if node is None or node.base is None:
                hidden = self._hidden if wanted not in known else []
                for index in [*self._stars, *hidden]:
                    if index < time:
                        asked += keep(index, wanted)
            while node is not None and id(node) not in seen:
                seen.add(id(node))
                if slopes or not node.slopes:
                    asked += keep(node.index, wanted)
                node = node.before
            self._effort.spend(1 + len(asked))
            fresh = set(asked) - demanded
            demanded |= fresh
            waiting += fresh
        return kept

    def _at(self, name: str, time: int) -> Node | None:
        """What a name stands for just before statement ``time``."""
        indices = self._indices.get(name)
        place = bisect_left(indices, time) if indices else 0
        return self._nodes[name][place - 1] if place else None
