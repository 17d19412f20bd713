"""Everything that matplotlib draws. The ways in are ``course.plot`` and ``course.graph``."""
