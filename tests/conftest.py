"""Fixtures that many tests use."""

import pytest


@pytest.fixture
def graded(monkeypatch):
    """Failed checks raise, as under nbgrader, and so does a bug in the diagnosis, which is passed over elsewhere."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv("COURSE_RAISE", "1")


LONGEST = (
    "tests/test_pipeline.py",
    "tests/test_wheel.py",
    "tests/answers/test_cheats.py",
    "tests/answers/test_honest.py",
    "tests/source/test_notebooks.py",
    "tests/grading/run/test_interrupted.py",
    "tests/grading/run/test_cluster.py",
)
"""Files whose tests take minutes: begun first, so that no worker is left with one when the others are done."""


def pytest_collection_modifyitems(items):
    """The longest files first, each file's tests in their order."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(LONGEST)))
