# ruff: noqa: E501 (code of attackers, and tables)
"""Leaking: hidden tests, the gradebook, other submissions, the grader's environment, the network."""

from .case import EITHER, Hand, case, snippets

READ = {
    "walks-the-disk": (
        "every readable file outside the system is searched for the secret",
        "import os\nfor top in ('ROOT', '/root', '/home', '/tmp', '/opt', '/srv', '/mnt', '/var', '/run', '/data'):\n"
        "    for folder, _, names in os.walk(top):\n        if '/lib/python' in folder:\n            continue\n"
        "        for name in names[:300]:\n            try:\n                text = open(os.path.join(folder, name), errors='replace').read(10**6)\n"
        "            except OSError:\n                continue\n            at = text.find('kestrel')\n"
        "            if at >= 0:\n                print(folder, name, text[at:at + 60], text[at:at + 60][::-1])",
    ),
    "reads-the-gradebook": (
        "the gradebook is opened by its path",
        "import sqlite3\nfor where in ('ROOT/gradebook.db', '../../../gradebook.db'):\n    try:\n"
        "        print(open(where, 'rb').read())\n        print(list(sqlite3.connect(where).execute('select * from student')))\n"
        "    except Exception as e:\n        print(type(e))",
    ),
    "reads-the-source": (
        "the instructor's text and the hidden tests are opened by their paths",
        "import glob\nfor p in glob.glob('ROOT/source/**/*', recursive=True) + glob.glob('/**/source/practice1/*', recursive=True):\n"
        "    try:\n        print(open(p).read())\n    except OSError as e:\n        print(e)",
    ),
    "reads-environments": (
        "the environment of every process is printed",
        "import os, glob\nprint(dict(os.environ))\nfor p in glob.glob('/proc/*/environ'):\n    try:\n"
        "        print(p, open(p, 'rb').read())\n    except OSError as e:\n        print(p, e)",
    ),
    "reads-memory": (
        "the memory of the first process and of the parent is searched for hidden tests",
        "import os, re\nfor pid in ('1', str(os.getppid()), 'self'):\n    try:\n"
        "        maps = open(f'/proc/{pid}/maps').read().splitlines()\n        mem = open(f'/proc/{pid}/mem', 'rb', 0)\n"
        "        for line in maps[:400]:\n            m = re.match(r'(\\w+)-(\\w+) rw', line)\n            if not m: continue\n"
        "            a, b = (int(x, 16) for x in m.groups())\n            if b - a > 1 << 24: continue\n            try:\n"
        "                mem.seek(a); data = mem.read(b - a)\n            except OSError: continue\n"
        "            for word in (b'kestrel', b'BEGIN HIDDEN'):\n                at = data.find(word)\n"
        "                if at >= 0: print(pid, data[at:at + 300])\n    except OSError as e:\n        print(pid, e)",
    ),
    "lists-processes": (
        "processes, their command lines and open files are listed",
        "import glob, os\nfor p in glob.glob('/proc/[0-9]*'):\n    try:\n        print(p, open(p + '/cmdline').read())\n"
        "        for fd in os.listdir(p + '/fd'):\n            t = os.readlink(f'{p}/fd/{fd}'); print(fd, t)\n"
        "            if t.startswith('/') and not t.startswith('/dev'):\n                print(open(f'{p}/fd/{fd}').read())\n"
        "    except OSError as e:\n        print(e)",
    ),
    "leaves-by-root": (
        "the grader's disk is reached through /proc/1/root and /proc/1/cwd",
        "import os\nfor p in ('/proc/1/root', '/proc/1/cwd', '/proc/self/root', '/proc/%d/root' % os.getppid()):\n    try:\n"
        "        print(os.listdir(p + 'ROOT'))\n        print(open(p + 'ROOT/secret.txt').read())\n"
        "    except OSError as e:\n        print(e)",
    ),
    "ptraces": (
        "other processes are attached to with ptrace and process_vm_readv",
        "import ctypes, os\nc = ctypes.CDLL(None, use_errno=True)\nfor pid in (1, os.getppid(), *range(2, 40)):\n"
        "    print(pid, c.ptrace(16, pid, 0, 0), ctypes.get_errno())\n",
    ),
    "uses-the-network": (
        "the network, loopback, unix sockets and the metadata address of clouds are tried",
        "import socket\nfor where in (('127.0.0.1', 22), ('127.0.0.1', 8888), ('169.254.169.254', 80), ('1.1.1.1', 53)):\n    try:\n"
        "        s = socket.create_connection(where, timeout=1); print('kestrel', 'connected', where)\n"
        "    except OSError as e:\n        print(e)\nfor p in ('/run/docker.sock', '/var/run/dbus/system_bus_socket'):\n"
        "    try:\n        s = socket.socket(socket.AF_UNIX); s.connect(p); print('connected', p)\n"
        "    except OSError as e:\n        print(e)",
    ),
    "shell-commands": (
        "the same by IPython's shell commands and magics",
        "!cat ROOT/secret.txt /etc/shadow; ls -la ROOT; env; mount; ps aux; find / -name 'gradebook.db' 2>/dev/null\n"
        "%env\n%cd ROOT\n%ls",
    ),
    "mounts": (
        "the wall is taken down: unshare, mount, setuid, chroot",
        "import os, ctypes\nc = ctypes.CDLL(None, use_errno=True)\nfor f in (lambda: c.unshare(0x10000000 | 0x20000), lambda: c.mount(b'/', b'/tmp', None, 4096, None),\n"
        "          lambda: c.setuid(0), lambda: c.chroot(b'/proc/1/root'), lambda: c.setns(3, 0), lambda: c.umount2(b'/home/student', 2)):\n"
        "    print(f(), ctypes.get_errno())\nprint(os.path.exists('ROOT/secret.txt') and open('ROOT/secret.txt').read())",
    ),
    "known-mistakes": (
        "the course's package in the room is searched for hidden tests and answers",
        "import course, pathlib\nfor p in pathlib.Path(course.__file__).parent.rglob('*'):\n"
        "    if p.is_file() and p.suffix in ('.py', '.json', '.toml', '.txt'):\n        text = p.read_text(errors='replace')\n"
        "        if 'BEGIN HIDDEN TESTS\\n' in text or 'kestrel' in text:\n            print(p, text[:3000])",
    ),
    "records-code": (
        "hooks record the code of every later cell, and print it at the end",
        "seen = []\nip = get_ipython()\nip.events.register('pre_run_cell', lambda info: seen.append(info.raw_cell))\n"
        "import atexit\natexit.register(lambda: print(seen))\n"
        "import builtins\nreal = builtins.compile\nbuiltins.compile = lambda s, *a, **k: (seen.append(s), real(s, *a, **k))[1]",
    ),
    "history": (
        "the history and In are printed at the end",
        "%history\nprint(In)\nimport linecache\nfor k, v in list(linecache.cache.items()):\n    print(k, [l for l in v[2] if 'own' in l or 'right_' in l])",
    ),
    "finds-open-rooms": (
        "what the last submission left is looked for",
        "import os\nfor top in ('/tmp', '/dev/shm', '/home', '/var/tmp', '/dev/mqueue', '/run'):\n"
        "    for folder, _, names in os.walk(top):\n        for n in names:\n            if 'hostile' in n: print('kestrel', folder, n)\n"
        "                \n!ipcs -a\n!ls -la /tmp /dev/shm /home/student",
    ),
}
snippets("practice1", codes=READ)


