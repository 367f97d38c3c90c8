"""What Binder reads, checked without a container."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "torch": "pytorch-cpu"}  # without Qt, without CUDA


def conda_packages():
    text = (ROOT / "environment.yml").read_text()
    return re.findall(r"^  - ([\w-]+)", text.split("dependencies:")[1], flags=re.MULTILINE)


def test_the_two_environment_files_are_one():
    assert (ROOT / "binder/environment.yml").read_bytes() == (ROOT / "environment.yml").read_bytes()


def test_conda_installs_all_that_the_course_needs():
    extras = PROJECT["optional-dependencies"]
    wanted = [
        re.match(r"[\w-]+", requirement).group()
        for requirement in [*PROJECT["dependencies"], *extras["lab"], *extras["torch"]]
    ]
    missing = {CONDA_NAMES.get(name, name) for name in wanted} - set(conda_packages())
    assert not missing
    assert "hatchling" in conda_packages()  # postBuild builds with it


def test_conda_does_not_install_the_course_itself():
    """That would rebuild all packages at every change; postBuild does it."""
    assert "-e ." not in (ROOT / "environment.yml").read_text()
    assert "pip install --no-deps" in (ROOT / "binder/postBuild").read_text()


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_binders_scripts_can_be_run(name):
    assert os.access(ROOT / "binder" / name, os.X_OK)
    assert subprocess.run(["bash", "-n", ROOT / "binder" / name]).returncode == 0


def test_start_passes_its_arguments_on_with_one_thread():
    code = "import os, sys; print(os.environ['OMP_NUM_THREADS'], sys.argv[1:])"
    done = subprocess.run(
        [ROOT / "binder/start", sys.executable, "-c", code, "two words", "x"], capture_output=True, text=True
    )
    assert done.stdout == "1 ['two words', 'x']\n"


@pytest.mark.needs("repo2docker")
def test_binders_dockerfile(tmp_path):
    """repo2docker prints it, with neither a daemon nor the network."""
    # A copy of what Binder reads: in a checkout it would also walk .venv and node_modules.
    for name in ("binder/environment.yml", "binder/postBuild", "binder/start"):
        copy = tmp_path / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
        copy.chmod(0o755)
    command = Path(sys.executable).with_name("jupyter-repo2docker")
    done = subprocess.run(
        [command, "--no-build", "--no-run", "--debug", tmp_path],
        capture_output=True,
        text=True,
    )
    dockerfile = done.stdout + done.stderr
    assert done.returncode == 0, dockerfile
    assert "conda environment for python=3.12" in dockerfile, dockerfile
    assert re.search(r"^RUN \./binder/postBuild", dockerfile, re.MULTILINE)
    assert re.search(r'^ENV R2D_ENTRYPOINT="?.*/binder/start"?$', dockerfile, re.MULTILINE)
    assert re.search(r'COPY .*"?binder/environment\.yml', dockerfile)
