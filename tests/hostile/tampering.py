# ruff: noqa: E501 (code of attackers, and tables)
"""Tampering: writing outside the room, shadowing modules, other submissions, processes and scripts that stay behind."""

from .case import EITHER, FILE, SCRIPT, SLEEP, Hand, case, snippets

snippets(
    "practice1",
    codes={
        "writes-everywhere": (
            "a file is written wherever the disk lets it",
            "import os, sysconfig, torch, course\nplaces = ['ROOT', 'ROOT/source', 'ROOT/submitted', 'ROOT/autograded', 'ROOT/feedback', '/', '/tmp', '/etc',\n"
            "  '/var/tmp', '/usr/lib', '/root', '/home', '/dev/shm', '/opt/room', sysconfig.get_path('purelib'),\n"
            "  os.path.dirname(torch.__file__), os.path.dirname(course.__file__), '..', '../..', '../../..']\n"
            "for p in places:\n    for n in ('FILE', 'FILE.pth', 'FILE/x'):\n        try:\n"
            "            open(os.path.join(p, n), 'w').write('import os')\n        except OSError: pass",
        ),
        "deletes-everything": (
            "everything that can be deleted is deleted",
            "!rm -rf ROOT/gradebook.db ROOT/* /home/student/* /tmp/* 2>/dev/null\nimport shutil\n"
            "for p in ('ROOT', '/opt/room', '/usr/share'):\n    shutil.rmtree(p, ignore_errors=True)",
        ),
        "edits-the-gradebook": (
            "the gradebook is edited",
            "import sqlite3\nfor p in ('ROOT/gradebook.db', '../../../gradebook.db'):\n    try:\n"
            "        with sqlite3.connect(p) as db: db.execute('update grade set auto_score = 0')\n    except Exception: pass",
        ),
        "leaves-files": (
            "files, locked folders and links are left for the next submission",
            "import os\nfor p in ('/tmp', '/dev/shm', '/home/student'):\n    try:\n        os.makedirs(p + '/FILE/deep')\n"
            "        open(p + '/FILE/deep/x', 'w').write('kestrel')\n        os.symlink('/', p + '/FILE-link')\n"
            "        os.mkfifo(p + '/FILE-pipe')\n        os.chmod(p + '/FILE/deep', 0)\n        os.chmod(p + '/FILE', 0)\n"
            "    except OSError as e: print(e)",
        ),
        "leaves-processes": (
            "processes are left behind: a daemon of its own session, nohup, a double fork",
            f"import os, subprocess\nsubprocess.Popen(['sleep', '{SLEEP}'], start_new_session=True)\n"
            f"!nohup setsid sleep {SLEEP} >/dev/null 2>&1 &\n"
            f"if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.execvp('sleep', ['sleep', '{SLEEP}'])\n    os._exit(0)",
        ),
        "leaves-a-forged-grader": (
            "a child of the kernel goes on reading the grader's channel and answers in its place",
            "import os, time\nif os.fork() == 0:\n    from course.grading.sandbox.inside.shell import OUTLET\n    end = time.time() + 60\n"
            "    while time.time() < end:\n        try:\n            OUTLET.channel.receive(time.monotonic() + 1)\n            OUTLET.channel.send({'ran': {'ok': True}})\n"
            "        except BaseException: pass\n    os._exit(0)",
        ),
        "shared-memory": (
            "System V shared memory and semaphores are left behind",
            "import ctypes\nc = ctypes.CDLL(None)\nprint(c.shmget(1234, 4096, 0o1666), c.semget(1234, 1, 0o1666), c.msgget(1234, 0o1666))",
        ),
        "signals-the-grader": (
            "signals are sent to every process number, and to process groups",
            "import os, signal\nfor pid in [*range(1, 400), os.getppid(), -os.getpgrp()]:\n    if pid not in (os.getpid(), -os.getpid()):\n"
            "        for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGSTOP, signal.SIGUSR1):\n"
            "            try: os.kill(pid, s)\n            except OSError: pass",
        ),
        "shadowing-at-run-time": (
            "modules are written beside the notebook and imported libraries thrown out",
            "import sys, os\nos.makedirs('numpy', exist_ok=True)\nfor n in ('torch', 'course', 'numpy/__init__', 'sitecustomize', 'usercustomize', 'math', 'json'):\n"
            "    open(n + '.py', 'w').write('raise SystemExit(0)')\nsys.path.insert(0, '/home/student')\n"
            "os.makedirs('/home/student/.local/lib/python3.11/site-packages', exist_ok=True)\n"
            "open('/home/student/.bashrc', 'w').write('exit')\nopen('/tmp/matplotlibrc', 'w').write('backend: FILE')",
        ),
        "persists-in-the-environment": (
            "start-up files and variables are set for the next Python",
            "import os\nos.environ.update(PYTHONSTARTUP='/tmp/FILE', PYTHONPATH='/tmp', LD_PRELOAD='/tmp/FILE.so', PATH='/tmp')\n"
            "open('/tmp/FILE', 'w').write('import os; os._exit(1)')",
        ),
        "fills-the-disk": (
            "files are written until the disk is full",
            "import os\nfor p in ('/tmp', '/dev/shm', '/home/student'):\n    try:\n        for i in range(40):\n"
            "            with open(f'{p}/FILE-{i}', 'wb') as f: f.write(b'0' * (8 << 20))\n    except OSError as e: print(e)",
        ),
        "freezes-its-room": (
            "the first process is attacked through its descriptors and the terminal",
            "import os, fcntl, termios\nfor fd in range(0, 64):\n    try: fcntl.ioctl(fd, termios.TIOCSTI, b'x')\n    except OSError: pass\n"
            "try: open('/proc/sysrq-trigger', 'w').write('b')\nexcept OSError: pass\ntry: open('/proc/1/oom_score_adj', 'w').write('1000')\nexcept OSError: pass",
        ),
    },
)

