"""The learner's progress, in one small file beside the notebooks.

The file is `progress.json` in the working directory, or what the environment variable BACKPROP_PROGRESS
names. Every event reads it, changes it and replaces it whole, so two open notebooks share one file. Where it
cannot be written, progress is kept in memory until the kernel stops, and that is said once. Nothing here
raises for a file's sake.
"""

import contextlib
import copy
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from backprop_lib.exercises.notes import say

VERSION = 1
PATIENCE = 5.0  # seconds to wait for another notebook that is writing
STALE = 10.0  # seconds after which a lock was left by a kernel that died

_unsaved: dict[Path, dict] = {}  # what could not be written, by file
_said: set[tuple[Path, str]] = set()


def read() -> dict:
    """What is recorded: {"exercises": {id: {...}}, "predictions": {id: {...}}}."""
    path = _path()
    return _load(path)[0]


def change(event: Callable[[dict], None]) -> dict:
    """Apply an event to what is recorded, save and return it; no change, no writing."""
    path = _path()
    with _lock(path):
        state, writable = _load(path)
        before = copy.deepcopy(state)
        event(state)
        if state == before and path not in _unsaved:
            return state
        try:
            if not writable:
                raise OSError
            _write(path, state)
            _unsaved.pop(path, None)
        except OSError:
            _unsaved[path] = state
            _say_once(path, f"Progress cannot be saved in {path.name}; it is kept until this kernel stops.")
    return state


def exercise_entry(state: dict, id: str) -> dict:
    """An exercise's line in the state, made on first use."""
    blank = {"attempts": 0, "hints": 0, "solved": False, "solution": False}
    entry = state["exercises"].setdefault(id, blank)
    for field, value in blank.items():
        entry.setdefault(field, value)
    return entry


def _path() -> Path:
    # Looked up at every event: the working directory or the variable may have changed. Links are followed, so
    # that replacing the file keeps a link in place.
    named = os.environ.get("BACKPROP_PROGRESS") or "progress.json"
    try:
        return Path(os.path.realpath(named))
    except OSError:  # the working directory itself is gone
        return Path(named)


def _load(path: Path) -> tuple[dict, bool]:
    """What is recorded, and whether the file may be replaced."""
    state, writable = _load_file(path)
    if path in _unsaved:
        state = _joined(state, _unsaved[path])
    return state, writable


def _load_file(path: Path) -> tuple[dict, bool]:
    empty = {"exercises": {}, "predictions": {}}
    try:
        if not os.path.lexists(path):
            return empty, True
        if not path.is_file():  # a folder, or a device such as /dev/null, which must not be replaced
            return empty, False
        content = path.read_bytes()
    except (OSError, ValueError):
        return empty, False
    try:
        stored = json.loads(content.decode("utf-8"))
        if isinstance(stored, dict) and type(stored.get("version")) is int and stored["version"] > VERSION:
            _say_once(path, f"{path.name} comes from a newer version of this course and is left as it is.")
            return empty, False
        _validate(stored)
    except (ValueError, RecursionError):
        return empty, _set_aside(path)
    return stored, True


def _validate(stored: object) -> None:
    """Raise ValueError unless `stored` is what this module writes; fields it does not know may be there."""

    def need(condition: bool) -> None:
        if not condition:
            raise ValueError("not a progress file")

    need(isinstance(stored, dict) and stored.get("version") == VERSION)
    for shelf in ("exercises", "predictions"):
        need(isinstance(stored.get(shelf), dict))
        need(all(isinstance(entry, dict) for entry in stored[shelf].values()))
    for entry in stored["exercises"].values():
        counts = [entry.get(field, 0) for field in ("attempts", "hints")]
        need(all(type(count) is int and count >= 0 for count in counts))
        need(all(type(entry.get(field, False)) is bool for field in ("solved", "solution")))
        need(type(entry.get("solved_after", 1)) is int and entry.get("solved_after", 1) >= 1)
        need(all(_is_names(entry.get(field, [])) for field in ("met", "cured")))
    for entry in stored["predictions"].values():
        need(type(entry.get("guess")) in (str, int, float))
        need("measured" not in entry or type(entry["measured"]) in (str, int, float))
    need(isinstance(stored.get("reviewed", {}), dict))
    for entry in stored.get("reviewed", {}).values():
        need(isinstance(entry, dict) and type(entry.get("wrong")) is int and type(entry.get("right")) is bool)
    copy.deepcopy(stored)  # nested too deeply to be worked with is damage, too


def _is_names(thing: object) -> bool:
    return type(thing) is list and all(type(name) is str for name in thing)


def _set_aside(path: Path) -> bool:
    """Move a damaged file out of the way, never over an older one; whether a new one may be begun."""
    for number in range(1, 1000):
        aside = path.with_name(f"{path.stem}.damaged{'' if number == 1 else f'.{number}'}{path.suffix}")
        if not os.path.lexists(aside):
            break
    try:
        os.rename(path, aside)
    except OSError:
        return False
    say(f"{path.name} could not be read: it is kept as {aside.name}, and a new one begins.")
    return True


def _write(path: Path, state: dict) -> None:
    """Replace the file in one step: whoever reads it sees the old one or the new one, never half of one."""
    content = json.dumps({**state, "version": VERSION}, indent=1, sort_keys=True) + "\n"
    handle, temporary = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".tmp", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a full disk says so here, before the old file is gone
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold off other notebooks while this one reads, changes and writes.

    A courtesy rather than a guarantee: where a lock file cannot be made, or another's does not go away, work
    goes on.
    """
    lock = path.with_name(f".{path.stem}.lock")
    held = False
    deadline = time.monotonic() + PATIENCE
    while not held and time.monotonic() < deadline:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            held = True
        except FileExistsError:
            with contextlib.suppress(OSError):
                if time.time() - os.path.getmtime(lock) > STALE:
                    os.unlink(lock)
                    continue
            time.sleep(0.005)
        except (OSError, ValueError):
            break
    try:
        yield
    finally:
        if held:
            with contextlib.suppress(OSError):
                os.unlink(lock)


def _joined(one: dict, other: dict) -> dict:
    """Both records in one: larger counts, later guesses; what was once measured, solved or met stays so."""
    state = copy.deepcopy(one)
    for id, entry in other["exercises"].items():
        mine = state["exercises"].setdefault(id, {})
        for field, value in entry.items():
            mine[field] = _joined_field(field, mine.get(field, value), value)
    for id, entry in other["predictions"].items():
        if "measured" not in state["predictions"].get(id, {}):
            state["predictions"][id] = dict(entry)
    if other.get("reviewed"):
        state["reviewed"] = state.get("reviewed", {}) | other["reviewed"]
    return state


def _joined_field(field: str, one: object, other: object) -> object:
    if field == "solved_after":
        return min(one, other)
    if isinstance(other, list):
        return list(dict.fromkeys([*one, *other]))
    return max(one, other) if isinstance(other, (bool, int)) else other


def _say_once(path: Path, sentence: str) -> None:
    if (path, sentence) not in _said:
        _said.add((path, sentence))
        say(sentence)
