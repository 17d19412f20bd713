"""nbgrader export plug-ins: the exporters of each LMS under one dotted path."""

from course.grading.lms.canvas import CanvasExporter
from course.grading.lms.moodle import MoodleExporter
from course.grading.lms.no_lms import TidyExporter

__all__ = ["CanvasExporter", "MoodleExporter", "TidyExporter"]
