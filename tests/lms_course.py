"""A small course with released notebooks, and downloads as LMSs make them, for tests of collecting and exporting."""

import shutil
import time
import zipfile
from datetime import datetime, timezone

import nbformat
from home import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HOME = ROOT
EARLY, LATER = "2026-03-01 10:00:00", "2026-03-02 20:30:00"
MOODLE = "{name}_{number}_assignsubmission_file_"


def released(week, name):
    """A released notebook: an exercise with its test, a question, and the install cell that all notebooks share."""
    marks = {"schema_version": 3, "locked": False, "points": 1}
    cells = [
        new_code_cell("# the cell that installs the course, the same in every notebook", id="install"),
        new_markdown_cell(f"# {name} of {week}", id=f"{week}-{name}-title"),
        new_code_cell("...", id=f"{name}-1"),
        new_code_cell("check", id=f"{name}-2"),
    ]
    cells[2].metadata["nbgrader"] = {**marks, "grade_id": f"{name}_do", "solution": True, "grade": False}
    cells[3].metadata["nbgrader"] = {**marks, "grade_id": f"check-{name}_do", "solution": False, "grade": True}
    return new_notebook(cells=cells)


def make_course(root):
    """Weeks 8 (one notebook, "old") and 9 ("small" and "extra"), as released."""
    root.mkdir(exist_ok=True)
    shutil.copy(HOME / "nbgrader_config.py", root)
    (root / "pyproject.toml").write_text('[tool.course]\nrepository = ""\n')
    for week, names in {"week8": ["old"], "week9": ["small", "extra"]}.items():
        (root / "source" / week).mkdir(parents=True)
        (root / "release" / week).mkdir(parents=True)
        for name in names:
            (root / "source" / week / f"{name}.py").write_text("# %%\n")
            nbformat.write(released(week, name), root / "release" / week / f"{name}.ipynb")
    return root


def answer(text="1", name="small", week="week9"):
    """A notebook as handed in, with ``text`` for its answer."""
    nb = released(week, name)
    nb.cells[2].source = text
    return nbformat.writes(nb).encode()


def pack(path, files, when=EARLY):
    """A zip of ``files``, {name: bytes or (bytes, "2026-03-01 10:00:00" in UTC)}."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            data, moment = data if isinstance(data, tuple) else (data, when)
            stamp = datetime.strptime(moment, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
            archive.writestr(zipfile.ZipInfo(name, time.localtime(stamp)[:6]), data, zipfile.ZIP_DEFLATED)
    return path


def tree(folder):
    """Every file under a folder and its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
