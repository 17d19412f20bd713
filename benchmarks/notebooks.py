"""How long does "Restart and run all" of each instructor's notebook take, after its imports? Prints a table.

Run by `make bench-notebooks`. COURSE_DATA names a folder that holds MNIST; without it week 8 takes the digits.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from nbclient import NotebookClient

from course.authoring.notebooks.build import notebook
from course.authoring.text.parse import read

ROOT = Path(__file__).parent.parent
LIMIT = {"week8": 180}  # seconds, with all of MNIST
OTHERS = 60


def timed(path: Path) -> tuple[float, float]:
    """Seconds of the cells up to the imports, and of all cells after them."""
    nb, started, spent = notebook(read(path)), {}, {}
    client = NotebookClient(nb, timeout=600, kernel_name="python3")
    client.on_cell_execute = lambda cell, cell_index: started.update({cell_index: time.perf_counter()})
    client.on_cell_executed = lambda cell, cell_index, execute_reply: spent.update(
        {cell_index: time.perf_counter() - started[cell_index]}
    )
    client.execute()
    last = max(i for i, cell in enumerate(nb.cells) if cell.cell_type == "code" and "from course import" in cell.source)
    return sum(s for i, s in spent.items() if i <= last), sum(s for i, s in spent.items() if i > last)


def main() -> int:
    """Print a row for each notebook; the exit status is 1 when one takes too long."""
    late = 0
    print(f"{'notebook':<24}{'imports':>9}{'cells':>9}{'limit':>8}   (seconds)")
    for path in sorted(ROOT.glob("source/*/*.py")):
        imports, cells = timed(path)
        limit = LIMIT.get(path.parent.name, OTHERS)
        late += cells > limit
        name = f"{path.parent.name}/{path.stem}"
        print(f"{name:<24}{imports:>9.1f}{cells:>9.1f}{limit:>8}", flush=True)
    return int(late > 0)


if __name__ == "__main__":
    sys.exit(main())
