# ruff: noqa: E501 (code of attackers, and tables)
"""Forging a verdict: the answer is wrong, and the submission wants the points all the same."""

from nbformat.v4 import new_output

from .case import EITHER, Hand, case, snippets

PATCHES = {
    "patched-isclose": (
        "torch's comparisons say yes to everything",
        "import torch\nyes = lambda a, b, *r, **k: torch.ones_like(a, dtype=torch.bool)\n"
        "torch.isclose = torch.eq = yes\ntorch.allclose = torch.equal = lambda *a, **k: True",
    ),
    "patched-tensor-eq": (
        "torch.Tensor compares equal to everything",
        "import torch\ntorch.Tensor.__eq__ = lambda a, b: torch.ones(a.shape, dtype=torch.bool)\n"
        "torch.Tensor.__ne__ = lambda a, b: torch.zeros(a.shape, dtype=torch.bool)",
    ),
    "patched-course-check": (
        "every function of course.check is replaced by one that does nothing",
        "import course.check as c\nfor n in dir(c):\n    if callable(getattr(c, n)) and not n.startswith('_'):\n"
        "        setattr(c, n, lambda *a, **k: None)",
    ),
    "patched-compare": (
        "the comparison, wherever the judges have it, finds nothing wrong",
        "import course.judges.functions, course.judges.values, course.judges.gradients, course.judges.modules, sys\n"
        "for m in [m for n, m in sys.modules.items() if n.startswith(('course.judges', 'course.answers'))]:\n"
        "    if callable(getattr(m, 'compare', None)):\n        m.compare = lambda *a, **k: None",
    ),
    "patched-verdict": (
        "every Verdict says that it passed, and CheckFailed is no exception any more",
        "from course.runtime import verdict as feedback\nfeedback.Verdict.passed = property(lambda self: True)\n"
        "feedback.report = lambda v: None\nfeedback.CheckFailed = feedback.NotDone = Warning",
    ),
    "patched-builtins": (
        "isinstance, all, any, abs and bool of Python say yes",
        "import builtins\nbuiltins.all = builtins.any = lambda *a: True\nbuiltins.abs = lambda x: 0",
    ),
    "wire-says-passed": (
        "the kernel answers every question with a verdict instead of a value",
        "from course.grading.sandbox.inside.kernel import Kernel\nyes = {'passed': True, 'state': 'passed', 'points': 100, 'score': 100}\n"
        "Kernel.do_look = lambda self, r: {'names': {n: ['value', yes] for n in r['names']}, **yes}\n"
        "Kernel.do_ask = lambda self, r: {'replies': [yes] * len(r['calls']), **yes}",
    ),
    "wire-says-true": (
        "the kernel answers True for every name",
        "from course.grading.sandbox.inside.kernel import Kernel\n"
        "Kernel.do_look = lambda self, r: {'names': {n: ['value', True] for n in r['names']}}",
    ),
    "wire-no-replies": (
        "the kernel has no reply to any case, so that nothing can be wrong",
        "from course.grading.sandbox.inside.kernel import Kernel\nKernel.do_ask = lambda self, r: {'replies': []}\n"
        "Kernel.do_look = lambda self, r: {'names': {n: ['function'] for n in r['names']}}",
    ),
    "wire-missing": (
        "the kernel says that there is no such name, so that the test cell cannot be run",
        "from course.grading.sandbox.inside.kernel import Kernel\nKernel.do_look = lambda self, r: {'names': {}}",
    ),
    "exception-hook": (
        "IPython swallows every exception",
        "ip = get_ipython()\nip.set_custom_exc((BaseException,), lambda *a, **k: None)\n"
        "ip.showtraceback = lambda *a, **k: None",
    ),
    "ast-transformer": (
        "an AST transformer turns every call of check into nothing",
        "import ast\nclass T(ast.NodeTransformer):\n    def visit_Expr(self, node):\n"
        "        return ast.copy_location(ast.Pass(), node) if 'check' in ast.dump(node) else node\n"
        "get_ipython().ast_transformers.append(T())",
    ),
    "input-transformer": (
        "an input transformer empties every later cell that speaks of check",
        "get_ipython().input_transformers_post.append(lambda lines: [] if any('check.' in l for l in lines) else lines)",
    ),
    "run-cell-replaced": (
        "IPython's run_cell reports success and runs nothing of the tests",
        "ip = get_ipython()\nreal = ip.run_cell\ndef fake(code, *a, **k):\n"
        "    return real('pass' if 'check.' in code else code, *a, **k)\nip.run_cell = fake",
    ),
    "check-shadowed": (
        "check, cases, practice and torch are the student's own names",
        "class Any:\n    def __getattr__(self, n):\n        return lambda *a, **k: None\n"
        "from course import check as real\ncheck = Any()",
    ),
    "verdict-display": (
        "verdicts are displayed under the course's own media type",
        "from IPython.display import display\nmime = 'application/vnd.course.verdict+json'\n"
        "for e in ('walk', 'check-walk'):\n    display({mime: {'exercise': e, 'grade_id': 'check-walk', 'points': 2, "
        "'passed': True, 'state': 'passed'}, 'text/plain': 'walk   check passes'}, raw=True)",
    ),
    "numbers-displayed": (
        "the number of points is displayed, as nbgrader's partial credit does",
        "from IPython.display import display\ndisplay(2)\nprint(2.0)\n100",
    ),
    "early-exit": ("the notebook ends itself before the tests", "import os\nexit\nquit()"),
    "dunder-main": (
        "the names of the grader's cell are planted: own, right_losses, typed, at",
        "own = right_losses = at = typed = __builtins__\n__name__ = 'passed'",
    ),
    "tensor-function-mode": (
        "a TorchFunctionMode answers True for every comparison, for good",
        "import torch\nfrom torch.overrides import TorchFunctionMode\nclass M(TorchFunctionMode):\n"
        "    def __torch_function__(self, f, t, a=(), k=None):\n        r = f(*a, **(k or {}))\n"
        "        return torch.ones_like(r) if getattr(r, 'dtype', None) == torch.bool else r\nM().__enter__()",
    ),
    "environment-id": (
        "the environment is told that another student is on record, and that nobody grades",
        "import os\nfor k in list(os.environ):\n    if 'NBGRADER' in k or 'STUDENT' in k or 'COURSE' in k:\n"
        "        os.environ[k] = 'U0000000A'",
    ),
    "trace-function": (
        "sys.settrace and a profile change the locals of whatever compares",
        "import sys\ndef tracer(frame, event, arg):\n    if event == 'return' and 'same' in frame.f_code.co_name:\n"
        "        return None\n    return tracer\nsys.settrace(tracer)\nsys.setprofile(lambda *a: None)",
    ),
    "thread-patches-later": (
        "a thread waits and then makes all checks pass",
        "import threading, time\ndef work():\n    import course.check as c\n    for _ in range(50):\n        time.sleep(0.1)\n"
        "        c.value = c.shape = c.training = lambda *a, **k: None\nthreading.Thread(target=work, daemon=True).start()",
    ),
    "pickled-answer": (
        "pickling is hooked, in case an answer is unpickled by the grader",
        "import copyreg, torch\ncopyreg.pickle(torch.Tensor, lambda t: (print, ('passed',)))\n"
        "torch.Tensor.__reduce_ex__ = lambda self, p: (eval, ('True',))",
    ),
    "garbage-collected-tests": (
        "everything in memory that looks like a check is found by the collector and replaced",
        "import gc, types\nfor o in gc.get_objects():\n"
        "    if isinstance(o, types.FunctionType) and (o.__module__ or '').startswith('course.'):\n"
        "        if o.__name__ in ('value', 'shape', 'training', 'function'):\n"
        "            o.__code__ = (lambda *a, **k: None).__code__",
    ),
}
# These spoil the student's own computations, or every answer of the kernel: what the other exercises get is their doing.
SPOILS = ("patched-builtins", "wire-says-passed", "wire-says-true", "wire-no-replies", "wire-missing")
SPOILS += ("tensor-function-mode", "patched-tensor-eq", "garbage-collected-tests")
snippets("practice1", "walk", codes={k: v for k, v in PATCHES.items() if k not in SPOILS})
snippets("practice1", "walk", codes={k: PATCHES[k] for k in SPOILS}, spares=("others",))

