"""The slice in a small notebook, for tests of how slices are cut and read."""

from course.grading.analysis.slices import Reading, Slice

HEAD = (
    "import math\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\nfrom course import data, plot\n"
)


def slice_of(cells, name, *, derivatives) -> Slice:
    """The slice in a notebook that nothing has been read of before."""
    return Reading().slice_of(cells, name, derivatives=derivatives)
