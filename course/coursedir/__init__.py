"""Where a course lies, how its files are written, and how a command stops with one sentence."""
