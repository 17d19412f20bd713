"""Memoisation for a grading process: the right answers and the figures that a whole class has in common."""
