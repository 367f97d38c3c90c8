"""What a test may need from the machine, and the rule that CI has all of it.

    @pytest.mark.needs("torch", "chromium")

skips the test where one of them is missing, with a sentence that says what to install. In CI it fails
instead, as does every other skip for such a reason: a green run there has left nothing out.
"""

import os
import re
import shutil
from importlib.util import find_spec

import pytest


def _chromium():
    from tools.browser import find_chromium

    return find_chromium()


NEEDS = {
    "torch": (lambda: find_spec("torch"), "PyTorch; `make clean test` tries again to install it"),
    "chromium": (_chromium, "Chromium; on Debian and Ubuntu: apt install chromium"),
    "node": (lambda: shutil.which("node") and shutil.which("npm"), "Node.js 20 or later, with npm"),
    "nbval": (lambda: find_spec("nbval"), "nbval; `make test` installs it"),
    "repo2docker": (lambda: find_spec("repo2docker"), "jupyter-repo2docker; `make test` installs it"),
}
ABOUT_A_NEED = re.compile(
    r"torch|chromium|browser|playwright|node|npm|nbval|docker|could not import", re.IGNORECASE
)


def in_ci():
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    names = [name for mark in item.iter_markers("needs") for name in mark.args]
    if missing := [NEEDS[name][1] for name in names if not NEEDS[name][0]()]:
        pytest.skip("This test needs " + ", and ".join(missing))  # in CI, the hooks below make it a failure


def _not_in_ci(report):
    """Turn a skip that concerns a need into a failure."""
    if not (in_ci() and report.skipped and isinstance(report.longrepr, tuple)) or hasattr(report, "wasxfail"):
        return report
    *_, reason = report.longrepr
    if ABOUT_A_NEED.search(reason):
        report.outcome = "failed"
        report.longrepr = f"{reason}\n(skipped elsewhere, a failure in CI)"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _not_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """For a whole file that skips itself: `pytest.importorskip("torch")` at its top."""
    return _not_in_ci((yield))
