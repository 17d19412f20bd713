"""Small computational graphs to draw."""

from course import graph

WORDS = {"alt": "What it shows.", "caption": "What to take from it."}


def chain(value=15.0):
    made = graph.Graph()
    made.input("a", 5.0), made.input("b", 3.0)
    made.node("u", "×", of=("a", "b"), value=value)
    return made


def simple() -> graph.Graph:
    """L = 3(a + bc) at (5, 3, 2)."""
    g = graph.Graph()
    g.input("a", 5.0), g.input("b", 3.0), g.input("c", 2.0)
    g.node("u", "×", of=("b", "c"), value=6.0)
    g.node("v", "+", of=("a", "u"), value=11.0)
    g.node("L", "3 × v", of=("v",), value=33.0)
    return g
