"""Chromium for the stills, the browser tests and the benchmarks: found, started, watched.

>>> is_local("http://127.0.0.1:8888/lab"), is_local("data:image/png;base64,AAAA")
(True, True)
>>> is_local("https://cdn.jsdelivr.net/npm/d3")
False
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

# The system's browser first: Playwright's own download fails on machines without an open internet.
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

# The sandbox needs rights that containers and root do not have; the rest keeps the browser from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
LOCAL_SCHEMES = {"data", "blob", "about"}


class BrowserMissing(RuntimeError):
    """No Chromium on this machine; the message says what to install."""


@cache
def find_chromium() -> Path | None:
    """Path of a Chromium: the system's, else the one Playwright downloaded, else None."""
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return Path(found)
    # In a process of its own, as Playwright starts only once in a thread.
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    path = Path(answer.stdout.strip() or "missing")
    return path if path.exists() else None


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless Chromium, closed at the end of the block."""
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        try:
            yield browser
        finally:
            browser.close()


def _launch(playwright: Playwright) -> Browser:
    path = find_chromium()
    if path is None:
        raise BrowserMissing(
            "No Chromium found. Install it with the system's package manager (for example "
            "`apt-get install chromium`) or with `python -m playwright install chromium`."
        )
    return playwright.chromium.launch(executable_path=str(path), args=list(FLAGS), env=_environment())


def _environment() -> dict[str, str | float | bool]:
    # A fixed time zone and language: a picture must not depend on who draws it.
    return {**os.environ, "TZ": "UTC", "LANG": "C.UTF-8"}


def is_local(url: str) -> bool:
    """Whether a request for `url` stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname in LOCAL_HOSTS


@dataclass
class Watch:
    """What went wrong in a page so far. An error in a widget's code is silent unless somebody listens."""

    page_errors: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    external_requests: list[str] = field(default_factory=list)

    def add(self, target: Page | BrowserContext) -> None:
        """Listen to a page, or to every page of a context."""
        if isinstance(target, BrowserContext):
            target.on("weberror", lambda error: self.page_errors.append(str(error.error)))
        else:
            target.on("pageerror", lambda error: self.page_errors.append(str(error)))
        target.on("console", self._console)
        target.on("request", lambda request: self._request(request.url))

    def assert_clean(self) -> None:
        """Fail if a script failed or a request left the machine."""
        assert not self.page_errors, f"uncaught errors in the page: {self.page_errors}"
        assert not self.console_errors, f"errors in the console: {self.console_errors}"
        assert not self.external_requests, f"requests that left the machine: {self.external_requests}"

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = (message.location or {}).get("url", "")
            self.console_errors.append(f"{message.text} ({where})" if where else message.text)

    def _request(self, url: str) -> None:
        if not is_local(url):
            self.external_requests.append(url)


def watch(target: Page | BrowserContext) -> Watch:
    """Start watching a page or a context."""
    watcher = Watch()
    watcher.add(target)
    return watcher
