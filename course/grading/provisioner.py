"""Kernels forked from a warm process, through jupyter_client's own extension point for starting kernels.

``ForkProvisioner`` is registered under the entry point ``course-fork``. Grading asks for it for its own kernels only;
JupyterLab's kernels are started as ever. Where it cannot fork (another system than Linux, another language) it starts
a plain kernel.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

NAME = "course-fork"
CAN_FORK = sys.platform == "linux"  # Windows has no fork; macOS's own libraries do not survive one
_START_LIMIT = 180.0  # seconds for the first import of torch on a slow disk


class ForkServer:
    """The fork server process of this process: started when first needed, started anew when it has died."""

    _shared: ForkServer | None = None
    _lock = threading.Lock()

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="course-fork-"))  # mode 0700: nobody else can connect
        self.address = str(self.folder / "socket")
        self.log = self.folder / "log.txt"
        environment = {**os.environ, "IPYTHONDIR": str(self.folder / "ipython")}
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            environment[name] = "1"  # one submission, one thread; and no thread pool in a process that forks
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "course.grading.forkserver", self.address],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
            )

    @classmethod
    def shared(cls) -> ForkServer:
        """The server in use, alive. It may still be importing: ``ask`` waits for it."""
        with cls._lock:
            if cls._shared is None or not cls._shared.alive:
                if cls._shared is not None:
                    cls._shared.close()
                cls._shared = cls()
            return cls._shared

    @classmethod
    def stop(cls) -> None:
        """End the server in use, its kernels and its folder. The next kernel starts a new one."""
        with cls._lock:
            if cls._shared is not None:
                cls._shared.close()
                cls._shared = None

    @property
    def alive(self) -> bool:
        """Whether the server process runs."""
        return self.process.poll() is None

    def ask(self, request: dict[str, Any]) -> ForkedKernel:
        """A kernel forked for ``request``; raises RuntimeError with the server's last words when it cannot."""
        connection = self._connect()
        connection.sendall(json.dumps(request).encode() + b"\n")
        return ForkedKernel(connection, self)

    def _connect(self) -> socket.socket:
        deadline = time.monotonic() + _START_LIMIT
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(self.address)
                return connection
            except OSError as error:
                connection.close()
                if not self.alive or time.monotonic() > deadline:
                    words = self.log.read_text(errors="replace").strip().splitlines()[-1:] or [str(error)]
                    raise RuntimeError(f"The process that forks kernels did not start: {words[0]}") from None
                time.sleep(0.02)

    def close(self) -> None:
        """Hang up: the server kills its kernels and ends; then its folder goes."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class ForkedKernel:
    """A forked kernel, seen as ``subprocess.Popen`` sees a process, which is all that jupyter_client asks for."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, server: ForkServer):
        self._connection, self._server = connection, server
        self._received = b""
        self.returncode: int | None = None
        connection.settimeout(30)
        self.pid = int(self._line()["pid"])
        connection.setblocking(False)

    def _line(self) -> dict[str, Any]:
        """The server's next line; raises BlockingIOError when there is none yet, EOFError when it has gone."""
        while b"\n" not in self._received:
            data = self._connection.recv(4096)
            if not data:
                raise EOFError
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        return json.loads(line)

    @property
    def server_lost(self) -> bool:
        """Whether the kernel ended because the server did."""
        return self.returncode is not None and not self._server.alive

    def poll(self) -> int | None:
        """None while the kernel runs; else its exit code, negative for a signal."""
        if self.returncode is None:
            try:
                self.returncode = int(self._line()["exit"])
            except (BlockingIOError, InterruptedError):
                return None
            except (EOFError, OSError):
                self._kill_group()  # the server is gone, and what it forked must not outlive it
                self.returncode = -signal.SIGKILL
            self._connection.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("kernel", timeout)
            time.sleep(0.005)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel alone, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the kernel's whole process group."""
        if self.poll() is None:
            self._kill_group()

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class ForkProvisioner(LocalProvisioner):
    """Starts a Python kernel as a fork of ``ForkServer``; any other kernel as LocalProvisioner does."""

    _kernel: ForkedKernel | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel for the ipykernel command ``cmd``."""
        if not CAN_FORK or "ipykernel_launcher" not in cmd:
            self.log.info("This kernel cannot be forked here; starting it the plain way: %s", " ".join(cmd))
            return await super().launch_kernel(cmd, **kwargs)
        server = ForkServer.shared()
        environment = dict(kwargs.get("env") or os.environ)
        environment.setdefault("IPYTHONDIR", str(server.folder / "ipython"))  # the grader's own start-up files stay out
        self.cwd = kwargs.get("cwd") or os.getcwd()
        self.process = self._kernel = server.ask(
            {
                "argv": cmd[cmd.index("ipykernel_launcher") + 1 :],
                "env": environment,
                "cwd": str(self.cwd),
                "log": os.devnull,
            }
        )
        self.pid = self.pgid = self.process.pid
        return self.connection_info

    @property
    def server_lost(self) -> bool:
        """Whether this kernel ended because its fork server did, and not through anything that it ran."""
        return self._kernel is not None and self._kernel.server_lost

    async def cleanup(self, restart: bool = False) -> None:
        """Kill whatever is left of the kernel's process group."""
        if self._kernel is not None:
            self._kernel.kill()
        await super().cleanup(restart)


atexit.register(ForkServer.stop)
