"""The first process in a sandbox: out of a submission's reach, and nothing of one submission is left for the next."""

import pytest
from student_room import FILES, IN_TMP, Submission

from course.grading.sandbox import walls
from course.grading.sandbox.remote_kernel import KernelLost

pytestmark = pytest.mark.long


def test_can_the_rooms_first_process_not_be_killed_read_or_traced(own, room):
    code = """
import ctypes, os, signal
for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSTOP, signal.SIGSEGV, signal.SIGHUP):
    try: os.kill(1, number)
    except OSError: pass
opened = []
for name in ('mem', 'environ', 'maps', 'stack', 'auxv'):
    try:
        with open(f'/proc/1/{name}', 'rb') as file:
            file.read(16)
        opened.append(name)
    except OSError:
        pass
for name in ('cwd', 'root', 'exe', 'fd/0', 'fd/1', 'fd/2', 'fd/3', 'fd/4', 'fd/5'):
    for look in (os.readlink, lambda path: os.open(path, os.O_RDONLY)):
        try:
            look(f'/proc/1/{name}')
            opened.append(name)
        except OSError:
            pass
libc = ctypes.CDLL(None, use_errno=True)
print(opened, libc.ptrace(16, 1, 0, 0), libc.ptrace(0x4206, 1, 0, 0))
local = ctypes.create_string_buffer(8)
class IO(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('len', ctypes.c_size_t)]
a, b = IO(ctypes.addressof(local), 8), IO(0x400000, 8)
print(libc.process_vm_readv(1, ctypes.byref(a), 1, ctypes.byref(b), 1, 0))
print([libc.syscall(438, os.pidfd_open(1), number, 0) for number in range(6)])  # pidfd_getfd
"""
    assert own.text(code) == f"[] -1 -1\n-1\n{[-1] * 6}\n"
    assert room.alive and own.text("print('on')") == "on\n"


def test_can_a_process_that_answers_strict_questions_not_be_read_or_traced(own, room):
    reader = room.reading()
    reader.slice([(False, "def f(x):\n    return x")])
    assert reader.look(["f"]) == {"f": ["function"]}
    code = """
import ctypes, os
pid = [int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]
opened = []
for each in pid:
    for name in ('mem', 'environ', 'maps', 'fd/3', 'fd/4', 'fd/5'):
        try:
            open(f'/proc/{each}/{name}', 'rb').read(8)
            opened.append(name)
        except OSError:
            pass
print(len(pid), opened, [ctypes.CDLL(None).ptrace(16, each, 0, 0) for each in pid])
"""
    assert own.text(code) == "1 [] [-1]\n"
    assert reader.look(["f"]) == {"f": ["function"]}
    reader.end()


def test_does_killing_everything_leave_the_room_alive(own, room):
    copy = own.kernel.snapshot()
    own.run("import os\nos.kill(-1, 9)")
    with pytest.raises(KernelLost):
        copy.look([])
    assert room.alive and Submission(room).text("print('on')") == "on\n"


LEAVE = """
import builtins, os, subprocess, sys, threading, torch, course.check, signal, atexit
builtins.left = torch.left = course.check.left = sys.left = 1
builtins.print_before = print
torch.isclose = lambda *a, **k: True
torch.set_default_dtype(torch.float16)
torch.manual_seed(1234)
os.environ['LEFT'] = 'left'
for place in ('.', '/tmp', '/dev/shm'):
    open(os.path.join(place, 'left'), 'w').write('left')
    os.makedirs(os.path.join(place, 'folder', 'left'), exist_ok=True)
    os.symlink('/usr', os.path.join(place, 'link'))
os.mkdir('locked'); os.chmod('locked', 0)
sys.path.insert(0, '/tmp')
subprocess.Popen(['sleep', '99'], start_new_session=True)
if not os.fork():
    os.setsid()
    if not os.fork():
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
        import time
        time.sleep(99)
    os._exit(0)
threading.Thread(target=lambda: __import__('time').sleep(99), daemon=True).start()
os.chdir('/usr')
"""
LOOK = """
import builtins, os, sys, torch, course.check
left = [each.__name__ for each in (builtins, torch, course.check, sys) if hasattr(each, 'left')]
files = [name for place in ('.', '/tmp', '/dev/shm') for name in os.listdir(place)]
close = torch.isclose(torch.tensor(1.0), torch.tensor(2.0)).item()
processes = [int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]
print(left, files, close, torch.ones(1).dtype, 'LEFT' in os.environ, '/tmp' in sys.path, processes, os.getcwd())
"""


def test_is_nothing_left_for_the_next_submission(room):
    room.enter(FILES)
    first = Submission(room)
    assert first.run(LEAVE).ok
    seed = "import torch, random, numpy\nprint(torch.rand(1).item() == 0.029019653797149658, 'left' in dir(torch))"
    assert first.text(seed).endswith("True\n")
    room.leave()
    room.enter({})
    try:
        second = Submission(room)
        assert second.text(LOOK) == f"[] {IN_TMP} False torch.float32 False False [] {walls.HOME}\n"
        assert second.run("1").count == 2, "cells are counted anew"
        assert second.text("print('x' in globals(), In[-2:])").startswith("False")
    finally:
        room.leave()
    assert room.alive
