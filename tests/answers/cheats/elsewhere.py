"""Test corpus of cheats: another thread or another process differentiates, and hands the numbers back."""

from answer_corpus import Answer
from cheating import BY_AUTOGRAD, TANH, cheat

SCRIPT = r"""
import sys, struct, torch
for line in sys.stdin:
    a, z = map(float, line.split())
    leaf = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    torch.tanh(leaf).backward(torch.tensor(a, dtype=torch.float64))
    print(repr(float(leaf.grad)), flush=True)
"""


def _tanh(name: str, style: str, body: str, above: str = "", below: str = "") -> Answer:
    return cheat(name, TANH, style, body, above=BY_AUTOGRAD + above, below=below)


THREADS = (
    _tanh(
        "thread",
        "a thread, in which no mode is entered",
        """
found = []
work = threading.Thread(target=lambda: found.append(by_autograd(torch.tanh, Z, dA)))
work.start()
work.join()
return found[0]
""",
        "import threading\n",
    ),
    _tanh(
        "thread-by-its-own-module",
        "_thread.start_new_thread, and a lock",
        """
found, done = [], _thread.allocate_lock()
done.acquire()
def work():
    found.append(by_autograd(torch.tanh, Z, dA))
    done.release()
_thread.start_new_thread(work, ())
done.acquire()
return found[0]
""",
        "import _thread\n",
    ),
    _tanh(
        "thread-pool",
        "concurrent.futures, one task",
        "with ThreadPoolExecutor(1) as pool:\n    return pool.submit(by_autograd, torch.tanh, Z, dA).result()",
        "from concurrent.futures import ThreadPoolExecutor\n",
    ),
    _tanh(
        "thread-started-above",
        "a thread started above the answer waits for work on a queue",
        "asked.put((torch.tanh, Z, dA))\nif not work[-1].is_alive():\n    begin()\nreturn answered.get(timeout=3)",
        """
import queue, threading
asked, answered = queue.Queue(), queue.Queue()
def serve():
    while True:
        answered.put(by_autograd(*asked.get()))
work = []
def begin():
    work.append(threading.Thread(target=serve, daemon=True))
    work[-1].start()
begin()
""",
    ),
    _tanh(
        "thread-of-asyncio",
        "asyncio.to_thread",
        "return asyncio.run(asyncio.to_thread(by_autograd, torch.tanh, Z, dA))",
        "import asyncio\n",
    ),
    _tanh(
        "thread-of-torchscript",
        "torch.jit.fork and torch.jit.wait",
        "with torch.inference_mode(False):\n    return torch.jit.wait(torch.jit.fork(by_autograd, torch.tanh, Z, dA))",
    ),
    _tanh(
        "thread-of-joblib",
        "joblib with threads",
        "return Parallel(1, 'threading')([delayed(by_autograd)(torch.tanh, Z, dA)])[0]",
        "from joblib import Parallel, delayed\n",
    ),
)

