"""Submitted notebooks that something happened to, mended before they are graded."""

from copy import deepcopy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.utils import compute_checksum
from small_plan import DONE, KNOWN, SHOWN, STUB, TEST, meta, released, small_plan

from course.coursedir.errors import CouldNotBeGraded
from course.grading.submission.repair import repair


@pytest.fixture
def plan():
    return small_plan()


@pytest.fixture
def nb():
    nb = released()
    at(nb, "double").source = DONE
    return nb


def names(nb):
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "-") for cell in nb.cells]


def at(nb, name):
    return nb.cells[names(nb).index(name)]


WHOLE = ["-", "data", "double", "check-double", "why", "-"]


def test_is_a_sound_notebook_left_as_it_is(nb, plan):
    before = deepcopy(nb)
    assert repair(nb, plan) == []
    assert nb == before


@pytest.mark.parametrize("lost", [["check-double"], ["data"], ["why"], ["data", "check-double", "why"]])
def test_do_deleted_cells_come_back_in_their_place(nb, plan, lost):
    nb.cells = [cell for cell, name in zip(nb.cells, names(nb), strict=True) if name not in lost]
    said = repair(nb, plan)
    assert names(nb) == WHOLE and len(said) == len(lost)
    assert all(at(nb, name).source == KNOWN[name][1] for name in lost)
    assert at(nb, "double").source == DONE


def test_does_a_restored_test_stand_after_its_answer_even_when_the_student_moved_it(nb, plan):
    del nb.cells[names(nb).index("check-double")]
    nb.cells.append(nb.cells.pop(names(nb).index("double")))
    repair(nb, plan)
    assert names(nb).index("check-double") == names(nb).index("double") + 1


def test_is_a_deleted_exercise_said_and_not_brought_back(nb, plan):
    del nb.cells[names(nb).index("double")]
    assert repair(nb, plan) == ['The exercise cell "double" is missing.']
    assert "double" not in names(nb)


@pytest.mark.parametrize("first", [True, False])
def test_which_of_two_copies_of_an_exercise_counts(nb, plan, first):
    place = names(nb).index("double")
    pair = deepcopy(nb.cells[place : place + 2])
    for number, cell in enumerate(pair):
        cell.id = f"copy{number}"
    pair[0].source = STUB
    where = place + 2 if first else place
    nb.cells[where:where] = pair
    said = repair(nb, plan)
    assert len(said) == 2
    assert sorted(name for name in names(nb) if name != "-") == sorted(KNOWN)
    assert at(nb, "double").source == DONE
    assert names(nb).index("double") < names(nb).index("check-double")
    (stub,) = [cell for cell in nb.cells if cell.source == STUB]
    assert stub.cell_type == "raw", "an empty stub would undo the answer"


def test_which_of_two_answers_that_differ_counts(nb, plan):
    copy = deepcopy(at(nb, "double"))
    copy.id, copy.source = "copy", "def double(X):\n    return X"
    nb.cells.append(copy)
    repair(nb, plan)
    assert at(nb, "double").source == DONE and nb.cells[-1].cell_type == "code"


def test_is_lost_metadata_found_by_the_cells_id_or_by_its_text(nb, plan):
    for name in ("double", "check-double"):
        del at(nb, name).metadata["nbgrader"]
    nb.cells[3].id = "another"
    said = repair(nb, plan)
    assert names(nb) == WHOLE and len(said) == 2


@pytest.mark.parametrize("forged", [{"grade": False}, {"points": 100}, {"solution": True}, {"locked": False}])
def test_is_changed_metadata_put_back(nb, plan, forged):
    at(nb, "check-double").metadata["nbgrader"].update(forged)
    (said,) = repair(nb, plan)
    assert "metadata" in said and at(nb, "check-double").metadata["nbgrader"] == KNOWN["check-double"][0]


def test_does_a_cell_of_another_type_get_its_own_back(nb, plan):
    cell = at(nb, "check-double")
    cell.cell_type = "raw"
    del cell["outputs"], cell["execution_count"]
    (said,) = repair(nb, plan)
    assert "raw" in said and cell.cell_type == "code" and cell.outputs == []


def test_are_foreign_cells_and_tags_and_notes_taken_away(nb, plan):
    nb.cells.insert(2, new_code_cell("1", id="foreign", metadata={"nbgrader": meta("other", grade=True, points=9)}))
    at(nb, "check-double").metadata["tags"] = ["skip-execution"]
    nb.metadata["course"] = {"exercises": "forged"}
    (said,) = repair(nb, plan)
    assert '"other"' in said and "nbgrader" not in nb.cells[2].metadata
    assert "tags" not in at(nb, "check-double").metadata and "course" not in nb.metadata


