"""From the bytes that a student handed in to a notebook that has every cell in its place."""
