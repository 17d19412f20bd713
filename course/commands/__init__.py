"""The command line: arguments, progress, printing and exit statuses. The work is done elsewhere."""