def test_is_a_nameless_answer_found_by_what_it_defines_in_its_place(nb, plan):
    cell = at(nb, "double")
    del cell.metadata["nbgrader"]
    cell.id = "another"
    nb.cells.insert(1, new_code_cell("def double(X):\n    return X  # a trial", id="trial"))
    nb.cells.append(new_code_cell("double = None", id="late"))
    (said,) = repair(nb, plan)
    assert "found by what stands in it" in said and at(nb, "double").source == DONE


def test_is_an_answer_typed_into_the_cell_of_a_check_kept(nb, plan):
    at(nb, "check-double").source = f"{DONE}\nprint(double(2))"
    del nb.cells[names(nb).index("double")]
    repair(nb, plan)
    assert names(nb) == WHOLE and DONE in at(nb, "double").source and at(nb, "check-double").source == TEST


EDITED = 'The cell "check-double" had been edited; it was put back'


@pytest.mark.parametrize("put", ["{}print('mine')\n", "print('mine')\n{}"])
def test_is_what_was_added_to_a_check_no_merged_cell(nb, plan, put):
    at(nb, "check-double").source = put.format(SHOWN)
    assert repair(nb, plan) == [f"{EDITED}, and what was added is a cell of its own."]
    assert at(nb, "check-double").source.strip() == SHOWN.strip()
    assert [cell.source for cell in nb.cells].count("print('mine')") == 1


@pytest.mark.parametrize("lost", ["double", "-"])
def test_is_a_check_that_was_merged_with_a_cell_of_the_release_no_edited_one(nb, plan, lost):
    place = names(nb).index(lost) if lost != "-" else len(nb.cells) - 1
    other = nb.cells.pop(place).source
    at(nb, "check-double").source = f"{other}\n{SHOWN}" if lost == "double" else f"{SHOWN}{other}"
    said = repair(nb, plan)
    assert 'The cell "check-double" had been merged with another; they were taken apart.' in said
    assert not any("edited" in each for each in said)


def test_is_a_changed_check_said_and_one_of_an_older_release_not(nb, plan):
    cell = at(nb, "check-double")
    cell.source = "check.value(double(1), 3)"
    assert repair(deepcopy(nb), plan) == [f"{EDITED}."]
    cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)  # what it was released with
    assert repair(deepcopy(nb), plan) == []
    cell.metadata["nbgrader"].update(points="many")
    assert f"{EDITED}." in repair(nb, plan), "metadata that nbgrader cannot read is nobody's release"


def test_is_half_a_function_joined_and_a_trial_below_it_not(nb, plan):
    place = names(nb).index("double")
    nb.cells[place].source = "def double(X):"
    nb.cells.insert(place + 1, new_code_cell("    return 2 * X", id="half"))
    nb.cells.insert(place + 2, new_code_cell("double(1 / 0)", id="trial"))
    repair(nb, plan)
    assert at(nb, "double").source == DONE and nb.cells[place + 1].source == "double(1 / 0)"


def test_are_parts_that_run_on_their_own_not_joined_where_one_could_stop_the_other(nb, plan):
    place = names(nb).index("double")
    nb.cells[place].source = "print(1 / 0)"
    nb.cells.insert(place + 1, new_code_cell(DONE, id="half"))
    assert repair(nb, plan) == [] and nb.cells[place + 1].source == DONE


def test_does_a_text_below_an_answer_belong_to_it_up_to_the_next_heading(nb, plan):
    nb.cells[5:5] = [new_markdown_cell("Because.", id="more"), new_markdown_cell("## Notes", id="notes")]
    repair(nb, plan)
    assert at(nb, "why").source == "Because." and nb.cells[-2].source == "## Notes"


@pytest.mark.parametrize("odd", [[], "text", {"grade_id": 3}, {}, {"grade_id": ""}])
def test_does_odd_metadata_not_stop_it(nb, plan, odd):
    nb.cells[0].metadata["nbgrader"] = odd
    assert repair(nb, plan) == [] and names(nb) == WHOLE


def test_is_another_notebook_told_from_an_empty_one(plan):
    other = new_notebook(cells=[new_code_cell("print(1)", metadata={"nbgrader": meta("elsewhere", solution=True)})])
    with pytest.raises(CouldNotBeGraded, match=r"another notebook than small.ipynb of week9"):
        repair(other, plan)
