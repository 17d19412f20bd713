"""What is asked of the outputs of every notebook that has run."""


def described(nb):
    """Assert that each figure that the notebook shows has a text in its place, and a caption."""
    outputs = [output.get("data", {}) for cell in nb.cells for output in cell.get("outputs", ())]
    shown = [data["text/html"] for data in outputs if "<img" in data.get("text/html", "")]
    for html in shown:
        assert 'alt="' in html
        assert 'alt=""' not in html
        assert "<figcaption" in html
    drawn = [data for data in outputs if "image/png" in data]
    assert len(drawn) == len(shown), "a figure without alt text and caption: draw it with course.plot"
