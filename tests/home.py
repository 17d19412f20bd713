"""Where the course is: tests lie in folders of folders."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
