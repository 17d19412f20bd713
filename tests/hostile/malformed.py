# ruff: noqa: E501 (code of attackers, and tables)
"""Malformed notebooks of every kind: files that are none, and notebooks whose cells are not as they were released."""

import json

from .case import EITHER, NOT_GRADED, Hand, case


def _changed(hand: Hand, change) -> None:
    """Write the notebook as JSON after ``change`` was made to the plain dict."""
    plain = json.loads(hand.json())
    change(plain)
    hand.body = json.dumps(plain)


BROKEN = {
    "empty": ("an empty file", b""),
    "spaces": ("nothing but spaces", b"  \n\t \n"),
    "not_json": ("half of a notebook", b'{"cells": [{"cell_type": "code"'),
    "json_list": ("a list", b"[]"),
    "json_number": ("a number", b"12"),
    "json_null": ("null", b"null"),
    "json_text": ("a text", b'"notebook"'),
    "json_nothing": ("an empty object", b"{}"),
    "no_cells": ("no cells", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}'),
    "cells_null": ("cells are null", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": null}'),
    "cells_empty": ("no cell", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'),
    "cells_numbers": ("cells are numbers", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1, "x", null, []]}'),
    "cells_object": ("cells are an object", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {"a": 1}}'),
    "metadata_list": ("metadata are a list", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": [], "cells": []}'),
    "format_text": ("the format is text", b'{"nbformat": "four", "nbformat_minor": 5, "metadata": {}, "cells": []}'),
    "format_future": ("a format of the future", b'{"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}'),
    "format_zero": ("format 0", b'{"nbformat": 0, "metadata": {}, "cells": []}'),
    "format_huge": ("a format with a number that is none", b'{"nbformat": 1e999, "nbformat_minor": -1, "metadata": {}, "cells": []}'),
    "deep": ("a hundred thousand brackets", b"[" * 100_000 + b"]" * 100_000),
    "deep_objects": ("objects nested deeply in the metadata", b'{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": ' + b'{"a":' * 3000 + b"1" + b"}" * 3001),
    "binary": ("bytes that are no text", bytes(range(256)) * 40),
    "zip": ("a zip file", b"PK\x03\x04" + b"\0" * 1000),
    "page": ("a web page", b"<!doctype html><html><body>Sign in</body></html>"),
    "pickle": ("a pickle", b"cos\nsystem\n(S'touch /tmp/hostile-was-here'\ntR."),
    "nulls": ("a megabyte of nulls", b"\0" * 1_000_000),
    "huge_number": ("a number of a million digits", b'{"nbformat": 4, "nbformat_minor": ' + b"9" * 1_000_000 + b"}"),
}  # fmt: skip
for _name, (_says, _body) in BROKEN.items():

    def _edit(hand: Hand, body: bytes = _body) -> None:
        hand.body = body

    _edit.__name__, _edit.__doc__ = f"file_{_name}", f"The file is {_says}."
    case("practice1", loses=("*",), state=NOT_GRADED)(_edit)


@case("practice1")
def byte_order_mark(hand: Hand) -> None:
    """The file begins with a byte order mark."""
    hand.body = b"\xef\xbb\xbf" + hand.json().encode()


@case("practice1", state=EITHER)
def utf_16(hand: Hand) -> None:
    """The file is in UTF-16."""
    hand.body = hand.json().encode("utf-16")


@case("practice1", state=EITHER)
def latin_1(hand: Hand) -> None:
    """The file is in Latin-1, with letters that differ."""
    hand.text("caf\xe9")
    hand.body = json.dumps(json.loads(hand.json()), ensure_ascii=False).encode("latin-1", "replace")


@case("practice1")
def not_a_number(hand: Hand) -> None:
    """The metadata hold NaN and Infinity, which JSON does not have."""
    hand.body = hand.json().replace('"metadata": {', '"metadata": {"x": NaN, "y": -Infinity, "z": 1e999, ', 1)


@case("practice1", state=EITHER)
def duplicate_keys(hand: Hand) -> None:
    """Keys are there twice: the notebook's cells, and none."""
    hand.body = hand.json().rstrip()[:-1] + ', "cells": []}'


@case("practice1", state=EITHER)
def surrogates(hand: Hand) -> None:
    """The source holds half a character, which no file can."""
    hand.last("# X\nimport os; os._exit(1)")
    hand.body = json.dumps(json.loads(hand.json())).replace("# X", "# \\ud800")


@case("practice1", state=EITHER)
def format_3(hand: Hand) -> None:
    """The notebook is in format 3."""
    import nbformat

    hand.body = nbformat.writes(nbformat.convert(hand.nb, 3), version=3)


@case("practice1")
def format_4_0(hand: Hand) -> None:
    """The notebook is in format 4.0, which has no ids."""

    def change(nb):
        nb["nbformat_minor"] = 0
        for cell in nb["cells"]:
            cell.pop("id", None)

    _changed(hand, change)


@case("practice1", state=EITHER)
def wrong_types(hand: Hand) -> None:
    """Sources, outputs and counts have wrong types."""

    def change(nb):
        nb["cells"][0]["source"] = 5
        nb["cells"][1]["metadata"] = []
        nb["cells"][2]["cell_type"] = "poem"

    _changed(hand, change)


@case("practice1")
def outputs_malformed(hand: Hand) -> None:
    """Stored outputs are of no known kind."""

    def change(nb):
        for cell in nb["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [{"output_type": "x"}, 5, None], -3

    _changed(hand, change)


@case("practice1")
def marks_malformed(hand: Hand) -> None:
    """nbgrader's metadata have wrong types: a list, a number, a name that is a list."""

    def change(nb):
        wrong = [[], 5, None, "x", {"grade_id": ["a"]}, {"grade_id": 3, "schema_version": 99}, {"schema_version": "x"}]
        for number, cell in enumerate(c for c in nb["cells"] if "nbgrader" not in c["metadata"]):
            cell["metadata"]["nbgrader"] = wrong[number % len(wrong)]

    _changed(hand, change)


@case("practice1")
def marks_of_the_future(hand: Hand) -> None:
    """nbgrader's metadata are of a schema of the future, and of an old one."""
    for number, cell in enumerate(c for c in hand.nb.cells if "nbgrader" in c.metadata):
        cell.metadata.nbgrader.schema_version = 99 if number % 2 else 1


@case("practice1")
def ids_malformed(hand: Hand) -> None:
    """Cell ids are the same, empty, and no ids."""

    def change(nb):
        for number, cell in enumerate(nb["cells"]):
            cell["id"] = ["same", "", "a b <c>", "x" * 300][number % 4]

    _changed(hand, change)


@case("practice1")
def ids_swapped(hand: Hand) -> None:
    """The ids of cells are dealt out anew, the other way round."""
    ids = [cell.id for cell in hand.nb.cells][::-1]
    for cell, name in zip(hand.nb.cells, ids, strict=True):
        cell.id = name


@case("practice1")
def metadata_gone(hand: Hand) -> None:
    """All metadata are gone, as after a pass through another tool."""
    for cell in hand.nb.cells:
        cell.metadata = {}
    hand.nb.metadata = {}


@case("practice1")
def tests_deleted(hand: Hand) -> None:
    """All test cells are deleted."""
    hand.nb.cells = [
        c for c in hand.nb.cells if not str(c.metadata.get("nbgrader", {}).get("grade_id", "")).startswith("check-")
    ]


@case("practice1")
def everything_twice(hand: Hand) -> None:
    """Every cell is pasted twice."""
    import copy

    copies = copy.deepcopy(hand.nb.cells)
    for cell in copies:
        cell.id = f"{cell.id[:50]}-2"
    hand.nb.cells += copies


@case("practice1")
def tests_at_the_top(hand: Hand) -> None:
    """A test cell has been moved to the top, before the answer."""
    hand.nb.cells.insert(0, hand.nb.cells.pop(hand.index("check-sides")))


@case("practice1", loses=("walk",))
def exercise_deleted(hand: Hand) -> None:
    """An exercise's cell is deleted."""
    del hand.nb.cells[hand.index("walk")]


@case("practice1", loses=("walk",))
def exercise_as_text(hand: Hand) -> None:
    """An exercise's cell is emptied and made a raw cell."""
    cell = hand.cell("walk")
    cell.cell_type, cell.source = "raw", "I do not know."
    del cell["outputs"], cell["execution_count"]


@case("practice1", loses=("walk",))
def syntax_error(hand: Hand) -> None:
    """An exercise's cell is no Python."""
    hand.put("walk", "walked = = (\n  ))) \x00 \u202e")


@case("practice1")
def many_cells(hand: Hand) -> None:
    """Two thousand more cells."""
    for _ in range(2000):
        hand.last("1")


@case("practice1")
def long_line(hand: Hand) -> None:
    """A line of two million characters, and markdown that is hard to parse."""
    hand.last("x = '" + "a" * 2_000_000 + "'")
    hand.text("[" * 3000 + "](" * 300 + "*_" * 5000 + "<div>" * 300)


@case("practice1")
def unknown_kernel(hand: Hand) -> None:
    """The notebook asks for a kernel of another language, with a command to run."""
    hand.nb.metadata["kernelspec"] = {
        "name": "../../evil",
        "display_name": "R",
        "language": "R",
        "argv": ["touch", "x"],
    }
    hand.nb.metadata["language_info"] = {"name": "R", "file_extension": "../../x"}


@case("practice1", loses=("*",), state=NOT_GRADED)
def another_week(hand: Hand) -> None:
    """The file holds the notebook of another week."""
    hand.body = (hand.root / "release" / "week5" / "backprop.ipynb").read_bytes()


@case("practice1", loses=("*",), state=EITHER)
def another_practice(hand: Hand) -> None:
    """The file holds the other practice, whose exercises partly have the same names."""
    hand.body = (hand.root / "release" / "practice2" / "practice.ipynb").read_bytes()


@case("practice1", loses=("*",), state=NOT_GRADED)
def folder_for_notebook(hand: Hand) -> None:
    """A folder has the notebook's name."""
    hand.written = False
    hand.file(f"{hand.name}/x.txt")


@case("practice1", loses=("*",), state=NOT_GRADED)
def no_notebook(hand: Hand) -> None:
    """The notebook is there under another name."""
    hand.written = False
    hand.file("practice (1).ipynb", hand.json())


@case("practice1", loses=("*",), state=NOT_GRADED)
def nothing_handed_in(hand: Hand) -> None:
    """The folder is empty."""
    hand.written = False


@case("week1/tables", solved=("count_missing", "target_values", "one_hot", "fill_means"))
def one_of_two_broken_metadata(hand: Hand) -> None:
    """The cells are in another order, and every other one has lost its metadata."""
    for number, cell in enumerate(hand.nb.cells):
        if number % 2:
            cell.metadata.pop("nbgrader", None)


@case("practice2", solved=("student_id", "forward", "collapse"))
def nested_metadata(hand: Hand) -> None:
    """Metadata of cells are nested two hundred deep."""
    deep = {}
    for _ in range(200):
        deep = {"a": deep}
    hand.nb.cells[0].metadata["x"] = deep
