"""Everything that touches nbgrader's database and the notes beside it. Nothing else queries it."""
