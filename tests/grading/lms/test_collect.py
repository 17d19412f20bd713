"""Does every download find its students, lose nothing, change nothing twice, and lead nowhere?"""

import csv
import json
import os
import random
import shutil
import struct
import zipfile

import pytest
from lms_course import EARLY, LATER, MOODLE, answer, make_course, pack, tree

from course.cli import main
from course.coursedir.errors import GradingStopped
from course.grading.gradebook.classroom import Classroom
from course.grading.lms import archives, file_names, submitted
from course.grading.lms.archives import ExtractionLimits, Unpacker
from course.grading.lms.roster import Roster

ADA, BOB = "U1234567A", "U7654321B"
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    f'Participant 11,Ada Lovelace,{ADA}@uni.example,Submitted,,10.00,Yes,"Monday, 2 March 2026, 8:30 PM",-,\n'
    f"Participant 12,Bob Müller,{BOB}@uni.example,Submitted,,10.00,Yes,-,-,\n"
)
GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Week 9 (501)\n    Points Possible,,,,,10\n"
    f'"Lovelace, Ada",901,{ADA},ada,A,\n"Müller, Bob",902,{BOB},bob,A,\n"Student, Test",903,,x,A,\n'
)


@pytest.fixture
def root(tmp_path, monkeypatch):
    made = make_course(tmp_path / "course")
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def down(tmp_path):
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def collect(root, capfd):
    def run(*words, week="week9"):
        status = main(["collect", week, *map(str, words)])
        said = capfd.readouterr()
        return status, said.out + said.err

    return run


def moodle(name, number, file="small.ipynb"):
    return f"{MOODLE.format(name=name, number=number)}/{file}"


def there(root, student, name="small.ipynb"):
    path = root / "submitted" / student / "week9" / name
    return path.read_bytes() if path.is_file() else None


def kept(root, student):
    return list(tree(root / "submitted" / student / ".earlier").values())


