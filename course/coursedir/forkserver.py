"""First import of a fork server (multiprocessing's), by which it ends with the process that started it.

Python's own fork server looks for that process only when it has imported what it was told to, some seconds later.
"""

from __future__ import annotations

import os

from course.coursedir.processes import STARTED_BY, end_with

if os.environ.get(STARTED_BY, str(os.getpid())) != str(os.getpid()):
    end_with(int(os.environ.pop(STARTED_BY)))
