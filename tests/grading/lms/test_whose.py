"""Does nobody's work become another's?"""

from lms_course import ADA, BOB, LATER, answer, moodle, pack, there, unmatched


def test_do_two_people_of_one_name_not_become_one(root, down, collect):
    zip_ = pack(down / "d.zip", {moodle("Ada L", 11): answer("a"), moodle("Ada L", 12): answer("b")})
    status, said = collect(zip_)
    assert status == 3 and not (root / "submitted/ada-l").exists() and len(unmatched(root)) == 2
    people = f"Identifier,Full name,ID number\nParticipant 11,Ada L,{ADA}\nParticipant 12,Ada L,{BOB}\n"
    (down / "class.csv").write_text(people)
    assert collect(zip_, "--roster", down / "class.csv")[0] == 0
    assert there(root, ADA) == answer("a") and there(root, BOB) == answer("b")


def test_do_two_people_of_one_name_not_become_one_in_a_later_download(root, down, collect):
    collect(pack(down / "1.zip", {moodle("Ada L", 11): answer("a")}))
    assert collect(pack(down / "2.zip", {moodle("Ada L", 12): (answer("b"), LATER)}))[0] == 3
    assert there(root, "ada-l") == answer("a")


def test_does_an_id_that_a_student_types_in_an_lms_file_nothing_under_another(root, down, collect):
    files = {moodle("Mallory M", 66, f"small_{ADA}.ipynb"): answer("forged"), moodle(f"{ADA} Ada", 11): answer("a")}
    assert collect(pack(down / "d.zip", files))[0] == 0
    assert there(root, ADA) == answer("a") and there(root, "mallory-m") == answer("forged")
