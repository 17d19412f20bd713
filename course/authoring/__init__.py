"""The author's side: from text sources to notebooks and to what students get."""

from course.runtime import former

former.modules(
    {
        f"{__name__}.stubs": {"CourseStubs": "course.grading.nbgrader.CourseStubs"},
        f"{__name__}.roundtrip": {"post_save": f"{__name__}.notebooks.sync.post_save"},
    }
)
