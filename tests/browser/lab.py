"""A JupyterLab server of its own for the tests in a real browser, and a person's ways of using its page."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
from PIL import Image
from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).parent.parent.parent
SETTINGS = {
    # Every cell is in the page, not only those in view: what a test looks for is there before it is scrolled to.
    "@jupyterlab/notebook-extension/tracker": '{"windowingMode": "none"}',
    "@jupyterlab/apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
}
START = 120  # seconds for the server, on a busy machine
PAGE = 120_000  # milliseconds for a page, a notebook, or a kernel
RUN = 420_000  # milliseconds for a whole notebook, or a grading


class Lab:
    """`make lab` in a course's folder, with settings, kernels' files and log in a folder aside. Use it with `with`."""

    def __init__(self, course: Path, aside: Path):
        self.course, self.log, self.token = course, aside / "server.log", secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"token {self.token}"
        self._aside = aside
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Lab:
        """Start the server and wait until it answers; raises RuntimeError with its log where it does not."""
        settings = self._aside / "settings"
        for name, text in SETTINGS.items():
            path = settings / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        folders = {"CONFIG_DIR": "config", "DATA_DIR": "data", "RUNTIME_DIR": "runtime"}
        env = {**os.environ, **{f"JUPYTER_{key}": str(self._aside / name) for key, name in folders.items()}}
        env |= {"JUPYTERLAB_SETTINGS_DIR": str(settings), "JUPYTERLAB_WORKSPACES_DIR": str(self._aside / "workspaces")}
        env |= {"IPYTHONDIR": str(self._aside / "ipython")}
        command = [sys.executable, "-m", "jupyter", "lab", f"--config={ROOT / 'course/authoring/lab_config.py'}"]
        command += ["--no-browser", f"--port={self.url.rpartition(':')[2]}", "--ServerApp.port_retries=0"]
        command += [f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.course}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                command, cwd=self.course, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        end = time.monotonic() + START
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if self.session.get(f"{self.url}/api/status", timeout=5).ok:
                    return self
            except requests.ConnectionError:
                time.sleep(0.3)
        self.__exit__(None, None, None)
        raise RuntimeError(f"JupyterLab did not start. Its log ends:\n{self.log.read_text()[-3000:]}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Stop the server; its kernels end with it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def stop_kernels(self) -> None:
        """End every kernel, so that the next test has the machine's memory to itself."""
        for each in self.session.get(f"{self.url}/api/sessions", timeout=30).json():
            self.session.delete(f"{self.url}/api/sessions/{each['id']}", timeout=30)

    def formgrader(self, method: str, path: str, **options: Any) -> Any:
        """Ask the Formgrader's own API, as its page does: with the cookie against forged requests, and JSON back."""
        if "_xsrf" not in self.session.cookies:
            self.session.get(f"{self.url}/formgrader/", timeout=60).raise_for_status()
        self.session.headers["X-XSRFToken"] = self.session.cookies["_xsrf"]
        reply = self.session.request(method, f"{self.url}/formgrader/api/{path}", timeout=300, **options)
        reply.raise_for_status()
        return reply.json()