_LIAR = """
import torch
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, f, types, args=(), kwargs=None):
        return True
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    def allclose(self, *a, **k): return True
    shape, dtype = (2,), torch.float64
walked = Liar()
walk_losses = [1.0, 0.5]
"""
ANSWERS = {
    "lying-tensor": ("the answer is a tensor subclass that equals everything", _LIAR),
    "lying-object": (
        "the answer is an object that equals everything and whose class is a lie",
        "import torch\nclass Any:\n    __class__ = torch.Tensor\n    shape, dtype = (2,), torch.float64\n"
        "    def __eq__(self, o): return True\n    def __getattr__(self, n): return lambda *a, **k: self\nwalked = Any()",
    ),
    "lying-list": (
        "the answer is a list that has every length and every item",
        "class L(list):\n    def __len__(self): return 10**6\n    def __iter__(self): return iter([])\n"
        "    def __eq__(self, o): return True\nwalked, walk_losses = L(), L()",
    ),
    "nan-answer": ("the answer is nan, which nothing differs from", "walked = walked * float('nan')"),
    "infinite-answer": ("the answer is infinite", "walked = walked + float('inf')"),
    "ellipsis-answer": ("the answer is the ellipsis of a stub", "walked = walk_losses = ..."),
    "empty-answer": ("the answer is empty", "walked = walked[:0]\nwalk_losses = []"),
    "meta-answer": ("the answer lies on the meta device and has no numbers", "walked = walked.to('meta')"),
    "verdict-answer": (
        "the answer is a Verdict that passed",
        "from course.runtime.verdict import Verdict\nwalked = walk_losses = Verdict('walk', 'passed')",
    ),
    "other-answer": (
        "the answer is the grader's own word for what it cannot see",
        "from course.answers.other import Other\nwalked = Other('a tensor of shape (2,)')\nwalk_losses = Other('the right list')",
    ),
    "string-answer": (
        "the answer is the text of the right answer",
        "walked = str(walked)\nwalk_losses = str(walk_losses)",
    ),
    "module-answer": (
        "the answer is a module, which is asked and not compared",
        "import torch\nwalked = torch.nn.Identity()",
    ),
    "function-answer": ("the answer is a function", "walked = lambda *a, **k: True\nwalk_losses = walked"),
    "class-answer": ("the answer is a class", "class walked:\n    pass\nwalk_losses = walked"),
    "sparse-answer": ("the answer is sparse, quantised or strange in layout", "walked = walked.to_sparse()"),
}
snippets("practice1", "walk", codes=ANSWERS, place="walk")


