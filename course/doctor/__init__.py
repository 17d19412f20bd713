"""Diagnosis: from wrong numbers to a likely cause and a next step. The way in is ``diagnose``."""
