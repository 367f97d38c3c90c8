"""Whether everything that the notebooks need is here, told in plain words."""

import importlib.util
import sys
from importlib import metadata

from backprop_lib.exercises.notes import Note, show

OLDEST_PYTHON = (3, 11)
OLDEST_NUMPY = 2
NEEDED = {
    "anywidget": "the pictures cannot be moved",
    "ipywidgets": "there are no sliders",
    "matplotlib": "the plots cannot be drawn",
    "tqdm": "training cannot show how far it is",
}
NO_TORCH = " PyTorch is not: cells that compare with it will show what was recorded."
HOW = "Close JupyterLab and start it with `make lab`, which installs what is missing."


def check_environment() -> bool:
    """Say that everything is here, or name each missing thing in one sentence; return whether all is here.

    PyTorch may be missing: that is told, and nothing else changes.
    """
    missing = missing_things()
    torch = "" if _is_here("torch") else NO_TORCH
    if missing:
        show(Note("❌", "", "\n".join(missing), more=HOW))
    else:
        show(Note("✅", "", f"Everything the course needs is here.{torch}"))
    return not missing


def missing_things() -> list[str]:
    """One sentence for each thing that the course cannot do without and does not find.

    >>> missing_things()
    []
    """
    told = []
    if sys.version_info[:2] < OLDEST_PYTHON:
        told.append("Python is too old: the course needs {}.{} or later.".format(*OLDEST_PYTHON))
    if int(metadata.version("numpy").split(".")[0]) < OLDEST_NUMPY:
        told.append(f"NumPy is too old: the course needs version {OLDEST_NUMPY} or later.")
    return told + [f"{name} is missing: {loss}." for name, loss in NEEDED.items() if not _is_here(name)]


def _is_here(name: str) -> bool:
    """Whether a module could be imported; it is not loaded, as PyTorch would take seconds."""
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # a placeholder without a spec
        return False
