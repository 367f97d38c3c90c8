"""Each test gets a progress file of its own, so none reads or touches the one of whoever runs the tests."""

import pytest


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("BACKPROP_PROGRESS", str(path))
    return path