_HTML = f"""<script>{SCRIPT}()</script><img src=x onerror="{SCRIPT}()"><a href="javascript:{SCRIPT}()">feedback</a>
<iframe srcdoc="<script>{SCRIPT}()</script>"></iframe><svg onload="{SCRIPT}()"><script>{SCRIPT}()</script></svg>
<form action="javascript:{SCRIPT}()"><button formaction="javascript:{SCRIPT}()">x</button></form>
<object data="javascript:{SCRIPT}()"></object><embed src="javascript:{SCRIPT}()"><base href="javascript:{SCRIPT}()//">
<meta http-equiv="refresh" content="0;url=javascript:{SCRIPT}()"><details open ontoggle="{SCRIPT}()">x</details>
<body onload="{SCRIPT}()"><math><mtext><style><img src=x onerror="{SCRIPT}()"></style></mtext></math>"""


@case("practice1")
def script_in_html_output(hand: Hand) -> None:
    """Scripts in every shape are displayed as HTML."""
    hand.last(
        f"from IPython.display import display, HTML\ndisplay(HTML({_HTML!r}))\ndisplay(HTML('</div></body>' + {_HTML!r}))"
    )


@case("practice1")
def script_in_other_outputs(hand: Hand) -> None:
    """Scripts are displayed as SVG, JavaScript, Markdown, LaTeX, and inside pictures' data and sizes."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{SCRIPT}()"><script>{SCRIPT}()</script><foreignObject><iframe src="javascript:{SCRIPT}()"/></foreignObject></svg>'
    hand.last(
        f"from IPython.display import display\nhtml, svg = {_HTML!r}, {svg!r}\n"
        "for kind, data in {'image/svg+xml': svg, 'application/javascript': 'SCRIPT()', 'text/markdown': html,\n"
        "                   'text/latex': html, 'text/vnd.mermaid': html}.items():\n    display({kind: data}, raw=True)\n"
        'break_out = \'AAAA"><img src=x onerror="SCRIPT()">\'\n'
        "for kind in ('image/png', 'image/jpeg', 'application/pdf'):\n    display({kind: break_out}, raw=True)\n"
        "display({'image/png': 'AAAA'}, metadata={'image/png': {'width': '1 onerror=SCRIPT()', 'height': '\"><script>SCRIPT()</script>',\n"
        "        'alt': '\"><script>SCRIPT()</script>', 'unconfined': True}}, raw=True)\n"
        "display({'application/vnd.jupyter.widget-view+json': {'model_id': '</script><script>SCRIPT()</script>'}}, raw=True)".replace(
            "SCRIPT", SCRIPT
        )
    )


@case("practice1")
def script_in_text_and_errors(hand: Hand) -> None:
    """Scripts stand in text cells, in the names and words of errors, in attachments and in prints."""
    hand.text(_HTML)
    hand.text(f'[x](javascript:{SCRIPT}()) ![x](x "a" onerror={SCRIPT}()) $\\href{{javascript:{SCRIPT}()}}{{x}}$')
    hand.text(f"```html\n</code></pre><script>{SCRIPT}()</script>\n```\n\n![y](attachment:y.png)")
    hand.nb.cells[-1]["attachments"] = {"y.png": {"image/png": f'x" onerror="{SCRIPT}()'}}
    hand.last(f"print({_HTML!r})\nimport sys\nprint('\\x1b[31m' + {_HTML!r}, file=sys.stderr)")
    hand.last(f"raise type('<script>{SCRIPT}()</script>', (Exception,), {{}})({_HTML!r})")


@case("practice1", "walk")
def script_in_a_check(hand: Hand) -> None:
    """Scripts stand in what a check's message repeats of the answer."""
    hand.append("walk", f"walked = {_HTML!r}")