def unmatched(root):
    folder = root / "submitted" / ".unmatched" / "week9"
    with (folder / "list.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- the forms ------------------------------------------------------------------------------------------------------


def test_moodle_folders(root, down, collect):
    zip_ = pack(
        down / "d.zip", {moodle("Ada Lovelace", 11): answer("a"), moodle("Bob Müller", 12): (answer("b"), LATER)}
    )
    status, said = collect(zip_)
    assert status == 0, said
    assert there(root, "ada-lovelace") == answer("a") and there(root, "bob-müller") == answer("b")
    assert (
        "Moodle's names" in said and said.splitlines()[-1] == "collected 2 hand-ins of week9: 2 new; 0 files unmatched"
    )


@pytest.mark.parametrize(
    "name", ["Ada Lovelace_11_assignsubmission_file/small.ipynb", "Ada Lovelace_11_assignsubmission_file_small.ipynb"]
)
def test_moodle_since_4_1_and_without_folders(root, down, collect, name):
    assert collect(pack(down / "d.zip", {name: answer("a")}))[0] == 0
    assert there(root, "ada-lovelace") == answer("a")


def test_canvas_and_its_late_marker(root, down, collect):
    files = {"lovelaceada_901_5001_small.ipynb": answer("a"), "muellerbob_LATE_902_5002_small.ipynb": answer("b")}
    status, said = collect(pack(down / "d.zip", files))
    assert status == 0 and "Canvas's names" in said
    assert there(root, "lovelaceada") == answer("a") and there(root, "muellerbob") == answer("b")
    assert "late, says Canvas" in [line for line in said.splitlines() if "muellerbob" in line][0]
    assert "late" not in [line for line in said.splitlines() if "lovelaceada" in line][0]
    remembered = json.loads((root / "submitted" / ".collected.json").read_text())["week9"]
    assert remembered["muellerbob"]["late"] and remembered["muellerbob"]["lms_id"] == "902"


def test_canvas_without_names(root, down, collect):
    assert collect(pack(down / "d.zip", {"anon_x1Y2z_5001_small.ipynb": answer("a")}))[0] == 0
    assert there(root, "anon-x1Y2z") == answer("a")


@pytest.mark.parametrize(("new", "old"), [("small-1", "small"), ("small", "small-1")])
def test_canvas_second_upload_counts_and_the_first_is_kept(root, down, collect, new, old):
    files = {f"lovelaceada_901_5009_{new}.ipynb": answer("new"), f"lovelaceada_901_5001_{old}.ipynb": answer("old")}
    assert collect(pack(down / "d.zip", files))[0] == 0
    assert there(root, "lovelaceada") == answer("new") and kept(root, "lovelaceada") == [answer("old")]


def test_emails_named_by_id(root, down, collect):
    (down / f"{ADA} small.ipynb").write_bytes(answer("a"))
    (down / f"small_{BOB.lower()} (1).ipynb").write_bytes(answer("second"))
    (down / f"small_{BOB}.ipynb").write_bytes(answer("first"))
    for name in os.listdir(down):
        os.utime(down / name, (1_700_000_000, 1_700_000_000))
    assert collect(down)[0] == 0
    assert there(root, ADA) == answer("a") and there(root, BOB) == answer("second")
    assert kept(root, BOB) == [answer("first")]


def test_one_notebook_alone(root, down, collect):
    (down / f"{ADA} small.ipynb").write_bytes(answer("a"))
    assert collect(down / f"{ADA} small.ipynb")[0] == 0 and there(root, ADA) == answer("a")


def test_a_folder_for_each_student(root, down, collect):
    for who, text in {ADA: "a", "Bob Müller": "b"}.items():
        (down / who / "work").mkdir(parents=True)
        (down / who / "work" / "small.ipynb").write_bytes(answer(text))
    assert collect(down)[0] == 0
    assert there(root, ADA) == answer("a") and there(root, "bob-müller") == answer("b")


@pytest.mark.parametrize("wrapped", ["", "all of week 9/submissions/"])
def test_a_zip_for_each_student_inside(root, down, collect, wrapped):
    inner = [pack(down / f"{who}.zip", {"small.ipynb": answer(who)}).read_bytes() for who in (ADA, "Bob Lee")]
    files = {f"{wrapped}{ADA}.zip": inner[0], f"{wrapped}Bob Lee.zip": inner[1]}
    status, said = collect(pack(down / "d.zip", files))
    assert status == 0, said
    assert there(root, ADA) == answer(ADA) and there(root, "bob-lee") == answer("Bob Lee")


def test_several_downloads_one_for_each_student(root, down, collect):
    zips = [pack(down / f"{who}.zip", {"small.ipynb": answer(who)}) for who in (ADA, BOB)]
    assert collect(*zips)[0] == 0
    assert there(root, ADA) == answer(ADA) and there(root, BOB) == answer(BOB)


def test_the_form_can_be_said(root, down, collect):
    zip_ = pack(down / "d.zip", {f"notes_2026_03_{ADA}.ipynb": answer("a")})
    assert collect(zip_, "--as", "emails")[0] == 0 and there(root, ADA) == answer("a")
    status, said = collect(zip_, "--as", "moodle")
    assert status == 3 and "says no student" in said


# --- which notebook -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Copy of small.ipynb", "homework.ipynb", "small.ipynb.txt", "small (3).ipynb"])
def test_a_renamed_notebook_is_known(root, down, collect, name):
    assert collect(pack(down / "d.zip", {moodle("Ada Lovelace", 11, name): answer("a")}))[0] == 0
    assert there(root, "ada-lovelace") == answer("a")


def test_cells_count_more_than_the_name(root, down, collect):
    files = {moodle("Ada L", 11, "small.ipynb"): answer("e", "extra"), moodle("Ada L", 11, "extra.ipynb"): answer("s")}
    assert collect(pack(down / "d.zip", files))[0] == 0
    assert there(root, "ada-l") == answer("s") and there(root, "ada-l", "extra.ipynb") == answer("e", "extra")


def test_lost_marks_are_made_up_for_by_ids_and_texts(root, down, collect):
    nb = json.loads(answer("a"))
    for cell in nb["cells"]:
        cell["metadata"] = {}
    assert collect(pack(down / "d.zip", {moodle("Ada L", 11, "mine.ipynb"): json.dumps(nb)}))[0] == 0
    assert there(root, "ada-l") == json.dumps(nb).encode()


def test_another_weeks_notebook_is_told(root, down, collect):
    files = {moodle("Ada L", 11): answer("x", "old", "week8"), moodle("Ada L", 11, "small-1.ipynb"): answer("a")}
    status, said = collect(pack(down / "d.zip", files))
    assert status == 3 and there(root, "ada-l") == answer("a")
    assert "old.ipynb of week8" in unmatched(root)[0]["reason"]


def test_an_unknown_notebook_never_lies_beside_the_right_one(root, down, collect):
    files = {moodle("Ada L", 11): answer("a"), moodle("Ada L", 11, "diary.ipynb"): b'{"cells": []}'}
    assert collect(pack(down / "d.zip", files))[0] == 3
    assert list(tree(root / "submitted" / "ada-l")) == ["week9/small.ipynb", "week9/timestamp.txt"]
    row = unmatched(root)[0]
    assert (root / "submitted/.unmatched/week9" / row["file"]).read_bytes() == b'{"cells": []}'
    assert "diary.ipynb" in row["path"] and "rename it" in row["next"]


def test_a_damaged_notebook_under_its_name_is_collected(root, down, collect):
    assert collect(pack(down / "d.zip", {moodle("Ada L", 11): b"not json"}))[0] == 0
    assert there(root, "ada-l") == b"not json"


def test_no_notebook_at_all(root, down, collect):
    status, said = collect(pack(down / "d.zip", {moodle("Ada L", 11, "essay.pdf"): b"%PDF"}))
    assert status == 3 and not (root / "submitted" / "ada-l").exists()
    assert unmatched(root)[0]["next"] == "Ask for extra.ipynb and small.ipynb."


# --- the files beside it --------------------------------------------------------------------------------------------


def test_other_files_stay_beside_the_notebook(root, down, collect):
    names = ["week9/small.ipynb", "week9/data/prices.csv", "week9/notes.txt", "readme.md"]
    files = {moodle("Ada L", 11, name): answer("a") if name.endswith("ipynb") else name.encode() for name in names}
    assert collect(pack(down / "d.zip", files))[0] == 0
    made = set(tree(root / "submitted/ada-l/week9"))
    assert made == {"small.ipynb", "data/prices.csv", "notes.txt", "readme.md", "timestamp.txt"}


def test_a_student_writes_no_timestamp_and_hides_nothing(root, down, collect):
    files = {moodle("Ada L", 11): answer("a"), moodle("Ada L", 11, "timestamp.txt"): b"2020-01-01 00:00:00 UTC"}
    files |= {moodle("Ada L", 11, ".hidden/x.txt"): b"x", moodle("Ada L", 11, "small.ipynb/y"): b"y"}
    assert collect(pack(down / "d.zip", files))[0] == 0
    made = tree(root / "submitted/ada-l/week9")
    assert made["timestamp.txt"] == f"{EARLY} UTC\n".encode()
    assert made["_timestamp.txt"] == b"2020-01-01 00:00:00 UTC" and made["_hidden/x.txt"] == b"x"
    assert b"y" in made.values() and made["small.ipynb"] == answer("a")


def test_what_systems_add_is_left_out(root, down, collect):
    files = {moodle("Ada L", 11): answer("a"), f"__MACOSX/{moodle('Ada L', 11, '._small.ipynb')}": b"x"}
    files |= {moodle("Ada L", 11, name): b"x" for name in (".DS_Store", ".ipynb_checkpoints/small.ipynb", "Thumbs.db")}
    status, said = collect(pack(down / "d.zip", files))
    assert status == 0 and "4 files of operating systems" in said
    assert set(tree(root / "submitted/ada-l")) == {"week9/small.ipynb", "week9/timestamp.txt"}


# --- again, and later -----------------------------------------------------------------------------------------------


def test_twice_changes_nothing_and_says_so(root, down, collect):
    files = {moodle("Ada L", 11): answer("a"), moodle("Ada L", 11, "small-1.ipynb"): (answer("a2"), LATER)}
    files |= {moodle("Ada L", 11, "data/x.csv"): b"1", moodle("Bob M", 12, "diary.ipynb"): b"{}"}
    zip_ = pack(down / "d.zip", files)
    collect(zip_)
    before = tree(root)
    status, said = collect(zip_)
    assert tree(root) == before and status == 3
    assert said.splitlines()[-1] == "collected 1 hand-ins of week9: 1 unchanged; 1 file unmatched (as before)"


def test_a_resubmission_replaces_and_keeps(root, down, collect):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one"), moodle("Ada L", 11, "x.csv"): b"1"}))
    files = {moodle("Ada L", 11): (answer("two"), LATER), moodle("Ada L", 11, "x.csv"): (b"2", LATER)}
    status, said = collect(pack(down / "2.zip", files))
    assert status == 0 and there(root, "ada-l") == answer("two") and there(root, "ada-l", "x.csv") == b"2"
    assert {answer("one"), b"1"} <= set(kept(root, "ada-l")) and "1 replaced" in said
    assert there(root, "ada-l", "timestamp.txt") == f"{LATER} UTC\n".encode()


@pytest.mark.parametrize("options", [[], ["--no-times"]])
def test_an_older_download_after_a_newer_one_takes_nothing_back(root, down, collect, options):
    old = pack(down / "1.zip", {moodle("Ada L", 11): answer("one")})
    new = pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)})
    for zip_ in (old, new):
        collect(zip_, *options)
    before = tree(root / "submitted/ada-l")
    status, said = collect(old, *options)
    assert status == 0 and "1 older" in said and tree(root / "submitted/ada-l") == before


