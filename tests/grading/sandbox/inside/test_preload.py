"""What a room imports before the first submission comes: all of it, or the room does not start."""

import pytest

from course.grading.sandbox.inside import preload


def test_is_a_module_for_which_there_is_no_memory_not_left_out_as_one_that_is_not_installed(monkeypatch):
    """Otherwise the submissions of a room that started in a bad moment would find less than others do."""
    asked = []

    def importing(name):
        asked.append(name)
        if name == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'")
        if name == "torchvision":
            raise ImportError("libc10.so: failed to map segment from shared object")

    monkeypatch.setattr(preload.importlib, "import_module", importing)
    with pytest.raises(ImportError, match="failed to map segment"):
        preload.preload([])
    assert asked == list(preload.PRELOAD[: preload.PRELOAD.index("torchvision") + 1])