@case("practice1")
def script_in_metadata(hand: Hand) -> None:
    """Scripts stand in the notebook's metadata: title, language, widgets."""
    end = f"</script></title><script>{SCRIPT}()</script>"
    hand.nb.metadata["title"] = end
    hand.nb.metadata["authors"] = [{"name": end}]
    hand.nb.metadata["language_info"] = {"name": end, "pygments_lexer": end, "version": end, "mimetype": end}
    state = {
        "application/vnd.jupyter.widget-state+json": {
            "state": {"a": {"model_name": end}},
            "version_major": 2,
            "version_minor": 0,
        }
    }
    hand.nb.metadata["widgets"] = state


@case("practice1")
def metadata_that_breaks_pages(hand: Hand) -> None:
    """Outputs and metadata have types that the feedback page does not expect."""
    hand.nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": 5}
    hand.last(
        "from IPython.display import display\n"
        "for md in (5, 'x', [1], None, {'width': [1]}, {'width': {'a': 1}}):\n"
        "    display({'image/png': 'AAAA', 'image/svg+xml': 5, 'text/plain': 7}, metadata={'image/png': md, 'image/svg+xml': md}, raw=True)\n"
        "for view in (5, [], {}, {'model_id': []}):\n    display({'application/vnd.jupyter.widget-view+json': view}, raw=True)\n"
        "display({'': 'x', 'a/b/c': 'y', '/': 'z'}, raw=True)"
    )


@case("practice1")
def widgets_of_another_type(hand: Hand) -> None:
    """The notebook's widget state is a number."""
    hand.nb.metadata["widgets"] = 5


@case("practice1")
def markup_in_notes(hand: Hand) -> None:
    """The name of a cell that ends Python is markup for the terminal, and a formula for a spreadsheet."""
    hand.last("# [/bold] [link=x] [red on\nimport os; os._exit(1)")
    hand.last("#=cmd|'/c calc'!A0 \x1b]0;x\x07\nimport os; os._exit(1)")


@case("practice1")
def modules_beside(hand: Hand) -> None:
    """Files beside the notebook are called as the modules that the notebook and the grader import."""
    bad = "import os, sys\nprint('kestrel shadowed')\nos._exit(0)\n"
    for name in (
        "torch.py",
        "course.py",
        "sitecustomize.py",
        "usercustomize.py",
        "math.py",
        "numpy/__init__.py",
        "course/__init__.py",
        "course/check.py",
        "pandas.py",
        "IPython/__init__.py",
        "torch.so",
        "json.pyc",
    ):
        hand.file(name, bad)
    hand.file("practice.py", bad)
    hand.file("nbgrader_config.py", bad)
    hand.file(".pth", bad)


