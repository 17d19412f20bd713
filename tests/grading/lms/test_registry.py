"""Does a new LMS need one class and one entry, and is an entry that leads nowhere seen?"""

import sys
import zipfile
from types import SimpleNamespace

import pytest
from lms_course import ADA, BOB, answer, pack, there

from course.cli import main
from course.grading.gradebook.classroom import Classroom
from course.grading.lms import registry
from course.grading.lms.base import LMS, Claim
from course.grading.lms.grades import GradesExporter
from course.grading.lms.registry import LMSEntry
from course.grading.lms.roster import write_csv


@pytest.mark.parametrize("entry", registry.REGISTRY, ids=lambda entry: entry.collect)
def test_does_each_entry_lead_to_an_lms_of_that_name(entry):
    found = registry.find("collect", entry.collect)
    assert isinstance(found, LMS) and found.name == entry.collect and found.title and found.file_names
    assert issubclass(found.exporter, GradesExporter) and found.exporter.ending == entry.name("export")
    assert registry.find("export", entry.name("export")) is registry.find("return", entry.name("return")) is found


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("course.grading.lms.moodel.Moodle", ModuleNotFoundError),
        ("course.grading.lms.moodle.Moodel", AttributeError),
        ("collections.Counter", TypeError),
    ],
)
def test_is_an_entry_that_leads_nowhere_seen(monkeypatch, path, error):
    monkeypatch.setattr(registry, "REGISTRY", [LMSEntry(path, "moodle")])
    with pytest.raises(error):
        registry.every()


def test_which_names_do_the_commands_take():
    assert set(registry.names("collect")) == {"moodle", "canvas", "emails"}
    assert set(registry.names("export")) == {"moodle", "canvas", "csv"}
    assert set(registry.names("return")) == {"moodle", "canvas", "folder"}
    with pytest.raises(KeyError):
        registry.find("return", "csv")


class SlateExporter(GradesExporter):
    """Number and grade."""

    ending = "slate"

    def write(self, export):
        week = export.only_week()
        known = export.collected_from("slate", week)
        found = [each for each in export.standings(week) if each.student in known]
        lines = [[known[each.student]["lms_id"], export.grade(each, "", week)] for each in found]
        write_csv(export.path, ["slate", "grade"], lines)


class Slate(LMS):
    """A third LMS: ``slate-12/backprop.ipynb``, and a class list with a column of its own."""

    name, title, file_names = "slate", "Slate", "Slate's names"
    id_columns = ("slateid",)
    exporter = SlateExporter
    feedback_note = "Slate shows the pages at once."

    def recognises(self, paths):
        return all(parts[0].startswith("slate-") for parts in paths)

    def claims(self, paths, week, archive):
        numbers = [parts[0].removeprefix("slate-") for parts in paths]
        return [
            Claim("slate", parts[1:], parts[0], lms_id=number, late=number == "12")
            for parts, number in zip(paths, numbers, strict=True)
        ]

    def has_class_list(self, columns):
        return "slate" in columns

    def student_number(self, cell):
        return cell("slate")

    def feedback_name(self, student, record, page):
        return f"{record['label']}/{page.name}"


def test_does_a_third_lms_need_one_class_and_one_entry(monkeypatch, root, down, collect, capfd):
    monkeypatch.setitem(sys.modules, "slate", SimpleNamespace(Slate=Slate))
    monkeypatch.setattr(registry, "REGISTRY", [LMSEntry("slate.Slate", "slate"), *registry.REGISTRY])
    (down / "class.csv").write_text(f"Slate,Slate ID\n11,{ADA}\n12,{BOB}\n")
    files = {"slate-11/small.ipynb": answer("a"), "slate-12/small.ipynb": answer("b")}
    status, said = collect(pack(down / "d.zip", files), "--roster", down / "class.csv")
    assert status == 0 and "files with Slate's names" in said and "late, says Slate" in said
    assert there(root, ADA) == answer("a") and there(root, BOB) == answer("b")

    with Classroom(root).gradebook() as gradebook:
        gradebook.add_assignment("week9")
    assert main(["export", "week9", "--to", "slate"]) == 3
    assert (root / "week9-slate.csv").read_text() == "slate,grade\n11,\n12,\n"

    for student in (ADA, BOB):
        page = Classroom(root).path("feedback", student, "week9") / "small.html"
        page.parent.mkdir(parents=True)
        page.write_text(student)
    assert main(["return", "week9", "--to", "slate"]) == 0
    assert "Slate shows the pages at once." in capfd.readouterr().out
    with zipfile.ZipFile(root / "week9-feedback-slate.zip") as archive:
        assert archive.namelist() == ["slate-11/small.html", "slate-12/small.html"]
