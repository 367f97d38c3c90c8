"""A real JupyterLab to test and to measure in: a server of its own, and a driver for one notebook in it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

START_TIMEOUT = 60  # seconds
RUN_TIMEOUT = 180_000  # milliseconds for all the cells of a notebook

# Asks on the first visit whether it may fetch news: a dialog, and a request that leaves the machine.
ANNOUNCEMENTS = "@jupyterlab/apputils-extension:announcements"


@dataclass(frozen=True)
class Lab:
    """A running server: its address, the token, and the folder it serves."""

    port: int
    token: str
    root: Path

    def url(self, notebook: str, *, port: int | None = None) -> str:
        """Address of a notebook, alone in a workspace; `port` for a proxy in front of the server."""
        where = f"http://localhost:{port or self.port}/lab/workspaces/{secrets.token_hex(4)}/tree/{notebook}"
        return f"{where}?token={self.token}"


@contextmanager
def jupyter_lab(notebooks: Path) -> Iterator[Lab]:
    """A JupyterLab on a copy of the folder, with settings of its own; ended with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        home = Path(scratch)
        root = home / "notebooks"
        shutil.copytree(notebooks, root, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "progress.json"))
        config = home / "config" / "labconfig"
        config.mkdir(parents=True)
        (config / "page_config.json").write_text(json.dumps({"disabledExtensions": {ANNOUNCEMENTS: True}}))
        lab = Lab(port=free_port(), token=secrets.token_hex(16), root=root)
        with (home / "log").open("w+") as log:
            server = subprocess.Popen(_command(lab), env=_environment(home), stdout=log, stderr=log, cwd=root)
            try:
                _wait(lab, server, home / "log")
                yield lab
            finally:
                # Politely first, so that the server ends its kernels.
                server.terminate()
                try:
                    server.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    server.kill()
                    server.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _command(lab: Lab) -> list[str]:
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"]
    command += [f"--ServerApp.port={lab.port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"]
    command += [f"--IdentityProvider.token={lab.token}", f"--ServerApp.root_dir={lab.root}"]
    # Polling for what the learner's other windows do only adds requests.
    command += ["--LabApp.collaborative=False", "--ServerApp.terminals_enabled=False"]
    command.append(f"--LabApp.app_settings_dir={Path(__file__).with_name('lab_settings')}")  # as `make lab`
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def _environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "BACKPROP_PROGRESS": str(home / "progress.json"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "OMP_NUM_THREADS": "1",
    }


def _wait(lab: Lab, server: subprocess.Popen, log: Path) -> None:
    address = f"http://127.0.0.1:{lab.port}/api/status?token={lab.token}"
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-4000:]}")


class LabNotebook:
    """One notebook open in JupyterLab, driven through the page it is in."""

    def __init__(self, page: Page, lab: Lab, name: str, *, port: int | None = None) -> None:
        self.page = page
        self.lab = lab
        self.name = name
        page.goto(lab.url(name, port=port))
        # The kernel is asked for after the cells are drawn; commands before it would wait in vain.
        self._wait("panel?.context?.isReady && panel.sessionContext?.session?.kernel?.status === 'idle'")

    def evaluate(self, body: str, argument: Any = None) -> Any:
        """Value of a JavaScript function body that knows `app`, `panel`, `notebook` and `argument`."""
        return self.page.evaluate(f"async {_in_lab(body)}", argument)

    def _wait(self, condition: str, timeout: int = 60_000) -> None:
        self.page.wait_for_function(_in_lab(f"return Boolean({condition})"), timeout=timeout)

    def command(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        """Run one of JupyterLab's commands, as its menus and palette do, and wait for its end."""
        self.evaluate("await app.commands.execute(argument.name, argument.arguments)",
                      {"name": name, "arguments": arguments or {}})  # fmt: skip

    def run_all(self) -> None:
        """Run every cell and wait until the kernel is idle again."""
        self.page.set_default_timeout(RUN_TIMEOUT)
        self.command("notebook:run-all-cells")
        self.wait_idle()

    def wait_idle(self) -> None:
        """Wait until no cell is running."""
        self._wait(
            "panel.sessionContext.session.kernel.status === 'idle'"
            " && notebook.widgets.every(cell => !cell.model.executionState || "
            "cell.model.executionState === 'idle')",
            RUN_TIMEOUT,
        )

    def cell_count(self) -> int:
        """Number of cells in the notebook."""
        return self.evaluate("return notebook.model.cells.length")

    def outputs(self) -> list[list[dict[str, Any]]]:
        """The outputs of every cell, as the notebook file would store them."""
        return self.evaluate("return [...notebook.model.cells].map(cell => cell.toJSON().outputs ?? [])")

    def widget_cells(self) -> list[int]:
        """Indices of the cells that show a widget (of anywidget or of the core)."""
        mime = "application/vnd.jupyter.widget-view+json"
        return [
            index
            for index, outputs in enumerate(self.outputs())
            if any(mime in output.get("data", {}) for output in outputs)
        ]

    def show(self, index: int) -> Locator:
        """Scroll a cell into view, as far-off cells are not in the page, and return its output area."""
        self.evaluate(
            "notebook.activeCellIndex = argument; notebook.mode = 'command';"
            "await notebook.scrollToItem(argument, 'start');",
            index,
        )
        return self.page.locator(
            f'.jp-NotebookPanel:visible .jp-Cell[data-windowed-list-index="{index}"]'
        ).locator(".jp-OutputArea-output")

    def set_theme(self, theme: str) -> None:
        """Switch to the "light" or the "dark" theme."""
        self.command("apputils:change-theme", {"theme": f"JupyterLab {theme.title()}"})
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light",
            arg="true" if theme == "light" else "false",
        )
        self._wait("!document.querySelector('#jupyterlab-splash')")

    def shut_down_kernel(self) -> None:
        """End the kernel, as when a Binder session has gone away."""
        self.evaluate("await panel.sessionContext.shutdown()")

    def close(self) -> None:
        """End the kernel and leave, without the question whether to save."""
        if not self.page.is_closed():
            self.evaluate("if (panel?.sessionContext?.session) await panel.sessionContext.shutdown()")
            self.page.context.close()


def _in_lab(body: str) -> str:
    return (
        "argument => { const app = window.jupyterapp; const panel = app?.shell?.currentWidget;"
        " const notebook = panel?.content; " + body + " }"
    )