def test_an_older_download_that_comes_second_is_kept_as_older(root, down, collect):
    collect(pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)}))
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one")}))
    assert there(root, "ada-l") == answer("two") and kept(root, "ada-l") == [answer("one")]
    assert there(root, "ada-l", "timestamp.txt") == f"{LATER} UTC\n".encode()


def test_a_hand_in_put_there_by_hand_is_kept_too(root, down, collect):
    folder = root / "submitted" / ADA / "week9"
    folder.mkdir(parents=True)
    (folder / "small.ipynb").write_bytes(b"by hand")
    collect(pack(down / "d.zip", {f"{ADA}/small.ipynb": answer("a")}))
    assert there(root, ADA) == answer("a") and kept(root, ADA) == [b"by hand"]


def test_grading_sees_none_of_what_is_kept(root, down, collect):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one"), moodle("Bob M", 12, "b.ipynb"): b"{}"}))
    collect(pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)}))
    assert kept(root, "ada-l") and (root / "submitted/.unmatched").is_dir()
    room = Classroom(root)
    assert room.hand_ins("week9") == ["ada-l"] and room.weeks_handed_in() == ["week9"]
    assert not any(".earlier" in str(path) for path in (root / "submitted/ada-l/week9").rglob("*"))


# --- times ----------------------------------------------------------------------------------------------------------


