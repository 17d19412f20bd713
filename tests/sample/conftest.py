"""A course of two weeks, entered, for the questions on the sample class."""

import pytest
from sample_course import FIRST, SECOND, release


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "nbgrader_config.py").touch()
    release(tmp_path, "week5", "first", FIRST)
    release(tmp_path, "week5", "second", SECOND)
    release(tmp_path, "week1", "only", SECOND)
    monkeypatch.chdir(tmp_path)
    return tmp_path