@case("practice1")
def forged_timestamp(hand: Hand) -> None:
    """The timestamp says that it was handed in a thousand years ago."""
    hand.file("timestamp.txt", "1026-01-01 00:00:00 UTC\n")


for _name, _stamp in {
    "nonsense_timestamp": b"soon, I promise; 99:99 UTC+99",
    "binary_timestamp": bytes(range(256)),
    "far_timestamp": b"9999-12-31 23:59:59 UTC",
}.items():

    def _edit(hand: Hand, stamp: bytes = _stamp) -> None:
        hand.file("timestamp.txt", stamp)

    _edit.__name__, _edit.__doc__ = _name, "The timestamp is nonsense, or far away."
    case("practice1", state=EITHER, spares=("*",))(_edit)


@case("practice1", state=EITHER)
def timestamp_is_a_link(hand: Hand) -> None:
    """The timestamp is a link to a secret."""
    hand.link("timestamp.txt", hand.root / "secret.txt")


@case("practice1")
def named_pipe_beside(hand: Hand) -> None:
    """A named pipe stands beside the notebook: whoever reads it waits for ever."""
    hand.fifo("data.csv")


@case("practice1", state=EITHER)
def named_pipe_notebook(hand: Hand) -> None:
    """The notebook is a named pipe."""
    hand.written = False
    hand.fifo(hand.name)


@case("week1/tables", state=EITHER, solved=("count_missing",), spares=("*",))
def named_pipe_second_notebook(hand: Hand) -> None:
    """One notebook is there, the assignment's other one is a named pipe."""
    hand.fifo("tensors.ipynb")


@case("practice1")
def broken_links(hand: Hand) -> None:
    """Links point to nothing, to themselves, to a device without end, and to the disk's root."""
    hand.link("nothing.csv", "no-such-file")
    hand.link("myself", "myself")
    hand.link("zero.bin", "/dev/zero")
    hand.link("root", "/")
    hand.link("round", ".")


@case("practice1")
def names_that_are_no_text(hand: Hand) -> None:
    """File names are not UTF-8, hold line breaks, terminal codes and markup."""
    for name in (b"caf\xe9.csv", b"a\nb.txt", b"\x1b[31mred.txt", b"[bold].txt", b"-rf", b"%s.txt"):
        (hand.folder.joinpath(__import__("os").fsdecode(name))).write_bytes(b"x")


@case("practice1", state=EITHER)
def far_too_much_beside(hand: Hand) -> None:
    """Twenty megabytes and a thousand files lie beside the notebook."""
    hand.file("big.bin", b"0" * (20 << 20))
    for number in range(1000):
        hand.file(f"many/{number}.txt", b"x")


@case("practice1")
def pickles_beside(hand: Hand) -> None:
    """Pickles beside the notebook run code when loaded."""
    import pickle

    class Run:
        def __reduce__(self):
            return (exec, (f"open('/tmp/{FILE}', 'w')",))

    for name in ("model.pt", "cache.pkl", "data.npy", ".ipynb_checkpoints/practice-checkpoint.ipynb"):
        hand.file(name, pickle.dumps(Run()))


@case("practice1")
def extra_notebooks(hand: Hand) -> None:
    """Other notebooks stand beside it: broken, empty, a pipe for a name of another week."""
    hand.file("zzz.ipynb", "{ not json")
    hand.file("empty.ipynb", "")
    hand.file("linear.ipynb", hand.json())
    hand.file("Practice.ipynb", "{}")


@case("practice2", solved=("student_id", "forward", "collapse"))
def pages_of_ones_own(hand: Hand) -> None:
    """A feedback page of one's own is handed in beside the notebook, with a script."""
    hand.file("practice.html", _HTML)
    hand.file("feedback/practice.html", _HTML)
    hand.file("index.html", _HTML)