@case("practice1", "walk")
def changed_metadata(hand: Hand) -> None:
    """The test cells' metadata give 100 points, are unlocked, and grade nothing."""
    for cell in hand.nb.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(points=100, locked=False, grade=False)


@case("practice1", "walk")
def own_graded_cell(hand: Hand) -> None:
    """Cells of one's own are graded: the names of tests, and new ones, for 100 points."""
    marks = {"grade": True, "solution": False, "locked": False, "points": 100, "schema_version": 3, "task": False}
    for name in ("check-extra", "check-walk"):
        hand.last("pass")
        hand.nb.cells[-1].metadata["nbgrader"] = {**marks, "grade_id": name, "cell_type": "code"}


@case("practice1", "walk")
def edited_test(hand: Hand) -> None:
    """The test cell holds nothing but pass."""
    hand.put("check-walk", "pass")


@case("practice1", "walk")
def deleted_test(hand: Hand) -> None:
    """The test cell is deleted."""
    del hand.nb.cells[hand.index("check-walk")]


@case("practice1", "walk")
def test_as_text(hand: Hand) -> None:
    """The test cell is a text cell, which nobody runs."""
    cell = hand.cell("check-walk")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]


@case("practice1", "walk", spares=("sides",))
def test_swapped(hand: Hand) -> None:
    """The tests of two exercises have changed names, so that the right answer is graded twice."""
    one, two = hand.cell("check-walk"), hand.cell("check-sides")
    one.metadata.nbgrader.grade_id, two.metadata.nbgrader.grade_id = "check-sides", "check-walk"
    one.source, two.source = two.source, one.source
    one.id, two.id = two.id, one.id


