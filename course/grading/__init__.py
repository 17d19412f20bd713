"""The instructor's side: from what students handed in to grades and feedback, through nbgrader."""
