"""Is a Dask scheduler that does not answer said so?"""

from __future__ import annotations

import pytest


def test_is_a_scheduler_that_is_not_there_said_so(tmp_path):
    pytest.importorskip("distributed")
    from course.grading.ahead import Ahead
    from course.grading.errors import GradingStopped

    def nothing(week: str, student: str) -> None:
        raise AssertionError

    with pytest.raises(GradingStopped, match="no Dask scheduler answers"):
        list(Ahead(nothing, 2, "tcp://127.0.0.1:9").graded([("week9", "s0")]))
