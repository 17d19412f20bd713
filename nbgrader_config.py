"""nbgrader's settings for this course. Read by nbgrader's commands, by the Formgrader and by the `course` command."""

import os
import sysconfig

from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    SaveCells,
)

from course.coursedir.alias import plain
from course.coursedir.files import permitted
from course.coursedir.nbgrader_guard import guard_database_command
from course.grading.nbgrader import CourseStubs

c = get_config()  # noqa: F821 (nbgrader provides it)

# nbgrader calls `alembic` by its bare name when it makes a gradebook: found also without an activated environment.
scripts = sysconfig.get_path("scripts")
if scripts not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)])

# --- The course -----------------------------------------------------------------------------------------------------
c.CourseDirectory.course_id = "neural-network-foundations"
c.CourseDirectory.root = plain(os.path.dirname(os.path.abspath(__file__)))  # nbgrader takes brackets for a pattern
# nbgrader's own defaults, and what must not reach students: texts, and copies kept of overwritten files.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "*.py",
    "*.orig",
    ".stamps",
    "data",
    # Pages that a student hands in would be copied to feedback/, and run there in the reader's browser.
    "*.html",
    "*.htm",
    "*.xhtml",
    "*.shtml",
    "*.mhtml",
    "*.svg",
    "*.xml",
]

if permitted(0o044) != 0o044:  # the umask takes something away: from what nbgrader writes, too
    c.Autograde.permissions = int(f"{permitted(0o444):o}")
    c.GenerateAssignment.permissions = c.GenerateFeedback.permissions = int(f"{permitted(0o644):o}")
c.Backups.keep = 5  # days of which a copy of the gradebook is kept in backups/; 0 for none

# --- Release: nbgrader's own steps, with the course's stubs in the place of ClearSolutions --------------------------
c.GenerateAssignment.preprocessors = [
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    CourseStubs,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]

# --- Grading: mended first, run in a sandboxed room, judged outside it (course/grading, docs/security.md) -----------
c.Autograde.exporter_class = "course.grading.nbgrader.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "course.grading.nbgrader.Repair",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "course.grading.nbgrader.Execute",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Execute.timeout = 20  # seconds for a cell
c.Execute.question_timeout = 20  # seconds for what one check asks
c.Execute.total_timeout = 300  # seconds for a notebook, cells and questions
c.Execute.max_output = 1_000_000  # characters of output kept for each cell
c.Execute.memory = 2048  # MiB for a submission's processes together
c.Execute.processes = 128  # at once
c.Execute.file_size = 64  # MiB for a file
c.Execute.space = 256  # MiB of files in each of the three places that a submission can write to
c.Execute.keep_points = True  # for an answer that is right, and fails through an earlier exercise alone
c.Validator.Execute.timeout = 120  # seconds for a cell when nbgrader's Validate runs a notebook in a plain kernel
c.AssignLatePenalties.plugin_class = "course.grading.nbgrader.LatePenalty"

# --- The exchange and `nbgrader db`, one command at a time in this folder ---------------------------------------------
guard_database_command()
c.ExchangeFactory.collect = "course.grading.nbgrader.Collect"
c.ExchangeFactory.release_feedback = "course.grading.nbgrader.ReleaseFeedback"

# --- Feedback: the course's own page, without the hidden tests -------------------------------------------------------
c.GenerateFeedback.exporter_class = "course.grading.nbgrader.FeedbackExporter"
c.GenerateFeedback.preprocessors = [
    "course.grading.nbgrader.Marks",
    "course.grading.nbgrader.HideTests",
]
