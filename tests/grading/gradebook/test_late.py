"""What does it cost to be late?"""

import pytest
from small_notebooks import (
    sandbox,  # noqa: F401 (a fixture)
)

from course.grading.gradebook.late import DAY, late_penalty


@pytest.mark.parametrize(
    ("late", "penalty"),
    [(-5, 0), (0, 0), (1, 1), (DAY, 1), (DAY + 1, 2), (5 * DAY, 5), (99 * DAY, 5)],
)
def test_is_it_a_tenth_for_each_day_begun_and_half_at_most(late, penalty):
    assert late_penalty(10, late) == penalty
