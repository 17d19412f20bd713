"""Drawing with matplotlib: all of the course's figures. The ways in are ``course.plot`` and ``course.graph``."""
