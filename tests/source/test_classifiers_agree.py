"""Do week 3's own classifiers find what scikit-learn finds on the same points?"""

import io
import re
from contextlib import redirect_stdout

import pytest
from home import ROOT

from course.authoring.text.parse import read

TEXT = ROOT / "source" / "week3" / "classifiers.py"


def test_do_the_svm_and_logistic_regression_agree_with_scikit_learn_within_what_the_notebook_states():
    pytest.importorskip("sklearn")
    names, said = {"__name__": "__main__"}, io.StringIO()
    with redirect_stdout(said):
        for cell in read(TEXT).cells:
            if cell.kind == "code" and cell.released and cell.role != "check":
                exec(compile(cell.source, cell.name or "cell", "exec"), names)
    lines = re.findall(r"largest difference ([\d.]+): within ([\d.]+)\? (\w+)", said.getvalue())
    assert [(limit, verdict) for _, limit, verdict in lines] == [("0.005", "True"), ("0.001", "True")]
    assert float(lines[0][0]) < 1e-4
    assert float(lines[1][0]) < 1e-4
