"""Make .venv and install the course into it: `python tools/environment.py lab` (or `test`).

`lab` is what a learner needs; `test` adds what the project's own commands need. Run again, it returns at once
unless something changed. Standard library only, because this runs before anything is installed.
"""

import ast
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Exists only while an installation runs: found at the start, it means that the last one was interrupted.
UNFINISHED = VENV / "unfinished"

COVERED_BY = {"lab": ("lab", "test"), "test": ("test",)}  # `test` installs all that `lab` does
PYTORCH_CPU = "https://download.pytorch.org/whl/cpu"
NO_TORCH = (
    "PyTorch could not be installed here; the course runs without it, comparison cells show recorded values."
    " (To try again: make clean, then this command.)"
)


class Failed(Exception):
    """One sentence for the reader, in place of a traceback."""


# Decisions, tested without installing anything


def too_old(version):
    """The sentence for a Python below 3.11, else None."""
    if tuple(version[:2]) >= (3, 11):
        return None
    return "The course needs Python 3.11 or later, not {}.{}. If you have one: make PYTHON=python3.12".format(
        *version
    )


def fingerprint(extra, pyproject, version, root):
    """What an installation depends on; when it changes, install again."""
    parts = [extra.encode(), pyproject, ".".join(map(str, version[:3])).encode(), str(root).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def state(extra, stamps, wanted):
    """What the stamps in .venv say of an extra: "complete", "without torch", or None for "install it".

    `stamps` and `wanted` hold, for each extra, what its stamp says and the fingerprint it should begin with.
    """
    for name in COVERED_BY[extra]:
        found, _, result = stamps.get(name, "").partition(" ")
        if found == wanted[name]:
            return result
    return None


def pip_settings(listing):
    """The settings that `pip config list` prints, by name without the section; the environment's win."""
    settings = {}
    for line in sorted(listing.splitlines(), key=lambda line: line.startswith(":env:")):
        name, equals, value = line.partition("=")
        if equals:
            settings[name.split(".")[-1]] = str(ast.literal_eval(value)).split()
    return settings


def existing_folders(links):
    """Those of pip's find-links that are folders on this machine: uv stops at one that is missing."""
    folders = [url2pathname(urlparse(link).path) if link.startswith("file:") else link for link in links]
    return [folder for folder in folders if Path(folder).is_dir()]


def has_torch(folders, version):
    """Whether a folder holds a torch wheel for this Python."""
    pattern = "torch-*-cp{}{}-*.whl".format(*version)
    return any(any(Path(folder).glob(pattern)) for folder in folders)


def uv_variables(settings, version):
    """What uv must be told of pip's settings, which it does not read."""
    variables = {}
    folders = existing_folders(settings.get("find-links", []))
    if folders:
        variables["UV_FIND_LINKS"] = ",".join(folders)
    if has_torch(folders, version):
        variables["UV_NO_SOURCES"] = "1"  # else uv would ask PyTorch's index, which pyproject.toml names
    if settings.get("index-url"):
        variables["UV_DEFAULT_INDEX"] = settings["index-url"][0]
    return variables


def pip_torch_arguments(requirement, settings, version, platform):
    """What to tell pip about torch.

    PyTorch's index stands alone rather than beside the usual one: were it unreachable, pip would quietly take
    the build for graphics cards, several GB, from the other.
    """
    here = has_torch(existing_folders(settings.get("find-links", [])), version)
    index = [] if here or platform == "darwin" else ["--index-url", PYTORCH_CPU]
    return [requirement, *index]


# Doing it


def run(*command, **variables):
    """Whether the command succeeded; what it prints is shown."""
    print("+", shlex.join(map(str, command)), flush=True)
    return subprocess.run(list(map(str, command)), cwd=ROOT, env=os.environ | variables).returncode == 0


def pip(*arguments):
    return run(VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", *arguments)


def usable():
    """Whether .venv belongs to this Python and this folder, and was not left half made."""
    try:
        lines = (VENV / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return False
    settings = {name.strip(): value.strip() for name, _, value in (line.partition("=") for line in lines)}
    return (
        not UNFINISHED.exists()
        and VENV_PYTHON.exists()
        and settings.get("version", "").split(".")[:2] == [str(part) for part in sys.version_info[:2]]
        and settings.get("command", str(VENV)).endswith(str(VENV))
    )


def make_venv():
    if run(sys.executable, "-m", "venv", "--clear", VENV):
        return
    if VENV.exists():
        shutil.rmtree(VENV)
    raise Failed("Python could not make .venv. On Debian and Ubuntu, first run: apt install python3-venv")


def torch_requirement():
    import tomllib  # not at the top: Python 3.10 has none, and should reach its one sentence

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    return extras["torch"][0]


def install(extra):
    """Install everything; return whether torch is there."""
    listing = subprocess.run([VENV_PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True)
    settings = pip_settings(listing.stdout)

    # torch comes second, so that its failure takes nothing else with it.
    if pip("install", "--quiet", "uv"):
        uv = [VENV_PYTHON, "-m", "uv", "pip", "install", "--python", VENV_PYTHON, "--editable"]
        variables = uv_variables(settings, sys.version_info)
        if run(*uv, f".[{extra}]", **variables):
            return run(*uv, f".[{extra},torch]", **variables)
    print("uv did not do it, so pip will; this takes a minute or two.", flush=True)
    if not pip("install", "--editable", f".[{extra}]"):
        raise Failed("The course could not be installed; the lines above say why.")
    return pip("install", *pip_torch_arguments(torch_requirement(), settings, sys.version_info, sys.platform))


def main(extra):
    if sentence := too_old(sys.version_info):
        raise Failed(sentence)
    pyproject = (ROOT / "pyproject.toml").read_bytes()
    wanted = {name: fingerprint(name, pyproject, sys.version_info, ROOT) for name in COVERED_BY}
    files = {name: VENV / f"installed-{name}" for name in COVERED_BY}

    if not usable():
        make_venv()
    result = state(extra, {name: file.read_text() for name, file in files.items() if file.exists()}, wanted)
    if result is None:
        UNFINISHED.touch()
        result = "complete" if install(extra) else "without torch"
        UNFINISHED.unlink()
        files[extra].write_text(f"{wanted[extra]} {result}")  # last, so that it never promises too much
    if result == "without torch":
        print(NO_TORCH)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COVERED_BY:
        sys.exit(__doc__)
    try:
        main(sys.argv[1])
    except Failed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command starts again.")
