"""Is what lies in release/ what the texts give, and nothing that students may not see?"""

from pathlib import Path

import nbformat
import pytest
from home import ROOT
from leaks import leaks, strangers

RELEASED = sorted((ROOT / "release").glob("*/*.ipynb"))
WEEKS = sorted({path.parent.name for path in RELEASED})


def label(path):
    return f"{path.parent.name}/{path.name}" if isinstance(path, Path) else path


@pytest.mark.parametrize("path", RELEASED, ids=label)
def test_is_nothing_secret_released(path):
    text = (ROOT / "source" / path.parent.name / f"{path.stem}.py").read_text()
    assert leaks(text, nbformat.read(path, 4)) == []


@pytest.mark.parametrize("week", WEEKS)
def test_is_no_other_file_released(week):
    assert strangers(ROOT / "source" / week, ROOT / "release" / week) == []


@pytest.mark.parametrize("path", RELEASED, ids=label)
def test_does_a_released_notebook_begin_with_the_badge_and_the_install_cell(path):
    badge, install = nbformat.read(path, 4).cells[:2]
    assert badge.cell_type == "markdown"
    assert "colab.research.google.com/github" in badge.source or "In JupyterLab there is nothing to do" in badge.source
    assert "import course" in install.source


@pytest.mark.parametrize("path", RELEASED, ids=label)
def test_does_a_released_notebook_pass_nbgraders_validation(path):
    from nbgrader.nbgraderformat import MetadataValidator

    MetadataValidator().validate_nb(nbformat.read(path, 4))


@pytest.mark.parametrize("week", WEEKS)
def test_is_the_release_not_stale(week):
    from course.authoring.notebooks.release import stale

    assert stale(ROOT, week) == []
