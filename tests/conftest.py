"""Fixtures that many tests use."""

import pytest


@pytest.fixture
def graded(monkeypatch):
    """Failed checks raise, as under nbgrader, and so does a bug in the diagnosis, which is passed over elsewhere."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv("COURSE_RAISE", "1")
