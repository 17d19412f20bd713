"""What every figure needs, and the words in one."""

WORDS = {"alt": "What it shows.", "caption": "What to take from it."}


def texts(fig) -> list[str]:
    """Every text of a figure that is not empty."""
    from matplotlib.text import Text

    return [found.get_text() for found in fig.findobj(Text) if found.get_text().strip()]
