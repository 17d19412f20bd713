"""What is there in every notebook before any check: the shell, the verdict and how it is shown, the student's ID.

Imports no other folder.
"""
