"""A small computational graph to draw."""

from course import graph

WORDS = {"alt": "What it shows.", "caption": "What to take from it."}


def chain(value=15.0):
    made = graph.Graph()
    made.input("a", 5.0), made.input("b", 3.0)
    made.node("u", "×", of=("a", "b"), value=value)
    return made
