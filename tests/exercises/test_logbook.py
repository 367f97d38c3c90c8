"""The progress file: whole or not at all, shared by notebooks, and never a reason to stop."""

import json
import os
import subprocess
import sys
import time

import pytest

from backprop_lib.exercises import check, hint, logbook, predict, progress, remember


@pytest.fixture
def said(capsys):
    return lambda: [line for line in capsys.readouterr().out.splitlines() if "progress" in line.lower()]


def attempt(id="01.2"):
    check(id, 1.0)


def attempts(state=None, id="01.2"):
    return (state or logbook.read())["exercises"].get(id, {}).get("attempts", 0)


def others(path):
    """What lies in the folder besides the progress file."""
    return sorted(entry.name for entry in path.parent.iterdir() if entry != path)


def test_the_file_is_small_readable_json_with_a_version(progress_file):
    attempt()
    stored = json.loads(progress_file.read_text(encoding="utf-8"))
    assert stored == {
        "version": 1,
        "exercises": {"01.2": {"attempts": 1, "hints": 0, "solution": False, "solved": False}},
        "predictions": {},
    }
    assert others(progress_file) == []


def test_without_the_variable_it_lies_in_the_working_directory(tmp_path, monkeypatch):
    for value in (None, ""):
        monkeypatch.setenv("BACKPROP_PROGRESS", value) if value is not None else monkeypatch.delenv(
            "BACKPROP_PROGRESS"
        )
        folder = tmp_path / f"notebooks{value is None}"
        folder.mkdir()
        monkeypatch.chdir(folder)
        attempt()
        assert os.listdir(folder) == ["progress.json"]


def test_what_another_notebook_wrote_is_kept(progress_file):
    attempt()
    stored = json.loads(progress_file.read_text())
    stored["exercises"]["01.1"] = {"attempts": 7, "hints": 1, "solved": True, "solution": False}
    stored["exercises"]["01.2"]["attempts"] = 5
    stored["later"] = "a field of tomorrow"
    stored["half a character"] = "\ud800"
    progress_file.write_text(json.dumps(stored))
    attempt()
    predict("01.a", "grow")
    stored = json.loads(progress_file.read_text())
    assert attempts(stored, "01.1") == 7 and attempts(stored) == 6
    assert stored["later"] == "a field of tomorrow" and stored["predictions"]["01.a"]["guess"] == "grow"


def test_several_kernels_at_once_lose_nothing(progress_file):
    code = (
        "from backprop_lib.exercises import check\nfor _ in range(10): check({id!r}, 1.0); check('01.1', 1.0)"
    )
    kernels = [
        subprocess.Popen([sys.executable, "-c", code.format(id=id)], stdout=subprocess.DEVNULL)
        for id in ("01.2", "01.3", "01.4")
    ]
    torn = 0
    while any(kernel.poll() is None for kernel in kernels):
        if progress_file.exists():
            try:
                json.loads(progress_file.read_text())
            except ValueError:
                torn += 1
        time.sleep(0.001)
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0]
    assert torn == 0
    state = logbook.read()
    assert [attempts(state, id) for id in ("01.2", "01.3", "01.4", "01.1")] == [10, 10, 10, 30]
    assert others(progress_file) == []


def test_deleting_the_file_starts_anew(progress_file):
    attempt()
    progress_file.unlink()
    attempt()
    assert attempts() == 1


def test_a_write_that_fails_halfway_leaves_the_old_file_whole(progress_file, monkeypatch, said):
    attempt()
    before = progress_file.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    for broken in ("replace", "fsync"):
        with monkeypatch.context() as patch:
            patch.setattr(os, broken, full)
            attempt()
        assert progress_file.read_bytes() == before
        assert others(progress_file) == [], "no half-written file stays behind"
    assert said() == ["Progress cannot be saved in progress.json; it is kept until this kernel stops."]
    assert attempts() == 3, "kept in memory"
    attempt()
    assert attempts(json.loads(progress_file.read_text())) == 4, "and saved when there is room again"
    progress_file.unlink()
    attempt()
    assert attempts() == 1, "nothing of it stays in memory then"


