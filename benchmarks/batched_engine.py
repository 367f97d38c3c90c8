"""One training step of six networks: our batched engine against NumPy by hand and three other libraries.

    python benchmarks/batched_engine.py

One thread, unless OMP_NUM_THREADS says otherwise. All libraries take turns within one run, and the table
gives medians of the ratios round by round, so that a busy machine slows all of them alike. Every library
starts from the same weights, and the script stops when their losses part.
"""

import gc
import os
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

# Read by NumPy's and PyTorch's libraries as they load.
os.environ["OMP_NUM_THREADS"] = os.environ.get("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from one_step import by_hand, hips_autograd, my_grad, ours, torch_eager
from one_step.case import CASES

LEAST_SECONDS, LEAST_ROUNDS = 1.0, 9
IMPORTS, ROUNDS_OF_IMPORTS = ["import numpy", "import backprop_lib"], 15
ROOT = Path(__file__).resolve().parent.parent
OTHERS = [by_hand, torch_eager, my_grad, hips_autograd]


def seconds_of_steps(case):
    """Time every library in turn. Returns: {library: [seconds of one step, round by round]}."""
    libraries = [ours, *OTHERS]
    steps = {library: library.make(case) for library in libraries}
    rough = 1e-8 if case.dtype == "float64" else 1e-4
    for _ in range(3):  # warm up, and see that all compute the same
        losses = [float(step()) for step in steps.values()]
        assert max(losses) - min(losses) < rough * abs(losses[0]), f"{case.name}: losses part: {losses}"

    seconds = {library: [] for library in libraries}
    begin = time.perf_counter()
    while time.perf_counter() - begin < LEAST_SECONDS or len(seconds[ours]) < LEAST_ROUNDS:
        for library, step in steps.items():
            gc.collect()
            start = time.perf_counter()
            for _ in range(case.steps):
                step()
            seconds[library].append((time.perf_counter() - start) / case.steps)
    return seconds


def median_ratio(one, other):
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def compare_speed():
    print("How many times as long the others take as backprop_lib (by hand: how long we take in its times)")
    print(f"{'network':18} {'batch':>5} {'dtype':8} {'µs a step':>10} {'ours/hand':>9}", end=" ")
    print(" ".join(f"{library.NAME:>13}" for library in OTHERS[1:]))
    to_hand = []
    for case in CASES:
        for dtype in ("float64", "float32"):
            seconds = seconds_of_steps(replace(case, dtype=dtype))
            to_hand.append(median_ratio(seconds[ours], seconds[by_hand]))
            others = [median_ratio(seconds[library], seconds[ours]) for library in OTHERS[1:]]
            print(
                f"{case.name:18} {case.batch:5} {dtype:8} {1e6 * statistics.median(seconds[ours]):10.1f} "
                f"{to_hand[-1]:8.2f}× " + " ".join(f"{ratio:12.2f}×" for ratio in others),
                flush=True,
            )
    print(f"{'geometric mean':18} {'':26} {statistics.geometric_mean(to_hand):8.2f}×")


def compare_memory():
    """Peak of what NumPy allocates in one step beyond what was there before it."""
    print("\nPeak memory of a step, MiB")
    print(f"{'network':18} {'dtype':8} {'by hand':>9} {'ours':>9} {'ratio':>6}")
    for case in CASES[3:]:
        peaks = []
        for library in (by_hand, ours):
            step = library.make(case)
            step()
            gc.collect()
            tracemalloc.start()
            step()
            peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
            tracemalloc.stop()
        print(f"{case.name:18} {case.dtype:8} {peaks[0]:9.2f} {peaks[1]:9.2f} {peaks[1] / peaks[0]:6.2f}")


def compare_imports():
    """A fresh interpreter each time; the interpreter's own start is taken off."""
    seconds = {code: [] for code in ["pass", *IMPORTS]}
    for _ in range(ROUNDS_OF_IMPORTS):
        for code, times in seconds.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
            times.append(time.perf_counter() - start)
    bare, numpy, whole = map(min, seconds.values())
    print(
        f"\nimport numpy {1e3 * (numpy - bare):.0f} ms, import backprop_lib {1e3 * (whole - bare):.0f} ms:",
        end=" ",
    )
    print(f"{(whole - bare) / (numpy - bare):.2f}×")


if __name__ == "__main__":
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, PyTorch {torch.__version__}, "
        f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} used\n"
    )
    compare_speed()
    compare_memory()
    compare_imports()
