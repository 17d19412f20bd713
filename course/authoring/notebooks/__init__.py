"""From texts to notebooks and releases, and back from an edited notebook to its text."""
