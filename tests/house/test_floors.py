"""The floors of the package, and what importing it loads."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ["IPython", "anywidget", "ipywidgets", "matplotlib", "torch", "tqdm"]


def test_modules_import_only_from_the_floors_below():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("floor", ["", ".nn", ".training", ".pictures"])
def test_importing_the_package_loads_numpy_at_most(floor):
    code = f"import sys, backprop_lib{floor}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize("module", ["graph", "scalar"])
def test_the_scalar_engine_works_without_numpy(module):
    # The packages around it offer the batched engine, too: they are replaced by empty ones.
    code = f"""
import sys, types
sys.modules["numpy"] = None
for name in ("backprop_lib", "backprop_lib.engine"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [name.replace(".", "/")]
import backprop_lib.engine.{module}
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
