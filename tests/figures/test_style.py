"""Does a figure reach a notebook with its words, and does importing the figures cost little?"""

import subprocess
import sys

from course.figures import style


def test_does_the_output_hold_the_picture_and_its_texts():
    from matplotlib.figure import Figure

    fig = Figure(figsize=(2, 1))
    data, metadata = style.bundle(fig, alt='Loss < 1 & "low"', caption="It falls.")
    assert 'alt="Loss &lt; 1 &amp; &quot;low&quot;"' in data["text/html"]
    assert "<figcaption" in data["text/html"] and "It falls." in data["text/html"]
    assert f"data:image/png;base64,{data['image/png']}" in data["text/html"]
    assert data["text/plain"] == 'Figure: It falls. Loss < 1 & "low"'
    assert metadata["image/png"]["alt"] == 'Loss < 1 & "low"'
    assert style.png(fig) == style.png(fig)


def test_does_a_figure_reach_ipython():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    try:
        with capture_output() as captured:
            shell.run_cell(
                "from course import plot\nplot.bars({'W1': 1.0}, ylabel='size', alt='One bar.', caption='A bar.')"
            )
        (output,) = captured.outputs
        assert set(output.data) == {"text/html", "image/png", "text/plain"}
        assert not captured.stderr
    finally:
        InteractiveShell.clear_instance()


def test_is_importing_the_figures_cheap():
    code = "import sys, torch; import course.plot, course.graph; print([m for m in sys.modules if 'matplotlib' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
