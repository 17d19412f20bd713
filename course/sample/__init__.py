"""The made-up class whose scores are known: what its students hand in, and what they deserve."""
