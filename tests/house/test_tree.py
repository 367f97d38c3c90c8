"""What every file of the project must keep to, and what the README promises."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()

# Put together here, so that this file does not contain what it looks for.
MACHINE_PATHS = re.compile(
    "|".join(["/" + "work/", "/" + "root/", "/" + "home/[a-z]", "/" + "Users/[a-z]", "/opt/" + "wheels"])
)
REGISTRIES = re.compile(
    "|".join([r"registry\." + r"[a-z]+\.", r"pypi\." + "org", "python" + "hosted", "/" + "simple/"])
)


def tracked(*patterns):
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def hits(pattern, path):
    try:
        text = path.read_text()
    except UnicodeDecodeError:  # a picture
        return []
    lines = enumerate(text.splitlines(), 1)
    return [f"{path.relative_to(ROOT)}:{n}: {m.group()}" for n, line in lines if (m := pattern.search(line))]


def test_no_file_names_a_folder_of_somebodys_machine():
    assert [hit for path in tracked() for hit in hits(MACHINE_PATHS, path)] == []


def test_no_file_names_a_package_registry():
    assert [hit for path in tracked() for hit in hits(REGISTRIES, path)] == []


def test_lock_files_hold_no_addresses():
    for path in tracked("*package-lock.json"):
        packages = json.loads(path.read_text())["packages"]
        assert [name for name, entry in packages.items() if "://" in entry.get("resolved", "")] == []


def test_the_readmes_commands_are_in_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text()
        commands = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert commands, name
        assert commands <= targets, name


def test_make_alone_lists_every_command():
    listing = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True)
    assert listing.returncode == 0, listing.stderr
    listed = re.findall(r"^  make ([a-z]+) +\S", listing.stdout, re.MULTILINE)
    assert listed == ["lab", "test", "notebooks", "explorables", "bench", "format", "clean"]


def test_the_course_table_links_each_notebook():
    rows = re.findall(r"^\| (\d\d) \| (.+?) \| .+\? \|$", README, re.MULTILINE)
    assert [number for number, _ in rows] == [f"{n:02}" for n in range(13)]
    linked = {link for _, name in rows for link in re.findall(r"\]\((notebooks/.+?)\)", name)}
    there = {path.relative_to(ROOT).as_posix() for path in tracked("notebooks/*.ipynb")}
    assert linked == there
    assert all("](" in name for _, name in rows)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []
