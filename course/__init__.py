"""Neural-network foundations: what the notebooks of the course import.

``check`` tells whether an answer is right and why not, ``cases`` makes inputs that make mistakes visible, ``plot``
and ``graph`` draw, ``device`` finds the CPU or GPU.
"""

from course.runtime import own_names, waiting

own_names.install()
waiting.install()
