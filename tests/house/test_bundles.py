"""The explorables' bundles: committed as the sources give them, and calling nobody."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "backprop_lib/explorables/static"
BUNDLES = sorted(STATIC.iterdir())
SCRIPTS = [path for path in BUNDLES if path.suffix == ".js"]
SHEETS = [path for path in BUNDLES if path.suffix == ".css"]
CODE = [path for path in BUNDLES if path.suffix != ".txt"]


@pytest.mark.needs("node")
def test_building_again_gives_the_committed_bytes(tmp_path):
    assert (ROOT / "js/node_modules").is_dir(), "`make explorables` installs what the bundles are built with"
    done = subprocess.run(
        ["node", "js/build.mjs", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name for path in BUNDLES]
    stale = [path.name for path in BUNDLES if (tmp_path / path.name).read_bytes() != path.read_bytes()]
    assert stale == [], f"{stale} are older than js/: run `make explorables`"


def test_every_bundled_package_keeps_its_licence():
    licences = (STATIC / "licences.txt").read_text(encoding="utf-8")
    for name in json.loads((ROOT / "js/package.json").read_text())["dependencies"]:
        assert f"{name} " in licences
    assert "Mike Bostock" in licences and "Apache License" in licences


def test_each_explorable_has_its_bundle_and_sheets_belong_to_one():
    sources = {path.parent.name for path in (ROOT / "js").glob("*/index.js")}
    assert {path.stem for path in SCRIPTS} == sources
    assert {path.stem for path in SHEETS} <= sources | {"explorables"}


# What could reach another machine. A namespace (http://www.w3.org/2000/svg) is a name, not an address.
CALLS = re.compile(
    r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|Worker|RTCPeerConnection)\b"
    r"|\bimport\s*\(|\bfrom\s*['\"]|\beval\b|new Function|@import|url\(\s*['\"]?(?!#|data:)"
)
ADDRESS = re.compile(r"(?:https?:|wss?:)?//(?!www\.w3\.org/)[\w-]+(?:\.[\w-]+)+")


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_a_bundle_reaches_no_other_machine(path):
    code = without_comments(path.read_text(encoding="utf-8"))
    assert [match.group() for match in CALLS.finditer(code)] == []
    assert ADDRESS.findall(code) == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_a_bundle_is_small(path):
    assert path.stat().st_size < 200_000


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_every_selector_of_a_sheet_stays_within_an_explorable(path):
    """The page is not ours: a rule without the prefix would change the notebook around us."""
    sheet = re.sub(r"@(media|container)[^{]*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}", r"\2", path.read_text())
    sheet = re.sub(r"@keyframes\s+bp-[^{]*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}", "", sheet)
    selectors = re.findall(r"([^{}]+)\{", without_comments(sheet))
    assert selectors
    assert [one for one in selectors if ".backprop-explorable" not in one] == []


def test_the_lock_file_pins_every_package_and_holds_no_address():
    packages = json.loads((ROOT / "js/package-lock.json").read_text())["packages"]
    entries = {name: entry for name, entry in packages.items() if name}
    assert entries
    assert [name for name, entry in entries.items() if "version" not in entry] == []
    assert [name for name, entry in entries.items() if "resolved" in entry] == []
    assert [name for name, entry in entries.items() if "integrity" not in entry] == []