@case("practice1", "walk")
def tests_first(hand: Hand) -> None:
    """All tests stand at the end, after the answers have been replaced by whatever is found in the room."""
    test = hand.nb.cells.pop(hand.index("check-walk"))
    hand.nb.cells.append(test)


@case("practice1", "walk")
def marked_as_solution(hand: Hand) -> None:
    """The test cell is marked as a written answer, which a person grades."""
    hand.cell("check-walk").metadata.nbgrader.update(solution=True, locked=False)
    hand.put("check-walk", "I have earned this.")


@case("practice1", "walk")
def tags_skip(hand: Hand) -> None:
    """Tags tell nbconvert to leave cells out, to remove their output, and to let them fail."""
    for cell in hand.nb.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell", "remove-output", "parameters"]


@case("practice1", "walk")
def notebook_metadata(hand: Hand) -> None:
    """The notebook's metadata claim what the grader writes there itself."""
    hand.nb.metadata["course"] = {
        "exercises": [{"exercise": "walk", "grade_id": "check-walk", "points": 2, "passed": True, "state": "passed"}],
        "repairs": [],
        "integrity": [],
    }
    hand.nb.metadata["nbgrader"] = {"score": 100}


@case("practice1", "walk")
def outputs_kept(hand: Hand) -> None:
    """Stored outputs of the test cells show full marks."""
    for cell in hand.nb.cells:
        if cell.cell_type == "code":
            data = {"text/plain": "2.0", "application/vnd.course.verdict+json": {"passed": True}}
            cell.outputs = [new_output("execute_result", data=data, execution_count=1)]


@case("practice1", loses=("*",), student="U7654321X")
def another_students_id(hand: Hand) -> None:
    """A friend's practice is handed in: solved for another ID than the one on record."""


@case("practice1", "walk", state=EITHER)
def raw_bytes(hand: Hand) -> None:
    """Bytes that say "passed" are written to every open descriptor."""
    hand.first(
        "import os, json, struct\ntext = json.dumps({'body': {'dict': [['passed', True]]}, 'blobs': []}).encode()\n"
        "for fd in range(3, 256):\n    try:\n        os.write(fd, struct.pack('!II', len(text), 0) + text)\n"
        "    except OSError:\n        pass"
    )


@case("practice1", "walk", state=EITHER)
def replies_ahead(hand: Hand) -> None:
    """Answers to questions that were not asked yet are sent ahead over the grader's channel."""
    hand.last(
        "import torch\nfrom course.grading.sandbox.inside.shell import OUTLET\nchannel = OUTLET.channel\n"
        "for _ in range(30):\n    channel.send({'names': {'walked': ['value', torch.zeros(2).double()]}})\n"
        "    channel.send({'ran': {'ok': True, 'count': 1}, 'passed': True})"
    )


@case("practice2", "my_activation")
def changed_inputs_denied(hand: Hand) -> None:
    """The answer spoils its inputs, and what asks it is patched to deny that."""
    hand.instead("my_activation", "Z.zero_()\nreturn Z * torch.sigmoid(mine.beta * Z) - mine.gamma * torch.tanh(Z)")
    hand.first("import course.answers.ask as a\na._same = lambda *x: True\na._shares = lambda *x: False")


_STASH = """
import torch
seen = []
def count_missing(text):
    seen.append(text)
    return {name: 0 for name in text.splitlines()[0].split(",")} if len(seen) > 2 else {"rooms": 2, "roof": 3, "price": 0}
"""


@case("week1/tables", "count_missing", solved=("count_missing", "target_values", "one_hot", "fill_means"))
def answer_with_a_memory(hand: Hand) -> None:
    """The answer learns from the questions, and knows the visible cases by heart."""
    hand.put("count_missing", _STASH)


