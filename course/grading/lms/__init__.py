"""To and from a learning management system: Moodle, Canvas, or files by e-mail."""
