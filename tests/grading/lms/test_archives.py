"""Does a download that means harm, or is damaged, do none?"""

import random
import struct
import zipfile

import pytest
from lms_course import ADA, BOB, WORKSHEET, answer, moodle, pack, there, tree, unmatched

from course.coursedir.errors import GradingStopped
from course.grading.lms import archives
from course.grading.lms.archives import ExtractionLimits, Unpacker

BAD = ["../../evil.ipynb", "/etc/evil.ipynb", "C:\\evil.ipynb", "..\\..\\evil.ipynb", f"{ADA}/../../../evil.ipynb"]


@pytest.mark.parametrize("name", BAD)
def test_does_no_path_lead_out(root, down, collect, name):
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


def test_is_a_nul_in_a_name_told(root, down, collect):
    zip_ = patched(pack(down / "d.zip", {f"{ADA}/smaXX.ipynb": answer()}), b"smaXX.ipynb", b"sma\0\x1b.ipynb")
    status, said = collect(zip_)
    assert status == 3 and "NUL" in unmatched(root)[0]["reason"] and "\x1b" not in said and "\0" not in said


def test_does_no_name_reach_the_terminal_as_a_command(root, down, collect):
    (down / "class.csv").write_text(WORKSHEET)
    zip_ = pack(down / "d.zip", {moodle("Eve \x1b[2J\r[red]", 15): answer("e")})
    status, said = collect(zip_, "--roster", down / "class.csv")
    assert status == 3 and "\x1b" not in said and "\r" not in said and "[red]" in said


def test_are_links_in_a_zip_and_in_a_folder_left_alone(root, down, collect):
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


def test_are_encrypted_files_said_to_be(root, down, collect):
    zip_ = pack(down / "d.zip", {f"{ADA}/small.ipynb": answer()})
    data = bytearray(zip_.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    zip_.write_bytes(data)
    status, said = collect(zip_)
    assert status == 3 and unmatched(root)[0]["reason"] == "is encrypted"


def test_is_a_bomb_left_in_the_download_and_do_the_others_come(root, down, collect):
    status, said = collect(
        pack(down / "d.zip", {f"{ADA}/small.ipynb": b"\0" * (40 << 20), f"{BOB}/small.ipynb": answer("b")})
    )
    assert status == 3 and there(root, BOB) == answer("b") and there(root, ADA) is None
    assert unmatched(root)[0]["reason"] == "unpacks to far more than it should" and unmatched(root)[0]["file"] == ""


def unpack(path, staging, **limits):
    staging.mkdir(exist_ok=True)
    return Unpacker(staging, ExtractionLimits(**limits)).unpack(path)


def test_are_sizes_counted_not_read_from_headers(down):
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


def test_are_too_many_files_and_zips_in_zips_in_zips_refused(down):
    with pytest.raises(GradingStopped, match="more than 3 files"):
        unpack(pack(down / "many.zip", {f"{n}.txt": b"x" for n in range(4)}), down / "s", max_files=3)
    inner = pack(down / "0.zip", {"small.ipynb": answer()})
    for n in (1, 2, 3):
        inner = pack(down / f"{n}.zip", {f"{n - 1}.zip": inner.read_bytes()})
    items = unpack(inner, down / "t")
    assert [item.problem for item in items] == ["zips in zips in zips are not opened"] and items[0].content is not None


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


def test_is_a_bomb_inside_one_students_zip_that_students_matter(root, down, collect, monkeypatch):
    monkeypatch.setattr(
        archives.ExtractionLimits, "__init__", lambda self: object.__setattr__(self, "__dict__", LOW.copy())
    )
    noise = random.Random(2).randbytes(300_000)
    inner = pack(down / "i.zip", {"a": noise, "b": noise, "small.ipynb": answer()}).read_bytes()
    status, said = collect(pack(down / "d.zip", {f"{ADA}.zip": inner, f"{BOB}.zip": one(down)}))
    assert status == 3 and there(root, BOB) == answer("b") and there(root, ADA) is None
    assert "unpacks to more than" in unmatched(root)[0]["reason"]
    assert (root / "submitted/.unmatched/week9" / unmatched(root)[0]["file"]).read_bytes() == inner


def test_are_entries_that_lie_over_one_another_refused(down):
    zip_ = pack(down / "d.zip", {"a.bin": random.Random(3).randbytes(20_000)})
    data = zip_.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry, tail = data[start:end], bytearray(data[end:])
    tail[8:12], tail[12:16] = struct.pack("<HH", 3, 3), struct.pack("<I", 3 * len(entry))
    zip_.write_bytes(data[:start] + entry * 3 + bytes(tail))
    with pytest.raises(GradingStopped, match="lie over one another"):
        unpack(zip_, down / "s")


def test_are_damaged_zips_told(root, down, collect):
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


def test_can_names_be_in_no_known_writing_or_very_long(root, down, collect):
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
