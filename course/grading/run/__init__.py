"""One submission through all its steps, and many of them in parallel. The only folder that knows all others."""