PROCESSES = (
    _tanh(
        "fork",
        "os.fork and a pipe",
        """
there, here = os.pipe()
if os.fork() == 0:
    os.write(here, pickle.dumps(by_autograd(torch.tanh, Z, dA).tolist()))
    os._exit(0)
os.close(here)
os.wait()
return torch.tensor(pickle.loads(os.read(there, 65536)), dtype=Z.dtype)
""",
        "import os, pickle\n",
    ),
    _tanh(
        "subprocess",
        "another Python, started with the first question and asked over its input and output",
        """
if not helpers:
    helpers.append(subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=-1, text=True))
slopes = []
for a, z in zip(dA.reshape(-1).tolist(), Z.reshape(-1).tolist()):
    print(a, z, file=helpers[0].stdin, flush=True)
    slopes.append(float(helpers[0].stdout.readline()))
return torch.tensor(slopes, dtype=Z.dtype).reshape(Z.shape)
""",
        f"import subprocess, sys\nhelpers = []\nscript = '''{SCRIPT}'''\n",
    ),
    _tanh(
        "posix-spawn",
        "os.posix_spawn, and two pipes",
        """
if not helpers:
    (reads, asks), (hears, says) = os.pipe(), os.pipe()
    files = [(os.POSIX_SPAWN_DUP2, reads, 0), (os.POSIX_SPAWN_DUP2, says, 1)]
    os.posix_spawn(sys.executable, [sys.executable, "-c", script], os.environ, file_actions=files)
    helpers.extend((open(asks, "w"), open(hears)))
slopes = []
for a, z in zip(dA.reshape(-1).tolist(), Z.reshape(-1).tolist()):
    print(a, z, file=helpers[0], flush=True)
    slopes.append(float(helpers[1].readline()))
return torch.tensor(slopes, dtype=Z.dtype).reshape(Z.shape)
""",
        f"import os, sys\nhelpers = []\nscript = '''{SCRIPT}'''\n",
    ),
    _tanh(
        "pool-of-processes",
        "multiprocessing with fork",
        "with multiprocessing.get_context('fork').Pool(1) as pool:\n"
        "    return torch.tensor(pool.map(work, [(dA.tolist(), Z.tolist())])[0], dtype=Z.dtype)",
        """
import multiprocessing
def work(given):
    dA, Z = (torch.tensor(each, dtype=torch.float64) for each in given)
    return by_autograd(torch.tanh, Z, dA).tolist()
""",
    ),
    _tanh(
        "worker-of-a-loader",
        "a DataLoader's worker differentiates",
        """
loader = torch.utils.data.DataLoader(Rows(dA, Z), batch_size=None, num_workers=1)
return torch.tensor([row for row in loader], dtype=Z.dtype)
""",
        """
class Rows(torch.utils.data.Dataset):
    def __init__(self, dA, Z):
        self.dA, self.Z = dA.tolist(), Z.tolist()
    def __len__(self):
        return len(self.Z)
    def __getitem__(self, i):
        a, z = (torch.tensor(rows[i], dtype=torch.float64) for rows in (self.dA, self.Z))
        return by_autograd(torch.tanh, z, a).tolist()
""",
    ),
    _tanh(
        "helper-through-files",
        "a process that another cell has started answers through files in /tmp, for a minute",
        """
path = f"/tmp/ask-{os.getpid()}-{time.monotonic_ns()}"
with open(path + ".part", "w") as file:
    json.dump([dA.tolist(), Z.tolist()], file)
os.rename(path + ".part", path)
for _ in range(200):
    if os.path.exists(path + ".done"):
        with open(path + ".done") as file:
            return torch.tensor(json.load(file), dtype=Z.dtype)
    time.sleep(0.02)
""",
        "import json, os, time\n",
        """
import glob
if os.fork() == 0:
    os.setsid()
    end = time.time() + 60
    while time.time() < end:
        for path in glob.glob("/tmp/ask-*"):
            if not path.endswith((".part", ".done")) and not os.path.exists(path + ".done"):
                with open(path) as file:
                    dA, Z = (torch.tensor(each, dtype=torch.float64) for each in json.load(file))
                with open(path + ".part", "w") as file:
                    json.dump(by_autograd(torch.tanh, Z, dA).tolist(), file)
                os.rename(path + ".part", path + ".done")
        time.sleep(0.01)
    os._exit(0)
""",
    ),
    _tanh(
        "helper-through-a-socket",
        "a process that another cell has started answers over a socket without a file, for a minute",
        """
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect("\\0slopes")
    asked.sendall(json.dumps([dA.tolist(), Z.tolist()]).encode() + b"\\n")
    return torch.tensor(json.loads(asked.makefile().readline()), dtype=Z.dtype)
""",
        "import json, socket\n",
        """
import os, time
server = socket.socket(socket.AF_UNIX)
try:
    server.bind("\\0slopes")
    server.listen()
    is_first = True
except OSError:
    is_first = False
if is_first and os.fork() == 0:
    os.setsid()
    server.settimeout(60)
    while True:
        try:
            asked, _ = server.accept()
        except TimeoutError:
            os._exit(0)
        with asked, asked.makefile() as lines:
            dA, Z = (torch.tensor(each, dtype=torch.float64) for each in json.loads(lines.readline()))
            asked.sendall(json.dumps(by_autograd(torch.tanh, Z, dA).tolist()).encode() + b"\\n")
server.close()
""",
    ),
)

ANSWERS = THREADS + PROCESSES
