"""A small course with released notebooks, and class lists and downloads as LMSs make them: collecting, exporting."""

import csv
import shutil
import time
import zipfile
from datetime import datetime, timezone

import nbformat
from home import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

EARLY, LATER = "2026-03-01 10:00:00", "2026-03-02 20:30:00"
ADA, BOB, CLEO, DAN, EVE = "U1234567A", "U7654321B", "U1111111C", "U2222222D", "U3333333E"
NAMES = {ADA: "Ada Lovelace", BOB: "Bob Müller", CLEO: "Cleo Ng", DAN: "Dan Ode", EVE: "Eve Hill"}
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    f'Participant 11,Ada Lovelace,{ADA}@uni.example,Submitted,,10.00,Yes,"Monday, 2 March 2026, 8:30 PM",-,\n'
    f"Participant 12,Bob Müller,{BOB}@uni.example,Submitted,,10.00,Yes,-,-,\n"
)
"""Of Moodle: two students, before anybody is graded."""
GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Week 9 (501)\n    Points Possible,,,,,10\n"
    f'"Lovelace, Ada",901,{ADA},ada,A,\n"Müller, Bob",902,{BOB},bob,A,\n"Student, Test",903,,x,A,\n'
)
"""Of Canvas: the same two."""
CLASS_WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
)
CLASS_WORKSHEET += "".join(
    f'Participant {n},{NAMES[who]},{who}@uni.example,Submitted for grading,{old},6.00,Yes,-,"Sunday, 1 March 2026"'
    f',"well, ""said"" {n}"\n'
    for n, (who, old) in enumerate({ADA: "", BOB: "1.00", CLEO: "", DAN: "4.00", EVE: ""}.items(), 11)
)
"""Of Moodle: the whole class, some with an old grade."""
CLASS_GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Week 8 (400),Week 9: Small (500),Current Score,Final Score\n"
)
CLASS_GRADEBOOK += ",,,,,,,Manual Posting,,\n    Points Possible,,,,,,10,6,(read only),(read only)\n"
CLASS_GRADEBOOK += "".join(
    f'"{NAMES[who].split()[1]}, {NAMES[who].split()[0]}",{900 + n},0{who[1:5]},{who.lower()},"Sec, 1",,8,{old},71,71\n'
    for n, (who, old) in enumerate({ADA: "", BOB: "2", CLEO: "3", DAN: "4.5", EVE: "EX"}.items())
)
CLASS_GRADEBOOK += '"Student, Test",999,,test,"Sec, 1",,,N/A,,\n'
"""Of Canvas: the same, one excused."""


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
    shutil.copy(ROOT / "nbgrader_config.py", root)
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


def moodle(name, number, file="small.ipynb"):
    """A file's path in Moodle's download, in the student's folder."""
    return f"{name}_{number}_assignsubmission_file_/{file}"


def there(root, student, name="small.ipynb"):
    """The bytes of a file in submitted/, or None."""
    path = root / "submitted" / student / "week9" / name
    return path.read_bytes() if path.is_file() else None


def kept(root, student):
    """The bytes of each earlier version of a student's files."""
    return list(tree(root / "submitted" / student / ".earlier").values())


def unmatched(root):
    """The rows of the list of what found no place."""
    folder = root / "submitted" / ".unmatched" / "week9"
    with (folder / "list.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rows(path):
    """The lines of a CSV."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))
