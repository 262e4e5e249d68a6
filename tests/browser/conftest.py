"""Real browser, real server: the demo as ``./dev demo`` starts it, in a data folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

from tests.ports import free_port

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 120.0  # seconds until the demo has loaded its data and answers
expect.set_options(timeout=30_000)  # what is expected comes at once, except on a machine with other work


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; its absence is an error in CI and a skip elsewhere."""
    path = os.environ.get("STAFFELSTAB_TEST_CHROMIUM") or shutil.which("chromium") or ""
    if not Path(path).is_file():
        if os.environ.get("CI"):
            pytest.fail("no Chromium: set STAFFELSTAB_TEST_CHROMIUM")
        pytest.skip("no Chromium on this machine: set STAFFELSTAB_TEST_CHROMIUM")
    return path


@contextmanager
def running_demo(**settings: str) -> Iterator[str]:
    """The address of a demo that runs for the duration of the block; ``settings`` are keys of the environment."""
    folder = tempfile.mkdtemp(prefix="staffelstab-browser-", dir="/var/tmp")
    Path(folder).chmod(0o711)  # the database server runs as another user
    port = free_port()
    environment = {
        **{
            key: value
            for key, value in os.environ.items()
            if key not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
        },
        "STAFFELSTAB_DATA": folder,
        "STAFFELSTAB_HOSTS": "localhost,127.0.0.1",
        **settings,
    }
    environment.pop("STAFFELSTAB_SECRET_KEY", None)
    log = Path(folder) / "server.log"
    with log.open("w") as output:
        program = [
            sys.executable,
            "-m",
            "staffelstab.config.program",
            "demo",
            "--no-browser",
            "--port",
            str(port),
        ]
        server = subprocess.Popen(program, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait(f"http://127.0.0.1:{port}/gesundheit/", server, log)
            yield f"http://localhost:{port}"
        finally:
            server.terminate()
            server.wait(PATIENCE)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def demo_url(chromium: str) -> Iterator[str]:
    """The address of a running demo."""
    with running_demo() as url:
        yield url


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the demo ended: {log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"the demo does not answer: {log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for the run."""
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code of ours.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """The signed-in state of each persona after its first use."""
    return {}


@pytest.fixture
def sign_in(browser: Browser, demo_url: str, sessions: dict[str, StorageState]) -> Iterator[SignIn]:
    """``sign_in("kaya", viewport=PHONE)``: a page signed in as a persona; console errors and foreign requests fail."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def complain(message: ConsoleMessage, page: Page) -> None:
        # The status of the page itself is the test's business; what the page fetches must be there.
        if message.type == "error" and message.location.get("url") != page.url:
            complaints.append(message.text)

    def open_page(persona: str = "", *, viewport: dict[str, int] | None = None, scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport=viewport or DESKTOP,
            locale="de-DE",
            base_url=demo_url,
            java_script_enabled=scripts,
            storage_state=sessions.get(persona),
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complain(message, page))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: _same_host(request.url, demo_url, complaints))
        if persona in sessions:
            page.goto("/")
        elif persona:
            page.goto("/demo/")
            page.locator(f'form[action="/demo/anmelden/{persona}/"] button').click()
            page.wait_for_url("**/")
            sessions[persona] = context.storage_state()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _same_host(url: str, demo_url: str, complaints: list[str]) -> None:
    if not url.startswith((demo_url, "data:", "blob:")):
        complaints.append(f"request to a foreign host: {url}")


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Violations of WCAG 2.2 AA and EN 301 549 on the page as it stands: rule and element, one string each."""

    def run(page: Page) -> list[str]:
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
        return [
            f"{violation['id']}: {node['target']}"
            for violation in found.response["violations"]
            for node in violation["nodes"]
        ]

    return run