def test_the_timestamp_is_nbgraders(root, down, collect):
    from nbgrader.utils import parse_utc

    collect(pack(down / "d.zip", {moodle("Ada L", 11): (answer("a"), LATER)}))
    text = there(root, "ada-l", "timestamp.txt").decode().strip()
    assert text == f"{LATER} UTC" and str(parse_utc(text)) == LATER


def test_the_times_of_downloading_are_not_believed(root, down, collect):
    from datetime import datetime, timezone

    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    files = {moodle("Ada L", 11): answer("a"), moodle("Bob M", 12): answer("b")}
    status, said = collect(pack(down / "d.zip", files, when=now))
    assert status == 0 and there(root, "ada-l", "timestamp.txt") is None
    said = " ".join(said.split())
    assert "do not tell when they were handed in" in said and "the late rule counts for nobody" in said
    assert "Moodle's grading worksheet" in said
    status, said = collect(pack(down / "c.zip", {"lovelaceada_901_55500_small.ipynb": answer("c")}, when=now))
    said = " ".join(said.split())
    assert "do not tell when they were handed in" in said and "Moodle" not in said


def test_canvas_writes_its_zip_anew_so_its_times_say_nothing(root, down, collect):
    collect(pack(down / "d.zip", {"lovelaceada_LATE_901_5001_small.ipynb": answer("a")}))
    assert there(root, "lovelaceada", "timestamp.txt") is None


def test_the_worksheet_knows_the_times(root, down, collect):
    (down / "class.csv").write_text(WORKSHEET, encoding="utf-8")
    collect(pack(down / "d.zip", {moodle("Ada Lovelace", 11): answer("a")}), "--roster", down / "class.csv")
    from datetime import datetime, timezone

    local = datetime(2026, 3, 2, 20, 30).astimezone(timezone.utc)
    assert there(root, ADA, "timestamp.txt").decode().strip() == local.strftime("%Y-%m-%d %H:%M:%S UTC")