def test_an_interrupted_write_leaves_the_old_file_and_no_litter(progress_file, monkeypatch):
    attempt()
    before = progress_file.read_bytes()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        attempt()
    assert progress_file.read_bytes() == before and others(progress_file) == []


def in_the_way(path):
    path.mkdir()


def folder_missing(path):
    path.parent.rmdir()


def folder_is_a_file(path):
    path.parent.rmdir()
    path.parent.write_text("")


@pytest.mark.parametrize("obstacle", [in_the_way, folder_missing, folder_is_a_file])
def test_where_nothing_can_be_saved_it_is_kept_in_memory_and_said_once(tmp_path, monkeypatch, said, obstacle):
    path = tmp_path / "folder" / "progress.json"
    path.parent.mkdir()
    monkeypatch.setenv("BACKPROP_PROGRESS", str(path))
    obstacle(path)
    attempt()
    attempt()
    hint("01.3")
    predict("01.a", "grow")
    assert said() == ["Progress cannot be saved in progress.json; it is kept until this kernel stops."]
    assert attempts() == 2 and progress("01").lessons[0].predicted == 1
    assert logbook.read()["exercises"]["01.3"]["hints"] == 1


def test_a_device_is_not_replaced(monkeypatch, said):
    monkeypatch.setenv("BACKPROP_PROGRESS", os.devnull)
    monkeypatch.setattr(os, "replace", lambda *_: pytest.fail("would replace the device"))
    attempt()
    assert len(said()) == 1


def test_a_file_that_cannot_be_read_is_not_replaced(progress_file, monkeypatch, said):
    progress_file.write_text("precious")

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(type(progress_file), "read_bytes", refuse)
    attempt()
    attempt()
    monkeypatch.undo()
    assert progress_file.read_text() == "precious" and len(said()) == 1


def test_a_link_stays_a_link(progress_file, tmp_path):
    real = tmp_path / "elsewhere.json"
    try:
        progress_file.symlink_to(real)
    except OSError:
        pytest.skip("links cannot be made here")
    attempt()
    assert progress_file.is_symlink() and attempts(json.loads(real.read_text())) == 1


DAMAGED = {
    "empty": b"",
    "cut off": b'{"version": 1, "exer',
    "not text": b"\xff\xfe\x00",
    "a list": b"[]",
    "too deep": b"[" * 100_000,
    "too deep for us": b'{"version": 1, "exercises": {}, "predictions": {}, "x": '
    + b"[" * 500
    + b"]" * 500
    + b"}",
    "no version": b'{"exercises": {}, "predictions": {}}',
    "a text as version": b'{"version": "1", "exercises": {}, "predictions": {}}',
    "exercises a list": b'{"version": 1, "exercises": [], "predictions": {}}',
    "an entry a number": b'{"version": 1, "exercises": {"01.1": 3}, "predictions": {}}',
    "attempts a text": b'{"version": 1, "exercises": {"01.1": {"attempts": "3"}}, "predictions": {}}',
    "attempts infinite": b'{"version": 1, "exercises": {"01.1": {"attempts": 1e999}}, "predictions": {}}',
    "solved a number": b'{"version": 1, "exercises": {"01.1": {"solved": 1}}, "predictions": {}}',
    "met a text": b'{"version": 1, "exercises": {"01.1": {"met": "sign"}}, "predictions": {}}',
    "cured numbers": b'{"version": 1, "exercises": {"01.1": {"cured": [1]}}, "predictions": {}}',
    "solved after 0": b'{"version": 1, "exercises": {"01.1": {"solved_after": 0}}, "predictions": {}}',
    "reviewed a list": b'{"version": 1, "exercises": {}, "predictions": {}, "reviewed": []}',
    "a review a text": b'{"version": 1, "exercises": {}, "predictions": {}, "reviewed": {"01.a": "right"}}',
    "a guess a list": b'{"version": 1, "exercises": {}, "predictions": {"01.a": {"guess": []}}}',
    "no guess": b'{"version": 1, "exercises": {}, "predictions": {"01.a": {}}}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_moved_aside_and_a_new_one_begun(progress_file, said, content):
    progress_file.write_bytes(content)
    attempt()
    aside = progress_file.with_name("progress.damaged.json")
    assert aside.read_bytes() == content and attempts(json.loads(progress_file.read_text())) == 1
    assert said() == [
        "progress.json could not be read: it is kept as progress.damaged.json, and a new one begins."
    ]
    attempt()
    assert said() == []


def test_an_older_damaged_file_is_never_overwritten(progress_file):
    for content in (b"first", b"second", b"third"):
        progress_file.write_bytes(content)
        progress()
    names = ["progress.damaged.json", "progress.damaged.2.json", "progress.damaged.3.json"]
    assert [progress_file.with_name(name).read_bytes() for name in names] == [b"first", b"second", b"third"]


def test_a_damaged_file_that_cannot_be_moved_stays(progress_file, monkeypatch, said):
    progress_file.write_bytes(b"damaged")

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "rename", refuse)
    attempt()
    assert progress_file.read_bytes() == b"damaged" and attempts() == 1 and len(said()) == 1