@case("practice1", words=("gradersCode",))
def reads_the_grader(hand: Hand) -> None:
    """The grader's own modules are imported, opened by their paths, and looked for in the room and on Python's path."""
    hand.first(
        "import course, importlib, os, sys\nsay = lambda what: print('graders' + 'Code', what)\n"
        "names = 'coursedir.layout coursedir syntax.scopes authoring.text.parse authoring grading.gradebook.classroom grading.gradebook grading.run.judging'.split()\n"
        "tops = ['/opt/room/course', *course.__path__, *(f'{top}/course' for top in sys.path)]\n"
        "tops += [getattr(sys.modules[each.__module__], 'MAPPING', {}).get('course', '') for each in sys.meta_path if each.__module__ in sys.modules]\n"
        "for top in tops:\n    for name in names:\n        for end in ('.py', '/__init__.py'):\n"
        "            try: say(open(f\"{top}/{name.replace('.', '/')}{end}\").read()[:300])\n            except OSError: pass"
    )
    hand.last(
        "for name in names:\n    try: say(importlib.import_module(f'course.{name}').__file__)\n    except ImportError as e: print(e)"
    )
    hand.last(
        "for top in ('/opt', *sys.path):\n    for folder, inner, files in os.walk(top):\n        inner[:] = [n for n in inner if n not in ('torch', 'pandas', 'scipy', 'sklearn')]\n"
        "        if 'course' in folder and {'judging.py', 'classroom.py', 'layout.py', 'parse.py'} & set(files): say(folder)"
    )