def test_a_timestamp_written_by_hand_stays(root, down, collect):
    zip_ = pack(down / "d.zip", {moodle("Ada L", 11): answer("a")})
    collect(zip_)
    (root / "submitted/ada-l/week9/timestamp.txt").write_text("2026-02-28 12:00:00 UTC\n")
    for _ in range(2):
        collect(zip_)
        assert there(root, "ada-l", "timestamp.txt") == b"2026-02-28 12:00:00 UTC\n"
    collect(pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)}))
    assert there(root, "ada-l", "timestamp.txt") == f"{LATER} UTC\n".encode()


def test_no_time_of_a_replaced_hand_in_stays_for_the_next(root, down, collect):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one")}))
    collect(pack(down / "2.zip", {moodle("Ada L", 11): answer("two")}), "--no-times")
    assert there(root, "ada-l", "timestamp.txt") is None
    assert f"{EARLY} UTC\n".encode() in kept(root, "ada-l")


# --- whose ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roster", "files"),
    [
        (WORKSHEET, {moodle("Ada Lovelace", 11): "a", moodle("Bob Müller", 99): "b"}),
        (WORKSHEET, {moodle("Participant", 11): "a", moodle("Participant", 12): "b"}),
        (GRADEBOOK, {"lovelaceada_901_1_small.ipynb": "a", "müllerbob_902_2_small.ipynb": "b"}),
        (GRADEBOOK, {moodle("Ada Lovelace", 11): "a", moodle("Bob Müller", 12): "b"}),
        ("Username;Email\nada;x@y.zz\nbob;bob@y.zz\n", {"ada small.ipynb": "a", "bob@y.zz small.ipynb": "b"}),
        (
            "First name,Last name,ID number\nAda,Lovelace,A1\nBob,Müller,B2\n",
            {"lovelace ada.ipynb": "a", "B2.ipynb": "b"},
        ),
    ],
)
def test_the_class_list_says_who_it_is(root, down, collect, roster, files):
    (down / "class.csv").write_text(roster, encoding="utf-8-sig")
    zip_ = pack(down / "d.zip", {name: answer(text) for name, text in files.items()})
    status, said = collect(zip_, "--roster", down / "class.csv")
    keys = [person.key for person in Roster.read(down / "class.csv").people]
    assert status == 0, said
    assert len(keys) == 2 and [there(root, key) for key in keys] == [answer("a"), answer("b")]


def test_a_stranger_is_not_filed_and_finds_his_place_later(root, down, collect):
    (down / "class.csv").write_text(
        WORKSHEET.replace("Bob Müller", "Robert M").replace("Participant 12", "Participant 13")
    )
    zip_ = pack(down / "d.zip", {moodle("Ada Lovelace", 11): answer("a"), moodle("Bob Müller", 12): answer("b")})
    status, said = collect(zip_, "--roster", down / "class.csv")
    assert status == 3 and there(root, BOB) is None and "Bob Müller is not in class.csv" in unmatched(root)[0]["reason"]
    (down / "class.csv").write_text(WORKSHEET)
    assert collect(zip_, "--roster", down / "class.csv")[0] == 0
    assert there(root, BOB) == answer("b") and unmatched(root) == []
    assert list(tree(root / "submitted/.unmatched/week9")) == ["list.csv"]


def test_the_numbers_of_another_assignments_worksheet_mislead_nobody(root, down, collect):
    (down / "class.csv").write_text(WORKSHEET)  # 12 is Bob there
    zip_ = pack(down / "d.zip", {moodle("Ada Lovelace", 12): answer("a"), moodle("Bob Müller", 11): answer("b")})
    assert collect(zip_, "--roster", down / "class.csv")[0] == 0
    assert there(root, ADA) == answer("a") and there(root, BOB) == answer("b")


def test_two_people_of_one_name_do_not_become_one(root, down, collect):
    zip_ = pack(down / "d.zip", {moodle("Ada L", 11): answer("a"), moodle("Ada L", 12): answer("b")})
    status, said = collect(zip_)
    assert status == 3 and not (root / "submitted/ada-l").exists() and len(unmatched(root)) == 2
    people = f"Identifier,Full name,ID number\nParticipant 11,Ada L,{ADA}\nParticipant 12,Ada L,{BOB}\n"
    (down / "class.csv").write_text(people)
    assert collect(zip_, "--roster", down / "class.csv")[0] == 0
    assert there(root, ADA) == answer("a") and there(root, BOB) == answer("b")