def test_a_file_of_a_newer_version_is_left_alone(progress_file, said):
    newer = '{"version": 2, "anything": []}'
    progress_file.write_text(newer)
    attempt()
    attempt()
    assert progress_file.read_text() == newer and attempts() == 2
    assert "newer version" in said()[0]


def test_a_lock_left_by_a_dead_kernel_is_cleared(progress_file):
    lock = progress_file.with_name(".progress.lock")
    lock.touch()
    os.utime(lock, (0, 0))
    began = time.monotonic()
    attempt()
    assert time.monotonic() - began < logbook.PATIENCE / 2
    assert attempts() == 1 and others(progress_file) == []


def test_a_lock_that_stays_is_not_waited_for_forever(progress_file, monkeypatch):
    monkeypatch.setattr(logbook, "PATIENCE", 0.05)
    progress_file.with_name(".progress.lock").touch()
    began = time.monotonic()
    attempt()
    assert time.monotonic() - began < 2
    assert attempts(json.loads(progress_file.read_text())) == 1


def test_what_waits_in_memory_is_joined_with_what_another_notebook_saved(progress_file, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        check("01.2", -0.2165)
        predict("01.a", "grow")
        predict("01.b", "grow")
    entry = {"attempts": 4, "hints": 2, "solved": False, "solution": True}
    told = {"01.b": {"guess": "shrink", "measured": "shrink"}}
    progress_file.write_text(json.dumps({"version": 1, "exercises": {"01.2": entry}, "predictions": told}))
    hint("01.1")
    stored = json.loads(progress_file.read_text())
    joined = {"attempts": 4, "hints": 2, "solved": True, "solution": True, "solved_after": 1}
    assert stored["exercises"]["01.2"] == joined
    assert stored["predictions"] == {"01.a": {"guess": "grow"}, **told}


def test_the_mistakes_of_both_records_are_joined(progress_file, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        check("01.2", 0.2165)
        remember([{"id": "01.a", "chosen": 1, "right": True}])
    entry = {"attempts": 4, "met": ["no factor 2"], "cured": ["no factor 2"]}
    stored = {"version": 1, "exercises": {"01.2": entry}, "predictions": {}}
    progress_file.write_text(json.dumps(stored | {"reviewed": {"01.b": {"wrong": 2, "right": False}}}))
    hint("01.1")
    stored = json.loads(progress_file.read_text())
    assert stored["exercises"]["01.2"]["met"] == ["no factor 2", "target minus output"]
    assert stored["exercises"]["01.2"]["cured"] == ["no factor 2"]
    assert stored["reviewed"] == {"01.a": {"wrong": 0, "right": True}, "01.b": {"wrong": 2, "right": False}}
