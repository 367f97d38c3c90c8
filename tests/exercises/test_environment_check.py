"""What check_environment says where something is missing or too old."""

import sys

import pytest

from backprop_lib.exercises import environment

ALL_HERE = "✅ Everything the course needs is here."


@pytest.fixture
def hide(monkeypatch):
    """Make modules impossible to find; all others that the check asks for can be found."""
    hidden = set()
    monkeypatch.setattr(
        environment.importlib.util, "find_spec", lambda name: None if name in hidden else name
    )
    return hidden.update


@pytest.mark.parametrize("name", ["anywidget", "ipywidgets", "matplotlib", "tqdm"])
def test_a_missing_module_is_named_with_what_to_do(hide, name, capsys):
    hide([name])
    assert environment.check_environment() is False
    first, how = capsys.readouterr().out.splitlines()
    assert first.startswith(f"❌ {name} is missing: ")
    assert "`make lab`" in how


def test_all_that_is_missing_is_told(hide):
    hide(["anywidget", "tqdm"])
    assert [told.split()[0] for told in environment.missing_things()] == ["anywidget", "tqdm"]


def test_torch_may_be_missing(hide, capsys):
    environment.check_environment()
    assert capsys.readouterr().out == f"{ALL_HERE}\n"
    hide(["torch"])
    assert environment.check_environment() is True
    assert capsys.readouterr().out == f"{ALL_HERE}{environment.NO_TORCH}\n"


def test_a_module_blocked_in_sys_modules_counts_as_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert [told.split()[0] for told in environment.missing_things()] == ["tqdm"]


def test_old_versions_are_told(hide, monkeypatch):
    monkeypatch.setattr(environment.sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(environment.metadata, "version", lambda name: "1.26.4")
    python, numpy = environment.missing_things()
    assert python == "Python is too old: the course needs 3.11 or later."
    assert numpy == "NumPy is too old: the course needs version 2 or later."