def test_nor_when_the_second_comes_in_a_later_download(root, down, collect):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("a")}))
    assert collect(pack(down / "2.zip", {moodle("Ada L", 12): (answer("b"), LATER)}))[0] == 3
    assert there(root, "ada-l") == answer("a")


def test_an_id_that_a_student_types_in_an_lms_files_nothing_under_another(root, down, collect):
    files = {moodle("Mallory M", 66, f"small_{ADA}.ipynb"): answer("forged"), moodle(f"{ADA} Ada", 11): answer("a")}
    assert collect(pack(down / "d.zip", files))[0] == 0
    assert there(root, ADA) == answer("a") and there(root, "mallory-m") == answer("forged")


def test_two_ids_in_a_name_are_not_guessed_between(root, down, collect):
    assert collect(pack(down / "d.zip", {f"{ADA} and {BOB} small.ipynb": answer("a")}))[0] == 3
    assert f"{ADA} and {BOB}" in unmatched(root)[0]["reason"]


def test_the_sample_class_is_nobodys_name():
    assert (
        file_names.slug("Sample Perfect") == "student-sample-perfect"
        and file_names.folder_name("sample-x") == "student-sample-x"
    )


def test_a_class_list_with_one_id_twice_is_refused(root, down, collect):
    (down / "class.csv").write_text(f"Name,ID number\nA,{ADA}\nB,{ADA}\n")
    status, said = collect(pack(down / "d.zip", {f"{ADA}.ipynb": answer()}), "--roster", down / "class.csv")
    assert status == 2 and "lines 2 and 3" in said


# --- what means harm ------------------------------------------------------------------------------------------------

BAD = ["../../evil.ipynb", "/etc/evil.ipynb", "C:\\evil.ipynb", "..\\..\\evil.ipynb", f"{ADA}/../../../evil.ipynb"]


@pytest.mark.parametrize("name", BAD)
def test_no_path_leads_out(root, down, collect, name):
    before = {p for p in root.parent.rglob("*") if root not in p.parents}
    status, said = collect(pack(down / "d.zip", {name: answer("evil"), f"{BOB}/small.ipynb": answer("b")}))
    assert status == 3 and there(root, BOB) == answer("b")
    outside = {p for p in root.parent.rglob("*") if root not in p.parents} - before - {down / "d.zip"}
    assert outside == set() and not list(root.glob("evil*"))
    assert "leads out" in unmatched(root)[0]["reason"]
    assert (root / "submitted/.unmatched/week9" / unmatched(root)[0]["file"]).read_bytes() == answer("evil")


def patched(path, old, new):
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    path.write_bytes(data.replace(old, new))
    return path


def test_a_nul_in_a_name(root, down, collect):
    zip_ = patched(pack(down / "d.zip", {f"{ADA}/smaXX.ipynb": answer()}), b"smaXX.ipynb", b"sma\0\x1b.ipynb")
    status, said = collect(zip_)
    assert status == 3 and "NUL" in unmatched(root)[0]["reason"] and "\x1b" not in said and "\0" not in said


def test_no_name_reaches_the_terminal_as_a_command(root, down, collect):
    (down / "class.csv").write_text(WORKSHEET)
    zip_ = pack(down / "d.zip", {moodle("Eve \x1b[2J\r[red]", 15): answer("e")})
    status, said = collect(zip_, "--roster", down / "class.csv")
    assert status == 3 and "\x1b" not in said and "\r" not in said and "[red]" in said


def test_links_in_a_zip_and_in_a_folder(root, down, collect):
    secret = down.parent / "secret.txt"
    secret.write_text("secret")
    with zipfile.ZipFile(down / "d.zip", "w") as archive:
        link = zipfile.ZipInfo(f"{ADA}/small.ipynb")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, str(secret))
    folder = down / "folder" / BOB
    folder.mkdir(parents=True)
    (folder / "small.ipynb").symlink_to(secret)
    (folder / "all").symlink_to("/", target_is_directory=True)
    assert collect(down / "d.zip")[0] == 3 and collect(down / "folder")[0] == 3
    assert b"secret" not in tree(root).values() and {row["reason"] for row in unmatched(root)} == {
        "is a link, not a file"
    }


