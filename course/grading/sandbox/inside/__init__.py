"""The sandbox from inside: all that runs on the student's side of the wall. Whoever attacks the grader may read it."""
