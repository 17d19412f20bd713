"""Feedback pages: what a student gets back, as HTML that shows nothing it should not."""

from course.runtime import former

__getattr__ = former.names(__name__, {"FeedbackExporter": "course.grading.nbgrader.FeedbackExporter"})