def test_encrypted_files_are_said_to_be(root, down, collect):
    zip_ = pack(down / "d.zip", {f"{ADA}/small.ipynb": answer()})
    data = bytearray(zip_.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    zip_.write_bytes(data)
    status, said = collect(zip_)
    assert status == 3 and unmatched(root)[0]["reason"] == "is encrypted"


def test_a_bomb_is_left_in_the_download_and_the_others_come(root, down, collect):
    status, said = collect(
        pack(down / "d.zip", {f"{ADA}/small.ipynb": b"\0" * (40 << 20), f"{BOB}/small.ipynb": answer("b")})
    )
    assert status == 3 and there(root, BOB) == answer("b") and there(root, ADA) is None
    assert unmatched(root)[0]["reason"] == "unpacks to far more than it should" and unmatched(root)[0]["file"] == ""


def unpack(path, staging, **limits):
    staging.mkdir(exist_ok=True)
    return Unpacker(staging, ExtractionLimits(**limits)).unpack(path)


def test_sizes_are_counted_not_read_from_headers(down):
    noise = random.Random(1).randbytes(50_000)
    zip_ = pack(down / "d.zip", {"a.bin": noise})
    data = bytearray(zip_.read_bytes())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(mark) + place
        data[start : start + 4] = struct.pack("<I", 10)  # it says 10 bytes
    zip_.write_bytes(data)
    assert unpack(zip_, down / "s")[0].problem == "is damaged in the zip"
    whole = pack(down / "e.zip", {"a.bin": noise, "b.bin": noise})
    assert "is over" in unpack(whole, down / "t", max_file_bytes=40_000)[0].problem
    with pytest.raises(GradingStopped, match="unpacks to more than"):
        unpack(whole, down / "u", max_total_bytes=80_000)


def test_too_many_files_and_zips_in_zips_in_zips(down):
    with pytest.raises(GradingStopped, match="more than 3 files"):
        unpack(pack(down / "many.zip", {f"{n}.txt": b"x" for n in range(4)}), down / "s", max_files=3)
    inner = pack(down / "0.zip", {"small.ipynb": answer()})
    for n in (1, 2, 3):
        inner = pack(down / f"{n}.zip", {f"{n - 1}.zip": inner.read_bytes()})
    items = unpack(inner, down / "t")
    assert [item.problem for item in items] == ["zips in zips in zips are not opened"] and items[0].content is not None


def test_a_bomb_inside_one_students_zip_is_that_students_matter(root, down, collect, monkeypatch):
    monkeypatch.setattr(
        archives.ExtractionLimits, "__init__", lambda self: object.__setattr__(self, "__dict__", LOW.copy())
    )
    noise = random.Random(2).randbytes(300_000)
    inner = pack(down / "i.zip", {"a": noise, "b": noise, "small.ipynb": answer()}).read_bytes()
    status, said = collect(pack(down / "d.zip", {f"{ADA}.zip": inner, f"{BOB}.zip": one(down)}))
    assert status == 3 and there(root, BOB) == answer("b") and there(root, ADA) is None
    assert "unpacks to more than" in unmatched(root)[0]["reason"]
    assert (root / "submitted/.unmatched/week9" / unmatched(root)[0]["file"]).read_bytes() == inner


LOW = {
    "max_file_bytes": 1 << 20,
    "max_nested_bytes": 500_000,
    "max_total_bytes": 1 << 30,
    "max_files": 100,
    "max_depth": 2,
    "max_ratio": 200,
}


def one(down):
    return pack(down / "one.zip", {"small.ipynb": answer("b")}).read_bytes()


def test_entries_that_lie_over_one_another(down):
    zip_ = pack(down / "d.zip", {"a.bin": random.Random(3).randbytes(20_000)})
    data = zip_.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry, tail = data[start:end], bytearray(data[end:])
    tail[8:12], tail[12:16] = struct.pack("<HH", 3, 3), struct.pack("<I", 3 * len(entry))
    zip_.write_bytes(data[:start] + entry * 3 + bytes(tail))
    with pytest.raises(GradingStopped, match="lie over one another"):
        unpack(zip_, down / "s")


def test_damaged_zips(root, down, collect):
    whole = pack(down / "d.zip", {f"{ADA}/small.ipynb": answer()}).read_bytes()
    (down / "cut.zip").write_bytes(whole[: len(whole) // 2])
    status, said = collect(down / "cut.zip")
    assert status == 2 and "damaged zip" in said and not (root / "submitted").exists()
    broken = bytearray(whole)
    broken[60:64] = b"\xff\xff\xff\xff"  # in the packed data
    (down / "bits.zip").write_bytes(broken)
    assert collect(down / "bits.zip")[0] == 3 and unmatched(root)[0]["reason"] == "is damaged in the zip"
    assert collect(pack(down / "outer.zip", {f"{ADA}.zip": b"PK\x03\x04 no", f"{BOB}.zip": one(down)}))[0] == 3
    assert there(root, BOB) == answer("b")


def test_names_in_no_known_writing_and_very_long_ones(root, down, collect):
    zip_ = pack(down / "d.zip", {"Bob MXXller_12_assignsubmission_file_/small.ipynb": answer("b")})
    patched(zip_, b"MXXller", "Müller".encode())  # UTF-8 that does not say so, as many servers write it
    assert collect(zip_)[0] == 0 and there(root, "bob-müller") == answer("b")
    zip_ = pack(down / "e.zip", {moodle("Ada L", 11): answer("a"), moodle("Ada L", 11, "XX.txt"): b"x"})
    patched(zip_, b"XX.txt", b"\xff\xfe.txt")
    assert collect(zip_)[0] == 0
    long = "n" * 3000
    zip_ = pack(
        down / "f.zip", {f"{long}_13_assignsubmission_file_/small.ipynb": answer("l"), f"{ADA}/{long}.txt": b"t"}
    )
    assert collect(zip_)[0] in (0, 3) and there(root, "n" * 80) == answer("l")


# --- writing --------------------------------------------------------------------------------------------------------


def test_a_dry_run_writes_nothing(root, down, collect):
    zip_ = pack(down / "d.zip", {moodle("Ada L", 11): answer("a"), moodle("Bob M", 12, "b.ipynb"): b"{}"})
    before = tree(root)
    status, said = collect(zip_, "--dry-run")
    assert status == 3 and tree(root) == before and not (root / "submitted").exists()
    assert "would collect 1 hand-ins" in said and "Nothing was written" in said


def test_an_interruption_leaves_the_old_or_the_new_and_the_next_run_ends_it(root, down, collect, monkeypatch):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("one")}))
    new = pack(down / "2.zip", {moodle("Ada L", 11): (answer("two"), LATER)})
    real = shutil.copyfile

    def full(source, target):
        real(source, target)
        with open(target, "r+b") as file:
            file.truncate(10)
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(submitted.shutil, "copyfile", full)
    status, said = collect(new)
    assert status == 1 and "No space left" in said and there(root, "ada-l") == answer("one")
    assert not [p for p in (root / "submitted").rglob("*.part")] and not list((root / ".stamps").glob("collect-*"))
    written = []
    monkeypatch.setattr(
        submitted.shutil, "copyfile", lambda source, target: written.append(target) or real(source, target)
    )
    assert collect(new)[0] == 0 and there(root, "ada-l") == answer("two") and answer("one") in kept(root, "ada-l")
    assert written and all(target.suffix == ".part" for target in written), "every file is written aside first"