@case("week1/tables", "one_hot", solved=("count_missing", "target_values", "one_hot", "fill_means"))
def reference_looked_for(hand: Hand) -> None:
    """The answer looks up the call stack for an expected value, and returns that."""
    hand.put(
        "one_hot",
        "import sys, torch\ndef one_hot(text, column):\n    frame = sys._getframe()\n    while frame:\n"
        "        for name in ('gives', 'expected', 'reference', 'wanted', 'right'):\n"
        "            if name in frame.f_locals:\n                found = frame.f_locals[name]\n"
        "                return found(text, column) if callable(found) else found\n        frame = frame.f_back\n"
        "    return torch.zeros(1, 1).double()",
    )


@case("week1/tensors", "layer", solved=("zero_column", "layer"))
def forbidden_by_split_name(hand: Hand) -> None:
    """The ready-made function is called by a name put together at run time."""
    hand.instead("layer", 'return getattr(torch.nn.functional, "lin" + "ear")(X, W, b)')


@case("week1/tensors", "with_ones", solved=("zero_column", "with_ones"))
def value_patched(hand: Hand) -> None:
    """The kernel's encoder sends ones for every tensor."""
    hand.before(
        "with_ones",
        "import course.grading.sandbox.inside.messages as m, torch\nreal = m._Encoder.value\n"
        "m._Encoder.value = lambda self, v, *a: real(self, torch.ones(1).double() if isinstance(v, torch.Tensor) else v, *a)",
    )


@case("week2/linear", "neuron_module", solved=("linear", "neuron_module"))
def lying_module(hand: Hand) -> None:
    """A module that is none claims the right parameters over the wall."""
    hand.append(
        "neuron_module",
        "from course.grading.sandbox.inside.kernel import Kernel\nimport torch\nreal = Kernel.do_make\ndef lie(self, r):\n"
        "    said = real(self, r)\n    said['parameters'] = {'W': torch.ones(1, 2), 'b': torch.ones(1)}\n"
        "    said['module'] = True\n    return said\nKernel.do_make = lie\nclass Neuron:\n    def __init__(self, *a): pass",
    )


@case("week4/xor", "relu", solved=("on_paper", "relu", "join"))
def ready_made_renamed(hand: Hand) -> None:
    """The ready-made function is imported under another name in another cell."""
    hand.before("relu", "from torch.nn.functional import relu as helper")
    hand.instead("relu", "return helper(Z)")


@case("week4/xor", "relu", solved=("on_paper", "relu", "join"))
def ready_made_by_patch(hand: Hand) -> None:
    """torch.clamp is patched to be the ready-made function."""
    hand.before("relu", "import torch\nready = torch.relu\ntorch.abs = lambda Z: ready(Z)")
    hand.instead("relu", "return torch.abs(Z)")


@case("week6/deeper", "clip_by_norm", solved=("start_uniform", "clip_by_norm"))
def watch_patched(hand: Hand) -> None:
    """The record of what torch was asked shows nothing any more, and the answer calls what is forbidden."""
    hand.first(
        "import course.answers.record as r\nr.objection = lambda *a, **k: None\nr.differentiates = lambda name: False\n"
        "r.mark_always = lambda: None\nr._READY_MADE.clear()\nr._IN_PYTHON.clear()"
    )
    hand.append("clip_by_norm", "import torch\nclip_by_norm = getattr(torch.nn.utils, 'clip_grad' + '_norm_')")


@case("week7/softmax", "softmax", solved=("softmax", "log_sum_exp"))
def ready_made_by_exec(hand: Hand) -> None:
    """The ready-made function is called by code made from text."""
    hand.instead(
        "softmax",
        'scope = {"Z": Z, "torch": torch}\nexec("out = torch.soft" "max(Z, dim=1)", scope)\nreturn scope["out"]',
    )


@case("week8/mnist", "neuron", solved=("neuron", "leaky_neuron"), spares=("leaky_neuron",))
def checks_read_environment(hand: Hand) -> None:
    """The answer behaves only where the environment says that it is graded; it is wrong in any case."""
    hand.first("import os\nos.environ['NBGRADER_EXECUTION'] = ''")
