"""Judges: one kind of question, one file; from an answer and its cases to one verdict."""