class Desk:
    """What a person does at JupyterLab's page: opens, types, runs, saves, chooses from menus."""

    def __init__(self, page: Page, lab: Lab):
        self.page, self.lab = page, lab
        page.set_default_timeout(30_000)

    def go(self, path: str = "") -> None:
        """Open JupyterLab in a fresh workspace, with this file of the course, or its launcher."""
        where = f"/tree/{path}" if path else ""
        self.page.goto(f"{self.lab.url}/lab{where}?reset&token={self.lab.token}", timeout=PAGE)
        self.page.locator("#jp-main-dock-panel").wait_for(timeout=PAGE)
        self.page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=PAGE)

    def open_notebook(self, path: str) -> None:
        """Open a notebook and wait for its kernel."""
        self.go(path)
        self.notebook_is_ready()

    def notebook_is_ready(self) -> None:
        """Wait until the notebook in view has its cells and an idle kernel; take the kernel that is offered."""
        self.panel.locator(".jp-Cell").first.wait_for(timeout=PAGE)
        idle = self.page.locator("#jp-main-statusbar", has_text="| Idle")
        offered = self.page.locator(".jp-Dialog", has_text="Select Kernel").locator("button.jp-mod-accept")
        offered.or_(idle).first.wait_for(timeout=PAGE)
        if offered.is_visible():
            offered.click()
        self.wait_until_idle()

    @property
    def panel(self) -> Locator:
        """The notebook in view."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def cell(self, text: str) -> Locator:
        """The code cell whose source has this text."""
        editor = self.page.locator(".jp-InputArea-editor", has_text=text)
        return self.panel.locator(".jp-CodeCell", has=editor).first

    def menu(self, *names: str) -> None:
        """Choose from the menu bar: menu("Run", "Run All Cells")."""
        self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{names[0]}$")).click()
        for name in names[1:]:
            label = self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{re.escape(name)}$"))
            self.page.locator(".lm-Menu-item", has=label).last.click()

    def run_all(self) -> None:
        """Run > Run All Cells, and wait until the last cell has run."""
        prompts = self.panel.locator(".jp-CodeCell .jp-InputPrompt")
        self.menu("Run", "Run All Cells")
        expect(prompts.first).to_have_text(re.compile(r"\[(\*|\d+)\]"))
        self.wait_until_idle()
        errors = self.panel.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()
        assert not errors, errors[0]
        expect(prompts.last).to_have_text(re.compile(r"\[\d+\]"))

    def wait_until_idle(self) -> None:
        """Wait until no cell of the notebook runs or waits to run."""
        expect(self.panel.locator(".jp-InputPrompt", has_text="[*]")).to_have_count(0, timeout=RUN)
        # The status bar tells a kernel that is idle from one that is yet to start; the notebook's own sign does not.
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=RUN)

    def write(self, cell: Locator, source: str) -> None:
        """Put this source in the place of a cell's own, as a person pastes it."""
        editor = cell.locator(".cm-content")
        editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)
        expect(editor.locator(".cm-line")).to_have_count(source.count("\n") + 1)

    def run(self, cell: Locator) -> None:
        """Run a cell by Ctrl+Enter and wait for its new number."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+Enter")
        expect(prompt).not_to_have_text(before, timeout=PAGE)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=PAGE)

    def save(self) -> None:
        """Save, and wait until the tab is no longer marked as changed."""
        self.page.keyboard.press("ControlOrMeta+s")
        expect(self.page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty")).to_have_count(0, timeout=PAGE)

    def hide_sides(self) -> None:
        """Close the file browser, so that the notebook has the page's width."""
        if self.page.locator("#jp-left-stack").is_visible():
            self.page.keyboard.press("ControlOrMeta+b")
            self.page.locator("#jp-left-stack").wait_for(state="hidden")


class Shots:
    """Numbered screenshots of one test, in a folder of its own; some become the pictures of the documentation."""

    def __init__(self, page: Page, folder: Path, documents: Path | None):
        self.page, self.folder, self.documents, self._count = page, folder, documents, 0
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def __call__(self, name: str, what: Locator | None = None, **options: Any) -> Path:
        """Take the page, or this part of it; returns the file."""
        self._count += 1
        path = self.folder / f"{self._count:02d}-{name}.png"
        (what or self.page).screenshot(path=path, animations="disabled", **options)
        return path

    def picture(self, name: str, parts: list[Locator], margin: int = 6) -> None:
        """Take what spans these parts of the page, as docs/images/NAME.png where pictures are wanted."""
        for part in (parts[-1], parts[0]):
            part.scroll_into_view_if_needed()
        self.page.mouse.move(2, 2)
        boxes = [box for part in parts if (box := part.bounding_box())]
        left, top = (max(0, min(box[side] for box in boxes) - margin) for side in ("x", "y"))
        right = max(box["x"] + box["width"] for box in boxes) + margin
        bottom = max(box["y"] + box["height"] for box in boxes) + margin
        assert bottom <= self.page.viewport_size["height"], f"{name}.png would be cut off: the window is too low"
        clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        path = self(name, clip=clip)
        if self.documents is not None:
            self.documents.mkdir(parents=True, exist_ok=True)
            few = Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE)  # a third of the bytes
            few.save(self.documents / f"{name}.png", optimize=True)
