"""Does a class list of any LMS say who is meant?"""

import pytest
from lms_course import ADA, BOB, GRADEBOOK, WORKSHEET, answer, moodle, pack, there

from course.grading.lms.roster import Roster


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
def test_does_the_class_list_say_who_it_is(root, down, collect, roster, files):
    (down / "class.csv").write_text(roster, encoding="utf-8-sig")
    zip_ = pack(down / "d.zip", {name: answer(text) for name, text in files.items()})
    status, said = collect(zip_, "--roster", down / "class.csv")
    keys = [person.key for person in Roster.read(down / "class.csv").people]
    assert status == 0, said
    assert len(keys) == 2 and [there(root, key) for key in keys] == [answer("a"), answer("b")]


def test_do_the_numbers_of_another_assignments_worksheet_mislead_nobody(root, down, collect):
    (down / "class.csv").write_text(WORKSHEET)  # 12 is Bob there
    zip_ = pack(down / "d.zip", {moodle("Ada Lovelace", 12): answer("a"), moodle("Bob Müller", 11): answer("b")})
    assert collect(zip_, "--roster", down / "class.csv")[0] == 0
    assert there(root, ADA) == answer("a") and there(root, BOB) == answer("b")


def test_is_a_class_list_with_one_id_twice_refused(root, down, collect):
    (down / "class.csv").write_text(f"Name,ID number\nA,{ADA}\nB,{ADA}\n")
    status, said = collect(pack(down / "d.zip", {f"{ADA}.ipynb": answer()}), "--roster", down / "class.csv")
    assert status == 2 and "lines 2 and 3" in said
