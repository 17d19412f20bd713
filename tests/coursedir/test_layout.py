"""Where a course is, and what it consists of, from any folder in it."""

import os

import pytest
from home import ROOT

from course.coursedir import install_cell, layout
from course.coursedir.errors import AuthoringError


@pytest.fixture
def root(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 7\n")
    for week in ("week10", "week2", "practice1"):
        (tmp_path / "source" / week).mkdir(parents=True)
        (tmp_path / "source" / week / "b.py").touch()
    (tmp_path / "source" / "week2" / "a.py").touch()
    (tmp_path / "source" / "notes").mkdir()
    return tmp_path


def test_is_the_course_found_from_below(root, monkeypatch):
    below = root / "source" / "week2"
    assert layout.find_root(below) == root.resolve()
    monkeypatch.chdir(below)
    assert layout.find_root() == root.resolve()


def test_what_does_a_folder_outside_say(tmp_path):
    with pytest.raises(AuthoringError, match="no course here .* Go to the course's folder") as refused:
        layout.find_root(tmp_path)
    assert refused.value.status == 2


def test_does_week2_come_before_week10(root):
    assert layout.all_weeks(root) == ["practice1", "week2", "week10"]
    assert [path.name for path in layout.texts(root, "week2")] == ["a.py", "b.py"]


def test_are_weeks_chosen_by_name_or_by_folder(root):
    assert layout.chosen_weeks(root, []) == layout.all_weeks(root)
    assert layout.chosen_weeks(root, ["source/week10/", "week2"]) == ["week2", "week10"]
    with pytest.raises(AuthoringError, match=r"unknown week 'week3'. The weeks are: practice1, week2, week10\."):
        layout.chosen_weeks(root, ["week3"])


def test_are_the_settings_those_of_nbgrader(root):
    assert layout.load_config(root).Execute.timeout == 7


def test_is_there_at_least_one_core():
    assert 1 <= layout.cores() <= (os.cpu_count() or 1)


@pytest.mark.parametrize("public", [None, layout.Repository("ann", "nets", "main")])
def test_is_the_install_cell_python_once_its_magic_is_taken_away(public):
    body = f'%pip install -q "{public.address}"' if public else install_cell.NO_INSTALL
    compile((install_cell.INSTALL + body).replace("%pip", "pass #"), "cell", "exec")


def test_do_the_released_notebooks_begin_with_the_install_cell():
    for path in ROOT.glob("release/week*/*.ipynb"):
        assert "course's own package: figures, cases and checks" in path.read_text(encoding="utf-8")
