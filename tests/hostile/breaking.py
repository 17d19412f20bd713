# ruff: noqa: E501 (code of attackers, and tables)
"""Breaking: one cell kills, wedges, floods or resets something, and every other exercise must keep its points."""

from .case import EITHER, SLEEP, Hand, case, snippets

# A cell of one's own, before everything: whatever it does, all exercises are answered rightly.
FIRST = {
    "os-exit": ("the kernel ends itself", "import os\nos._exit(0)"),
    "sys-exit": ("sys.exit and quit", "import sys\nquit()\nexit()\nsys.exit(3)"),
    "kill-self": ("the kernel kills itself", "import os\nos.kill(os.getpid(), 9)"),
    "kill-all": ("everything that can be killed is", "import os\nos.kill(-1, 9)"),
    "stop-self": ("the kernel stops itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    "segfault": ("a wild pointer", "import ctypes\nctypes.string_at(0)"),
    "abort": ("the C library aborts", "import os, faulthandler\nos.abort()"),
    "raise-everything": ("exceptions of every kind", "class E(BaseException):\n    __str__ = lambda self: 1/0\n    __repr__ = __str__\nraise E()"),
    "raise-group": ("an exception whose traceback is endless", "def f():\n    try: f()\n    finally: 1/0\nf()"),
    "loop": ("a loop that never ends", "while True:\n    pass"),
    "loop-ignores-interrupts": (
        "a loop that ignores interrupts and every exception",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ),
    "loop-in-c": ("a loop inside C", "sum(x for x in iter(int, 1))\n"),
    "regex-blowup": ("a regular expression that never ends", "import re\nre.match(r'(a|a)*b', 'a' * 60)"),
    "sleep": ("a very long sleep", f"import time\ntime.sleep({SLEEP})"),
    "input": ("input() waits for a person", "try:\n    x = input('name? ')\nfinally:\n    import getpass\n    y = getpass.getpass()"),
    "breakpoint": ("a debugger waits for a person", "breakpoint()"),
    "flood": ("output without end", "while True:\n    print('x' * 10000)"),
    "flood-displays": ("displays without end", "from IPython.display import display\nfor i in range(10**6):\n    display(i)"),
    "flood-descriptors": ("the flood goes to the descriptors", "import os\nfor i in range(20000):\n    for fd in (1, 2): os.write(fd, b'x' * 10000)"),
    "big-picture": ("a picture of a hundred megabytes", "from IPython.display import display\ndisplay({'image/png': 'A' * 100_000_000}, raw=True)"),
    "memory": ("memory without end", "x = []\nwhile True:\n    x.append(bytearray(50_000_000))"),
    "memory-torch": ("a tensor of a terabyte, and many small ones", "import torch\ntry:\n    torch.ones(1 << 37)\nexcept Exception: pass\nx = [torch.ones(10_000_000) for _ in range(10_000)]"),
    "memory-in-children": ("memory in many processes", "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        x = bytearray(300_000_000); x[::4096] = b'1' * len(x[::4096]); time.sleep(30); os._exit(0)\ntime.sleep(2)"),
    "fork-bomb": ("a fork bomb", "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"),
    "threads": ("ten thousand threads", "import threading, time\nfor _ in range(10_000):\n    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"),
    "recursion": ("recursion without a limit", "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()"),
    "descriptors": ("all descriptors are closed", "import os\nos.closerange(0, 1024)"),
    "descriptors-used-up": ("all descriptors are used up", "import os\ntry:\n    while True: os.dup(1)\nexcept OSError: pass"),
    "streams-gone": ("sys.stdout, print and display are gone", "import sys, builtins\nsys.stdout = sys.stderr = sys.__stdout__ = None\nbuiltins.print = None"),
    "meta-device": ("torch's default device is meta", "import torch\ntorch.set_default_device('meta')"),
    "default-dtype": ("torch's default dtype is half", "import torch\ntorch.set_default_dtype(torch.float16)"),
    "no-gradients": ("gradients are off, inference mode is on, for good", "import torch\ntorch.set_grad_enabled(False)\ntorch.inference_mode().__enter__()\ntorch.set_grad_enabled(False)"),
    "seeds": ("seeds are set, generators replaced", "import torch, random\ntorch.manual_seed(0)\nrandom.seed(0)\ntorch.use_deterministic_algorithms(True)\ntorch.set_num_threads(7)"),
    "stack": ("a huge stack frame", "exec('(' * 500 + '1' + ')' * 500)\nx = eval('+'.join(['1'] * 20000))"),
    "lone-surrogates": ("text that is no text is printed", "print('\\ud800 \\udfff')\nfrom IPython.display import display, HTML\ndisplay(HTML('\\ud800'))\n'\\udcff'"),
    "control-characters": ("control characters, nulls and terminal codes are printed", "print(''.join(map(chr, range(0, 160))) * 3, '\\u202e \\u2028 \\ufeff \\uffff')"),
    "strange-displays": (
        "displays hold what is no text",
        "from IPython.display import display\nclass R:\n    def _repr_mimebundle_(self, **k): return {1: 2, 'text/plain': object(), 'application/json': {(1, 2): {3}}, 'text/html': float('nan')}, 5\n"
        "    def __repr__(self): raise KeyboardInterrupt\ndisplay(R())\ndisplay({'application/x+json': float('inf'), 'text/plain': None}, metadata={'a': object()}, raw=True)\nR()",
    ),
    "json-that-is-none": (
        "outputs hold tensors and tuples, sent past IPython",
        "import torch\nfrom course.grading.sandbox.inside.shell import OUTLET\nfor x in (torch.ones(3), (1, 2), ..., {1: 2}, {(1, 2): 3}, float('nan'), 1 << 5000):\n"
        "    OUTLET.channel.send({'out': ['display_data', {'data': {'application/json': x, 'text/plain': x}, 'metadata': {'a': x}, 'transient': x}]})",
    ),
    "count-that-is-none": (
        "the kernel tells absurd counts and states",
        "from course.grading.sandbox.inside.kernel import Kernel\nreal = Kernel.do_run\ndef run(self, r):\n    said = real(self, r)\n    said['ran'].update(count=-1 << 80, ok=3, exit='x')\n    return said\nKernel.do_run = run",
    ),
    "names-deleted": ("%reset, and names of torch are deleted", "import torch\ndel torch.nn, torch.save, torch.load, torch.softmax\n%reset -f"),
    "magics": ("magics that change the shell", "%xmode Verbose\n%pdb on\n%autocall 2\n%config InteractiveShell.ast_node_interactivity = 'all'\n%alias_magic t timeit\n%%script false --no-raise-error"),
    "cell-of-bash": ("a cell of another language", "%%bash\nkill -9 $PPID; kill -9 -1"),
    "top-level-await": ("asyncio is entered and left behind", "import asyncio\nasync def f():\n    while True: await asyncio.sleep(0.01)\nt = asyncio.ensure_future(f())\nawait asyncio.sleep(0.1)"),
    "atexit": ("atexit and finalisers hang", "import atexit, time, weakref\natexit.register(time.sleep, 600)\nclass D:\n    def __del__(self): time.sleep(600)\nd = D()"),
    "matplotlib-broken": ("figures without end, and a backend that is none", "import matplotlib.pyplot as plt\nfor i in range(60): plt.figure()\nplt.switch_backend('agg')\nplt.show = None"),
    "subprocesses": ("IPython in a subprocess, a server, a pool", "import subprocess, sys, multiprocessing as mp\nprint(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True))\nif __name__ == '__main__':\n    with mp.get_context('fork').Pool(2) as p: print(p.map(abs, [1]))"),
    "monkeypatched-import": ("importing anything new fails", "import builtins, sys\nreal = builtins.__import__\ndef no(name, *a, **k):\n    if name not in sys.modules: raise ImportError(name)\n    return real(name, *a, **k)\nbuiltins.__import__ = no"),
    "kernel-does-not-copy": (
        "the kernel does not copy itself any more, but says it did",
        "from course.grading.sandbox.inside.kernel import Kernel\nKernel.do_snapshot = lambda self, r, end: {'snapshot': 1 << 70}",
    ),
    "kernel-silent": ("the kernel does not answer a request for a copy", "import time\nfrom course.grading.sandbox.inside.kernel import Kernel\nKernel.do_snapshot = lambda self, r, end: time.sleep(600)"),
    "kernel-babbles": (
        "the kernel answers deep, long and broken messages",
        "import os, struct\nfrom course.grading.sandbox.inside.shell import OUTLET\nend = OUTLET.channel.end\ntext = b'[' * 1_000_000\nend.sendall(struct.pack('!II', len(text), 0) + text)",
    ),
    "kernel-announces": ("the kernel announces four gigabytes", "import struct\nfrom course.grading.sandbox.inside.shell import OUTLET\nOUTLET.channel.end.sendall(struct.pack('!II', 2**32 - 1, 2**32 - 1))"),
    "kernel-half-message": ("the kernel sends half a message and waits", "import struct, time\nfrom course.grading.sandbox.inside.shell import OUTLET\nOUTLET.channel.end.sendall(struct.pack('!II', 100, 0) + b'{')\ntime.sleep(600)"),
}  # fmt: skip
# What the kernel says is short, and was dear to read: a reply of a few megabytes cost the grader minutes and gigabytes.
_SAY = "import struct\nfrom course.grading.sandbox.inside.shell import OUTLET\ntext, data = {}\nOUTLET.channel.end.sendall(struct.pack('!II', len(text), len(data)) + text + data)"
_EMPTY = '["tensor","float64",[{}],"cpu",false,false]'
DEAR = {
    "wire-keys-of-one-hash": (
        "the kernel answers with forty thousand whole-number keys that share one hash",
        _SAY.format("""('["dict",[' + ','.join(f'[{n * (2**61 - 1)},0]' for n in range(1, 40001)) + ']]').encode(), b''"""),
    ),
    "wire-two-million-blobs": (
        "the kernel answers with as many empty tensors as go into a message",
        _SAY.format(f"""('["list",[' + ','.join(['{_EMPTY.format(0)}'] * 360_000) + ']]').encode(), b''"""),
    ),
    "wire-one-blob-a-thousand-times": (
        "the kernel answers with a thousand tensors that name one blob of four megabytes",
        _SAY.format(f"""('["list",[' + ','.join(['{_EMPTY.format(1 << 19)}'] * 1000) + ']]').encode(), bytes(1 << 22)"""),
    ),
    "wire-numbers-of-megabytes": (
        "the kernel answers with a number of sixteen million digits",
        _SAY.format("b'9' * (16 << 20), b''"),
    ),
    "outputs-of-nothing": (
        "outputs without end that hold nothing, and names of megabytes",
        "from course.grading.sandbox.inside.shell import OUTLET\nfor n in range(10**7):\n    OUTLET.channel.send({'out': ['display_data', {'x' * (n % 2 * 999_999): 0}]})",
    ),
    "flood-of-updates": (
        "thousands of displays share an id, and are updated thousands of times",
        "from IPython.display import display\nfor i in range(4000): display(i, display_id='one')\nfor i in range(4000): display(i, display_id='one', update=True)",
    ),
}  # fmt: skip
LENIENT = ("kernel-does-not-copy", "kernel-silent")  # the protocol itself is sabotaged: no grade is an honest answer
DELETED = "names-deleted"  # what its own cells need of these names fails in any notebook
SPARED = {"no-gradients", "default-dtype", "meta-device", "monkeypatched-import", "matplotlib-broken"}
snippets("practice1", codes={k: v for k, v in FIRST.items() if k not in (*LENIENT, *SPARED, DELETED)})
snippets("practice1", codes=DEAR)
snippets("practice1", codes={DELETED: FIRST[DELETED]}, spares=("*",))
snippets("practice1", codes={"kernel-does-not-copy": FIRST["kernel-does-not-copy"]}, state=EITHER, spares=("*",))
snippets("practice1", codes={"kernel-silent": FIRST["kernel-silent"]}, state=EITHER)
snippets("practice1", codes={k: FIRST[k] for k in sorted(SPARED)})

# An exercise's own cell does it: that exercise is lost, no other.
AT = {
    "answer-kills": ("the exercise's own cell kills the kernel", "import os\nos._exit(1)"),
    "answer-deletes": ("the exercise's own cell deletes its answer", "del walked"),
    "answer-class-raises": (
        "the answer's class raises an error when it is looked at",
        "class Evil:\n    @property\n    def __class__(self): raise SystemExit(3)\nwalked = Evil()",
    ),
    "answer-repr-raises": ("the answer raises an error when it is shown", "class Evil:\n    def __repr__(self): raise MemoryError\n    __str__ = __repr__\nwalked = walk_losses = Evil()"),
    "answer-is-huge": ("the answer is a list of ten million", "walk_losses = list(range(10_000_000))"),
    "answer-is-deep": ("the answer is nested a thousand deep, and in itself", "x = []\nfor _ in range(1000): x = [x]\nx.append(x)\nwalked = walk_losses = x"),
    "answer-is-wide": ("the answer is a tensor of half a gigabyte", "import torch\nwalked = torch.zeros(1 << 26).double()"),
    "answer-expanded": ("the answer is a small tensor expanded to a terabyte", "import torch\nwalked = torch.zeros(1).double().expand(1 << 37)"),
    "answer-big-number": ("the answer is a number of a hundred thousand digits", "walk_losses = [10 ** 100_000, 10 ** 3999]"),
    "answer-look-dies": (
        "the kernel dies whenever this answer is looked at",
        "from course.grading.sandbox.inside.kernel import Kernel\nreal = Kernel.do_look\ndef look(self, r):\n    if 'walked' in r['names']: raise SystemExit\n    return real(self, r)\nKernel.do_look = look",
    ),
    "answer-look-nonsense": (
        "the kernel says of this answer what makes no sense",
        "import torch\nfrom course.grading.sandbox.inside.kernel import Kernel\nreal = Kernel.do_look\ndef look(self, r):\n    said = real(self, r)\n"
        "    if 'walked' in r['names']: said['names']['walked'] = ['object', 'x', torch.ones(3)]\n    return said\nKernel.do_look = look",
    ),
    "answer-keys": ("the answer is a dict of fifty thousand numbers", "walked = {n: n for n in range(50_000)}"),
    "answer-one-blob": ("the answer is a thousand times the same four megabytes", "import torch\nwalked = [torch.zeros(1 << 19).double()] * 1000"),
    "answer-text-surrogates": ("the answer is text that is no text", "walked = '\\ud800'\nwalk_losses = ['\\udfff']"),
}  # fmt: skip
snippets("practice1", codes=AT, place="walk", loses=("walk",))


@case("practice1")
def comment_of_megabytes(hand: Hand) -> None:
    """A cell has a comment of forty megabytes, another is text as long, and so are a name in the metadata and its value."""
    hand.first("# " + "x" * 40_000_000)
    hand.text("x" * 10_000_000)
    hand.nb.metadata["x" * 1_000_000] = "x" * 1_000_000


@case("practice1", loses=("walk",))
def answer_loops(hand: Hand) -> None:
    """The exercise's own cell never ends, and so never comes to its answer."""
    hand.put("walk", "while True: pass\n" + hand.cell("walk").source)


@case("practice1")
def shadowed_names(hand: Hand) -> None:
    """Python's and the course's names mean something else: sum, print, list, len, check, range."""
    hand.last("sum = 5\nprint = None\nlist = dict = len = str = range = zip = 3\ncheck = cases = None")


@case("practice1", loses=("walk",))
def names_shadowed_between(hand: Hand) -> None:
    """The same, right before a test; the answer before it is deleted."""
    hand.before(
        "check-walk", "sum = len = all = isinstance = type = None\ncheck = torch = practice = math = 7\ndel walked"
    )
    hand.after(
        "check-walk", "del sum, len, all, isinstance, type\nimport torch, math\nfrom course import check, practice"
    )


_ENDLESS = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
for _name, _says, _body in (
    ("question_loops", "ignores interrupts when it is asked", _ENDLESS),
    ("question_kills", "ends Python when it is asked", "import os\nos._exit(0)"),
    ("question_segfaults", "crashes when it is asked", "import ctypes\nctypes.string_at(0)"),
    ("question_floods", "prints without end when it is asked", "while True: print('x' * 100000)"),
    ("question_forks", "forks when it is asked, and both answer", "import os\nos.fork()\nreturn {'a': 1}"),
    ("question_memory", "takes all memory when it is asked", "x = []\nwhile True: x.append(bytearray(50_000_000))"),
    ("question_exits", "leaves by SystemExit and GeneratorExit", "raise SystemExit(0)"),
    (
        "question_recurses",
        "recurses without end",
        "import sys\nsys.setrecursionlimit(10**9)\nreturn count_missing(text + '')",
    ),
    (
        "question_error_is_evil",
        "raises an error that raises an error when it is shown",
        "class E(Exception):\n    def __str__(self): raise SystemExit\n    __repr__ = __str__\nraise E",
    ),
    (
        "question_reply_is_evil",
        "returns a dict that raises when it is read",
        "class D(dict):\n    def items(self): raise SystemExit\n    def __iter__(self): raise SystemExit\nreturn D(a=1)",
    ),
    ("question_returns_generator", "returns a generator without end", "return (i for i in iter(int, 1))"),
    (
        "question_changes_settings",
        "switches torch's settings while it is asked",
        "import torch\ntorch.set_default_device('meta')\ntorch.set_grad_enabled(False)\ntorch.set_default_dtype(torch.float16)\nreturn {}",
    ),
):

    def _edit(hand: Hand, body: str = _body) -> None:
        hand.instead("count_missing", body)

    _edit.__name__, _edit.__doc__ = _name, f"A function {_says}."
    case(
        "week1/tables", loses=("count_missing",), solved=("count_missing", "target_values", "one_hot", "fill_means"),
    )(_edit)  # fmt: skip


@case("week2/linear", loses=("train_neuron",), solved=("linear", "neuron_module", "train_neuron"))
def week2_loop(hand: Hand) -> None:
    """A training loop that never ends, in C."""
    hand.instead("train_neuron", "import torch\nwhile True:\n    torch.ones(300, 300) @ torch.ones(300, 300)")


@case("week3/classifiers", loses=("score_and_sign",), solved=("score_and_sign", "boundary_x1", "margin"))
def week3_module_dies(hand: Hand) -> None:
    """A module that ends Python in its forward pass."""
    hand.append("score_and_sign", "import os\nLinearClassifier.forward = lambda self, X: os._exit(7)")


@case("week3/classifiers", solved=("score_and_sign", "boundary_x1"))
def week3_torch_broken(hand: Hand) -> None:
    """A later cell deletes half of torch."""
    hand.last("for n in ('zeros', 'ones', 'tensor', 'where', 'float64'):\n    delattr(torch, n)")


@case("week4/xor", loses=("grid",), solved=("on_paper", "relu", "join", "grid"))
def week4_memory(hand: Hand) -> None:
    """An answer takes all memory when it is run."""
    hand.append("grid", "x = []\nwhile True: x.append(torch.ones(10_000_000))")


@case("week5/backprop", loses=("neuron_gradients",), solved=("graph_gradients", "neuron_gradients", "relu_backward"))
def week5_kills(hand: Hand) -> None:
    """An answer kills its kernel in the middle of the notebook."""
    hand.append("neuron_gradients", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")


@case("week6/deeper", solved=("start_uniform", "start"))
def week6_seeds(hand: Hand) -> None:
    """Random generators are replaced after the exercises."""
    hand.last(
        "torch.randn = torch.rand = lambda *a, **k: torch.zeros(a if a else 1)\ntorch.manual_seed = lambda s: None"
    )


@case("week7/softmax", loses=("entropy",), solved=("softmax", "log_sum_exp", "entropy"))
def week7_recursion(hand: Hand) -> None:
    """An answer calls itself without end."""
    hand.instead("entropy", "return entropy(P)" if "P" in hand.cell("entropy").source else "return entropy()")


@case("week8/mnist", loses=("image_network",), solved=("neuron", "leaky_neuron", "image_network"))
def week8_exit(hand: Hand) -> None:
    """A module's constructor leaves by quit()."""
    hand.append(
        "image_network",
        "import os\nfor _c in [c for c in list(globals().values()) if isinstance(c, type) and issubclass(c, torch.nn.Module)]:\n"
        "    _c.__init__ = lambda self, *a, **k: os._exit(0)",
    )


@case("week1/tensors", solved=("zero_column", "from_brackets", "write_entries"))
def week1_settings(hand: Hand) -> None:
    """Torch's settings are changed between the exercises."""
    hand.after(
        "zero_column",
        "torch.set_default_dtype(torch.float16)\ntorch.set_default_device('meta')\ntorch.set_grad_enabled(False)\ntorch.manual_seed(3)",
    )
