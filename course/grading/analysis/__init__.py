"""Static analysis of Python sources: pure functions on ``ast`` that run nothing."""
