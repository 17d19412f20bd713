"""Reading a week's text (jupytext's py:percent) and naming its problems."""
