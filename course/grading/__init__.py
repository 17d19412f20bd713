"""The instructor's side: from what students handed in to grades and feedback, through nbgrader."""

from course.runtime import former

former.modules(
    {
        f"{__name__}.{module}": {name: f"{__name__}.nbgrader.{name}" for name in names.split()}
        for module, names in {
            "reading": "SubmissionExporter",
            "repair": "Repair",
            "execute": "Execute",
            "late": "LatePenalty",
            "feedback": "Marks HideTests",
            "exports": "CanvasExporter MoodleExporter TidyExporter",
        }.items()
    }
)
