"""The scalar engine against micrograd on micrograd's own demo, and its time for an operation as graphs grow.

All libraries take turns within one run, and the table gives medians of ratios, so that a busy machine slows
both sides alike. Before each timed block the garbage is collected; within it each library runs a few training
steps in a row, and so pays for the garbage it leaves (micrograd's closures form cycles).
"""

import gc
import math
import os
import platform
import random
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

import micrograd.engine
import micrograd.nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backprop_lib.engine import Value
from backprop_lib.nn import neurons
from tools.micrograd_demo import demo_loss, descend, moons, their_nn_on_our_value

POINTS, STEPS, ROUNDS = 100, 3, 7
CHAIN_LENGTHS = [10**4, 10**5, 10**6, 10**7]
MEMORY_FOR_THE_LONGEST = 8 * 2**30


def train(number, model, points, labels, keeps):
    """Some steps. The demo's loop `keeps` each loss until the next one is there; else its graph goes at once.

    A function of its own, so that no library's last graph lies in the others' way.
    """
    for _ in range(STEPS):
        loss = demo_loss(number, model, points, labels)[0]
        descend(model, loss, learning_rate=0.1)
        reached = loss.data
        if not keeps:
            del loss
    return reached


def compare_training(keeps):
    points, labels = moons(POINTS)
    contestants = {}
    for name, number, nn in [
        ("micrograd", micrograd.engine.Value, micrograd.nn),
        ("micrograd's nn on our Value", Value, their_nn_on_our_value()),
        ("our Value and Neuron", Value, neurons),
    ]:
        random.seed(1337)
        options = {"rng": random.Random(1337)} if nn is neurons else {}
        contestants[name] = number, nn.MLP(2, [16, 16, 1], **options)

    seconds = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        losses = []
        for name, (number, model) in contestants.items():
            gc.collect()
            start = time.perf_counter()
            loss = train(number, model, points, labels, keeps)
            seconds[name].append((time.perf_counter() - start) / STEPS)
            losses.append(loss)
        assert math.isclose(min(losses), max(losses), rel_tol=1e-8), "they no longer train alike"

    base = seconds["micrograd"]
    print(
        f"A step of micrograd's demo: MLP(2, [16, 16, 1]), {POINTS} points; {ROUNDS} rounds of {STEPS} "
        f"steps, each graph {'kept until the next' if keeps else 'let go at once'}"
    )
    print(f"{'':30} {'ms a step':>10} {'faster than micrograd':>22}  {'from .. to':>13}")
    for name, times in seconds.items():
        ratios = [b / t for b, t in zip(base, times, strict=True)]
        median, spread = statistics.median(ratios), f"{min(ratios):.1f} .. {max(ratios):.1f}"
        print(f"{name:30} {1e3 * statistics.median(times):10.1f} {median:21.1f}×  {spread:>13}")


def free_memory():
    """Bytes that a new graph may take, or None where the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except OSError:
        return None


def chain(length):
    """A chain of `length` operations, w·x and + b by turns, all numbers below 2."""
    w, b = Value(0.5), Value(1.0)
    node = Value(1.0)
    for _ in range(length // 2):
        node = w * node + b
    return node


def time_chain(length, repeats):
    """Seconds of the forward pass and of the backward pass, the fastest of a few."""
    forward, backward = [], []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        node = chain(length)
        middle = time.perf_counter()
        node.backward()
        forward.append(middle - start)
        backward.append(time.perf_counter() - middle)
        del node
    return min(forward), min(backward)


def measure_chains():
    lengths = list(CHAIN_LENGTHS)
    free = free_memory()
    if free is None or free < MEMORY_FOR_THE_LONGEST:
        print(f"(without {lengths.pop():,} operations: that needs 8 GB of free memory)")
    print("A chain of operations, from its end backward: µs for each operation")
    print(f"{'operations':>12} {'forward':>9} {'backward':>9} {'backward, to the fastest':>25}")
    rows = [(length, *time_chain(length, repeats=max(1, min(20, 10**6 // length * 2)))) for length in lengths]
    best = min(backward / length for length, _, backward in rows)
    for length, forward, backward in rows:
        print(
            f"{length:12,} {1e6 * forward / length:9.3f} {1e6 * backward / length:9.3f} "
            f"{backward / length / best:24.2f}×"
        )


if __name__ == "__main__":
    print(
        f"Python {platform.python_version()}, micrograd {version('micrograd')}, "
        f"{platform.machine()}, {os.cpu_count()} cores\n"
    )
    compare_training(keeps=False)
    print()
    compare_training(keeps=True)
    print()
    measure_chains()
