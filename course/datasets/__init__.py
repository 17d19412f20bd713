"""Where images come from. The way in is ``course.data``."""
