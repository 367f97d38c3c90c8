"""tools/environment.py: what it decides, without installing anything."""

import subprocess
import sys
import venv

import pytest

from tools import environment

ROOT = environment.ROOT
V = (3, 11, 7)


@pytest.mark.parametrize(
    ("version", "sentence"), [((3, 10, 1), True), ((3, 11), False), ((3, 14, 0), False), ((4, 0), False)]
)
def test_python_below_3_11_gets_one_sentence(version, sentence):
    assert bool(environment.too_old(version)) is sentence


def test_the_sentence_names_both_versions():
    assert environment.too_old((3, 10, 1)) == (
        "The course needs Python 3.11 or later, not 3.10. If you have one: make PYTHON=python3.12"
    )


def test_fingerprint_changes_with_everything_that_an_installation_depends_on():
    base = ("lab", b"[project]", V, ROOT)
    others = [
        ("test", b"[project]", V, ROOT),
        ("lab", b"[project] ", V, ROOT),
        ("lab", b"[project]", (3, 11, 8), ROOT),
        ("lab", b"[project]", V, ROOT.parent),  # a moved folder: the scripts in .venv name the old one
    ]
    prints = {environment.fingerprint(*case) for case in [base, *others]}
    assert len(prints) == 5
    assert environment.fingerprint(*base) == environment.fingerprint(*base)


WANTED = {"lab": "aaa", "test": "bbb"}


@pytest.mark.parametrize(
    ("extra", "stamps", "expected"),
    [
        ("lab", {}, None),
        ("lab", {"lab": ""}, None),
        ("lab", {"lab": "old complete"}, None),
        ("lab", {"lab": "aaa complete"}, "complete"),
        ("lab", {"lab": "aaa without torch"}, "without torch"),
        ("lab", {"test": "bbb complete"}, "complete"),  # `test` installs all that `lab` does
        ("lab", {"lab": "old complete", "test": "bbb complete"}, "complete"),
        ("test", {"lab": "aaa complete"}, None),
        ("test", {"test": "bbb complete"}, "complete"),
    ],
)
def test_state(extra, stamps, expected):
    assert environment.state(extra, stamps, WANTED) == expected


def test_pip_settings_come_from_its_listing_and_the_environment_wins():
    listing = ":env:.find-links='/env'\nglobal.find-links='/a\\n/b'\nglobal.index-url='https://example.org/simple'\n"
    assert environment.pip_settings(listing) == {
        "find-links": ["/env"],
        "index-url": ["https://example.org/simple"],
    }
    assert environment.pip_settings("") == {}


@pytest.fixture
def wheels(tmp_path):
    (tmp_path / "torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl").touch()
    return str(tmp_path)


def test_uv_is_told_of_existing_folders_only(wheels):
    links = [wheels, wheels + "/missing", "https://example.org/wheels"]
    assert environment.existing_folders([*links, f"file://{wheels}"]) == [wheels, wheels]
    told = environment.uv_variables({"find-links": links}, V)
    assert told == {"UV_FIND_LINKS": wheels, "UV_NO_SOURCES": "1"}


def test_uv_keeps_to_pytorchs_index_where_no_folder_has_torch_for_this_python(wheels):
    assert environment.uv_variables({"find-links": [wheels]}, (3, 12, 1)) == {"UV_FIND_LINKS": wheels}
    assert environment.uv_variables({}, V) == {}


def test_uv_takes_pips_index():
    assert environment.uv_variables({"index-url": ["https://example.org"]}, V) == {
        "UV_DEFAULT_INDEX": "https://example.org"
    }


def test_pip_asks_pytorchs_index_only_where_it_must(wheels):
    index = ["torch>=2.6", "--index-url", environment.PYTORCH_CPU]
    settings = {"find-links": [wheels]}
    assert environment.pip_torch_arguments("torch>=2.6", {}, V, "linux") == index
    assert environment.pip_torch_arguments("torch>=2.6", {}, V, "win32") == index
    assert environment.pip_torch_arguments("torch>=2.6", {}, V, "darwin") == ["torch>=2.6"]
    assert environment.pip_torch_arguments("torch>=2.6", settings, V, "linux") == ["torch>=2.6"]
    assert environment.pip_torch_arguments("torch>=2.6", settings, (3, 12), "linux") == index


def test_pyproject_names_the_same_index_and_bounds_torch():
    import tomllib

    uv = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]
    assert [index["url"] for index in uv["index"]] == [environment.PYTORCH_CPU]
    assert environment.torch_requirement().startswith("torch>=")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """.venv in an empty folder."""
    home = tmp_path / ".venv"
    monkeypatch.setattr(environment, "VENV", home)
    monkeypatch.setattr(
        environment, "VENV_PYTHON", home / environment.VENV_PYTHON.relative_to(ROOT / ".venv")
    )
    monkeypatch.setattr(environment, "UNFINISHED", home / "unfinished")
    return home


def test_an_environment_is_usable_unless_missing_interrupted_or_of_another_python(folder):
    assert not environment.usable()
    venv.create(folder, with_pip=False)
    assert environment.usable()

    environment.UNFINISHED.touch()
    assert not environment.usable()
    environment.UNFINISHED.unlink()

    config = folder / "pyvenv.cfg"
    text = config.read_text()
    config.write_text(text.replace("version = 3.", "version = 2."))
    assert not environment.usable()
    config.write_text(text + "command = python -m venv /elsewhere/.venv\n")
    assert not environment.usable()
    config.write_text(text)
    environment.VENV_PYTHON.unlink()
    assert not environment.usable()


def test_a_failed_venv_leaves_nothing_behind_and_says_what_to_install(folder, monkeypatch):
    def half(*command, **variables):
        folder.mkdir()
        return False

    monkeypatch.setattr(environment, "run", half)
    with pytest.raises(environment.Failed, match="apt install python3-venv"):
        environment.make_venv()
    assert not folder.exists()


def test_an_interrupted_installation_is_not_believed_complete(folder, monkeypatch):
    def interrupted(extra):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "make_venv", lambda: venv.create(folder, with_pip=False))
    monkeypatch.setattr(environment, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        environment.main("lab")
    assert not environment.usable()
    assert not list(folder.glob("installed-*"))


def test_a_finished_installation_is_left_alone(folder, monkeypatch, capsys):
    installed = []
    monkeypatch.setattr(environment, "make_venv", lambda: venv.create(folder, with_pip=False))
    monkeypatch.setattr(environment, "install", installed.append)  # returns None: no torch
    environment.main("test")
    environment.main("test")
    environment.main("lab")
    assert installed == ["test"]
    assert capsys.readouterr().out.splitlines() == [environment.NO_TORCH] * 3


def test_it_runs_on_the_standard_library_alone():
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "tools/environment.py")], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "python tools/environment.py lab" in done.stderr