def test_wrong_names_are_told(root, down, collect):
    assert collect(down / "nothing.zip")[0] == 2
    assert collect(down, week="week77")[0] == 2
    (down / "paper.pdf").write_bytes(b"%PDF")
    status, said = collect(down / "paper.pdf")
    assert status == 2 and "neither a zip, a folder nor a notebook" in said
    status, said = collect(down, "--roster", down / "none.csv")
    assert status == 2 and "there is no such file" in said
    (down / "odd.csv").write_text("a,b\n1,2\n")
    assert collect(down, "--roster", down / "odd.csv")[0] == 2


def test_a_memory_that_cannot_be_read_is_told_before_anything_changes(root, down, collect):
    (root / "submitted").mkdir()
    (root / "submitted" / ".collected.json").write_text("{")
    status, said = collect(pack(down / "d.zip", {moodle("Ada L", 11): answer("a")}))
    assert status == 1 and "Move it away" in said and there(root, "ada-l") is None


def test_an_empty_download(root, down, collect):
    status, said = collect(pack(down / "d.zip", {}))
    assert status == 0 and "collected 0 hand-ins of week9: none" in said


def test_the_help_says_what_it_does(capsys):
    with pytest.raises(SystemExit):
        main(["collect", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "changes nothing" in said and "--roster" in said
