"""A made-up class of 500, its report and its page, for all tests of reports."""

import made_up_class
import pytest
from authoring_course import make_course
from made_up_class import WEEK

from course.grading.report import class_report


@pytest.fixture(scope="session")
def classroom(tmp_path_factory):
    """A class of 500."""
    return made_up_class.make(make_course(tmp_path_factory.mktemp("course")), 500)


@pytest.fixture(scope="session")
def report(classroom):
    return class_report.gather(classroom, WEEK)


@pytest.fixture(scope="session")
def page(report):
    return class_report.page(report)