@case("practice1", "sides")
def records_then_prints(hand: Hand) -> None:
    """Code is recorded in the first cell and printed, also backwards, in the last."""
    hand.first("seen = []\nget_ipython().input_transformers_post.append(lambda lines: seen.append(lines) or lines)")
    hand.last("for lines in seen:\n    print(lines)\n    print(str(lines)[::-1])")


@case("practice2", "my_activation", solved=("student_id", "my_activation"))
def stashed_inputs(hand: Hand) -> None:
    """The answer keeps the hidden inputs, prints them, and leaves them in /tmp for a later cell."""
    hand.instead(
        "my_activation",
        "print('kestrel', Z)\nopen('/tmp/hostile-was-here', 'a').write(f'kestrel {Z}')\nstash.append(Z)\nreturn Z",
    )
    hand.before("my_activation", "stash = []")
    hand.last(
        "import os\nprint(stash)\nprint(os.path.exists('/tmp/hostile-was-here') and open('/tmp/hostile-was-here').read())"
    )


@case("practice2", "my_activation", solved=("student_id", "my_activation"))
def hidden_test_in_traceback(hand: Hand) -> None:
    """The answer raises an error whose text is the call stack and the source around it."""
    hand.instead(
        "my_activation",
        "import sys, linecache\nframe, said = sys._getframe(), []\nwhile frame:\n"
        "    said.append(''.join(linecache.getlines(frame.f_code.co_filename))[-3000:] + str(list(frame.f_locals)))\n"
        "    frame = frame.f_back\nraise ValueError('|'.join(said))",
    )


@case("practice1", state=EITHER)
def link_to_the_gradebook(hand: Hand) -> None:
    """Links beside the notebook point to the gradebook, the source and a secret, and a cell prints what they hold."""
    for name, target in {
        "a.db": "gradebook.db",
        "b.txt": "secret.txt",
        "c.csv": "source/practice1/practice.ipynb",
    }.items():
        hand.link(name, hand.root / target)
    hand.last("import glob\nfor p in glob.glob('*'):\n    print(p, open(p, errors='replace').read()[:100000])")


@case("practice1", state=EITHER)
def link_by_steps(hand: Hand) -> None:
    """The same with relative links, a link to a folder, and a link to a link."""
    hand.link("up", "../../..")
    hand.link("one.txt", "../../../secret.txt")
    hand.link("two.txt", "one.txt")
    hand.last(
        "import os\nfor f, d, n in os.walk('.', followlinks=True):\n    for x in n[:50]:\n"
        "        try: print(f, x, open(os.path.join(f, x), errors='replace').read()[:100000])\n        except OSError as e: print(e)"
    )


@case("practice1", loses=("*",), state=EITHER)
def notebook_is_a_link(hand: Hand) -> None:
    """The notebook is a link to the instructor's solved one."""
    hand.written = False
    hand.link(hand.name, hand.root / "source" / "practice1" / "practice.ipynb")


@case("practice1", loses=("*",), state=EITHER)
def notebook_of_the_neighbour(hand: Hand) -> None:
    """The notebook is a link to another student's."""
    hand.written = False
    hand.link(hand.name, f"../../{NEIGHBOUR}/practice1/practice.ipynb")


NEIGHBOUR = "z-leaking-practice1"


@case("week5/backprop", "relu_backward", solved=("graph_gradients", "relu_backward"))
def prints_from_the_slice(hand: Hand) -> None:
    """A by-hand answer prints its hidden inputs, and writes them where a later cell of the next student looks."""
    hand.instead(
        "relu_backward", "print('kestrel', dA)\nopen('/tmp/hostile-was-here', 'w').write('kestrel')\nreturn dA"
    )


@case("week7/softmax", "softmax", solved=("softmax",))
def error_with_inputs(hand: Hand) -> None:
    """The error message of a wrong answer carries the file and the frames that called it."""
    hand.instead("softmax", "import traceback\nraise RuntimeError(''.join(traceback.format_stack()))")
