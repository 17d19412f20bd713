"""What the tests of all figures share: the figures that a test has shown."""

import warnings

import pytest

from course.figures import style


@pytest.fixture
def shown(monkeypatch):
    """The figures that were shown, in order; any warning while drawing is an error."""
    seen = []
    monkeypatch.setattr(style, "show", lambda fig, *, alt, caption: seen.append((fig, style.png(fig))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield seen
