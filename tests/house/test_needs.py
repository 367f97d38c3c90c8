"""The rule of tests/conftest.py: skipped for want of something here, failed in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
TESTS = """
import pytest

@pytest.mark.needs("impossible")
def test_marked(): pass

def test_imports(): pytest.importorskip("no_such_module")

def test_unrelated(): pytest.skip("too slow on Tuesdays")

@pytest.mark.xfail(reason="no browser does this yet")
def test_xfail(): assert False

def test_passes(): pass
"""
WHOLE_FILE = 'import pytest\npytest.importorskip("no_such_module")\ndef test_x(): pass\n'


def run(folder, tests, ci, *arguments):
    """The summary line of a pytest that runs under the rule, and all it prints."""
    conftest = CONFTEST.read_text() + '\nNEEDS["impossible"] = (lambda: None, "a browser of gold")\n'
    (folder / "conftest.py").write_text(conftest)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = needs\n")
    (folder / "test_some.py").write_text(tests)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        # Only the plugin it needs, because loading them all takes most of the time.
        env=os.environ | {"CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin"},
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()[-1].rpartition(" in ")[0], done.stdout


@pytest.mark.parametrize(
    ("ci", "arguments", "summary"),
    [
        ("", [], "1 passed, 3 skipped, 1 xfailed"),
        ("true", [], "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error"),
        ("true", ["-n", "1"], "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error"),
    ],
)
def test_a_skip_for_want_of_something_fails_in_ci(tmp_path, ci, arguments, summary):
    found, printed = run(tmp_path, TESTS, ci, *arguments)
    assert found == summary, printed
    assert "This test needs a browser of gold" in printed


@pytest.mark.parametrize(("ci", "summary"), [("", "1 skipped"), ("true", "1 error")])
def test_the_same_holds_for_a_whole_file(tmp_path, ci, summary):
    found, printed = run(tmp_path, WHOLE_FILE, ci)
    assert found == summary, printed
