"""Does the one scope analysis answer by Python's own rules what is asked of a cell?"""

import ast
import symtable

import pytest
from home import ROOT

from course.authoring.text.parse import read
from course.syntax.scopes import ASSIGNED, Scopes

TEXTS = sorted(ROOT.glob("source/*/*.py"))

CASES = {
    # source: (bound, assigned, free, needed)
    "a = 1\nb, (c, *d) = a, e": ("a b c d", "a b c d", "e", "e"),
    "import os.path as p, sys\nfrom math import pi as tau": ("p sys tau", "", "", ""),
    "def f(x, y=z):\n    t = x + w\n    return t": ("f", "f", "z w", "z w"),
    "class A(B):\n    x = 1\n    def g(self):\n        return x": ("A", "A", "B x", "B x"),
    "for i in rows:\n    t = i": ("i t", "t", "rows", "rows"),
    "with opened() as f:\n    pass": ("f", "f", "opened", "opened"),
    "total += step": ("total", "", "step", "step total"),
    "x = x + 1": ("x", "x", "", "x"),
    "x = 1\nx = x + 1": ("x", "x", "", ""),
    "y: int\nz: int = 2": ("z", "z", "int", "int"),
    "del gone": ("", "", "", ""),
    "try:\n    pass\nexcept Bad as e:\n    print(e)": ("", "", "Bad print", "Bad print"),
    "squares = [k * n for k in ks if (last := k)]": (
        "squares last",
        "squares last",
        "ks k n".replace("k ", ""),
        "ks n",
    ),
    "check(lambda X: X @ W)\nX = data": ("X", "X", "check W data", "check W data"),
    "def f():\n    global g\n    g = h": ("f", "f", "h", "h"),
    "def f():\n    n = 0\n    def step():\n        nonlocal n\n        n += k\n    return step": ("f", "f", "k", "k"),
    "match p:\n    case [q, *r]:\n        pass\n    case {'s': 1, **t}:\n        pass": ("q r t", "", "p", "p"),
    "%matplotlib inline\n!ls\nv = 1": ("v", "v", "", ""),
    "%%bash\nls": ("", "", "", ""),
    "async def f():\n    return await g()": ("f", "f", "g", "g"),
}


@pytest.mark.parametrize("source", CASES)
def test_are_names_told_apart_by_what_binds_and_what_reads_them(source):
    bound, assigned, free, needed = (set(names.split()) for names in CASES[source])
    scopes = Scopes.of(source)
    assert set(scopes.bound()) == bound
    assert set(scopes.bound(by=ASSIGNED)) == assigned
    assert set(scopes.free) == free
    assert scopes.needed == needed


def test_are_names_given_in_the_order_in_which_they_first_appear():
    scopes = Scopes.of("b = z(y)\na = x\nb = a")
    assert scopes.bound() == ["b", "a"] and scopes.free == ["z", "y", "x"]


def test_are_all_ways_of_binding_the_cells_own():
    scopes = Scopes.of("import m\ndel d\nn: int\ntry:\n    pass\nexcept E as e:\n    pass\nfor i in r:\n    pass")
    assert scopes.own == {"m", "d", "n", "e", "i"}


def test_are_statements_that_come_later_read_with_those_before():
    scopes = Scopes()
    for source in ("a = b", "c = a"):
        scopes.add(ast.parse(source).body)
    assert scopes.free == ["b"] and scopes.bound() == ["a", "c"] and scopes.used == [{"a", "b"}, {"a", "c"}]


def outside(code):
    """(names that code takes from outside, names that it binds at its top level), by Python's own symbol tables."""
    top = symtable.symtable(code, "cell", "exec")
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    used, tables = set(), [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (table is top or s.is_global())}
    return used - own, own


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_does_it_agree_with_pythons_symbol_tables_on_every_cell(path):
    for cell in read(path).cells:
        if cell.kind == "code" and not any(line.lstrip().startswith(("%", "!")) for line in cell.source.splitlines()):
            scopes = Scopes.of(cell.source)
            assert (set(scopes.free), scopes.own) == outside(cell.source), cell.source
