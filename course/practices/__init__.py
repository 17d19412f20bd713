"""Individualised exercises: the questions of the practices. The way in is ``course.practice``."""
