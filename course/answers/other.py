"""Opaque value: what is no plain data stays with the student, and is a text here. It needs neither torch nor NumPy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Other:
    """Opaque: a value of the student's that stays where it is, being no plain data. ``text`` says what it is."""

    text: str
