"""Reports for the instructor: grades.csv, and the class report with its item statistics."""
