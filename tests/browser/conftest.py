"""A course in a temporary folder, one JupyterLab server, one headless Chromium; pictures of every step.

`make test-browser` runs these tests. They need playwright (in the test extra) and a Chromium: the system's
(`apt install chromium`), the one that CHROMIUM names, or playwright's own (`playwright install chromium`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import ROOT, Desk, Lab, Shots
from playwright.sync_api import Browser, Page, sync_playwright
from small_course import make_small

ARTEFACTS = Path(__file__).parent / "artefacts"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", type=Path, metavar="FOLDER", help="also write the documentation's pictures here")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives JupyterLab in a browser; run by make test-browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where a test fails: keep what the browser showed and what the server said."""
    report = yield
    if report.when == "call" and report.failed:
        folder = ARTEFACTS / item.name
        folder.mkdir(parents=True, exist_ok=True)
        if (page := item.funcargs.get("page")) is not None:
            page.screenshot(path=folder / "failed.png")
        if (lab := item.funcargs.get("lab")) is not None:
            shutil.copy(lab.log, folder / "server.log")
        report.sections.append(("kept", str(folder.relative_to(ROOT))))
    return report


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small course: week 1's notebook on tables, built. What a test adds to it is the test's own."""
    return make_small(tmp_path_factory.mktemp("course"), "build")


@pytest.fixture(scope="session")
def running(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(home, tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def lab(running: Lab) -> Iterator[Lab]:
    """The server; what a test leaves running there is ended."""
    yield running
    running.stop_kernels()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    with sync_playwright() as playwright:  # where none is found, playwright looks for its own, and says how to get it
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1180, "height": 1300}, device_scale_factor=2)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(page: Page, lab: Lab) -> Desk:
    return Desk(page, lab)


@pytest.fixture
def shots(page: Page, request: pytest.FixtureRequest) -> Shots:
    return Shots(page, ARTEFACTS / request.node.name, request.config.getoption("--pictures"))
