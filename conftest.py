"""For pytest as a whole, notebooks and doctests too; what concerns tests/ alone is in tests/conftest.py."""

import os
import tempfile
from pathlib import Path

import pytest

# Sums in one order, as in the notebook build: the last digits, and what is printed of them, stay the same.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# No progress bars, as in the notebook build.
os.environ.setdefault("TQDM_DISABLE", "1")

SCRATCH = pytest.StashKey()


def pytest_configure(config):
    scratch = tempfile.TemporaryDirectory(prefix="backprop-", ignore_cleanup_errors=True)
    config.stash[SCRATCH] = Path(scratch.name)
    config.add_cleanup(scratch.cleanup)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Give each file its own record of progress; for a notebook, before nbval starts its kernel.

    The reader's own record stays as it is, and no notebook sees what another one recorded.
    """
    folder = item.config.stash[SCRATCH] / item.nodeid.partition("::")[0]
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["BACKPROP_PROGRESS"] = str(folder / "progress.json")
