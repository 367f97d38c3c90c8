"""What lesson 10 asks of PyTorch, and what it gave where it was recorded, for readers without it."""

import inspect
import os
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from pathlib import Path

from backprop_lib.exercises import lesson_10_workers
from backprop_lib.exercises.lesson_10_measuring import shortest

# All recorded with torch 2.13 on a CPU. The chain has 64 layers: segments -> results held at the most.
RECORDED_PEAKS = {None: 65, 2: 34, 4: 20, 8: 16, 16: 20, 32: 34, 64: 65}

RECORDED_WORKERS = """\
samples                        6 + 6           9 + 3
mean of the means              equal   off by 0.2414
weighted mean                  equal           equal
DDP                            equal   off by 0.2414
DDP, weighted loss             equal           equal"""

RECORDED_TIMES = 2.9  # how many forward passes forward and backward take; on every machine another number

LIMIT = 110.0  # seconds for all workers together


# --- time ---------------------------------------------------------------------------------------------------


def times_as_long(width=512, samples=32):
    """Measure how many forward passes a forward and a backward pass take, in three layers of this width."""
    try:
        import torch
    except ImportError:
        return RECORDED_TIMES
    one, two, three = (torch.nn.Linear(width, n) for n in (width, width, 1))
    model = torch.nn.Sequential(one, torch.nn.Tanh(), two, torch.nn.Tanh(), three)
    X = torch.ones(samples, width)

    def forward():
        with torch.no_grad():
            model(X).mean()

    def both():
        model.zero_grad()
        model(X).mean().backward()

    once, twice = shortest(forward, both)
    return twice / once


# --- memory -------------------------------------------------------------------------------------------------


def peak_in_pytorch(run):
    """Count the most bytes that PyTorch holds at a time in what is computed while `run` runs.

    Every operation is watched, and every result until its memory is let go.
    """
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    held, peak = {}, 0

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
            nonlocal peak
            result = operation(*args, **(kwargs or {}))
            for tensor in result if isinstance(result, tuple | list) else [result]:
                if isinstance(tensor, torch.Tensor):
                    memory = tensor.untyped_storage()
                    if memory._cdata not in held:
                        held[memory._cdata] = memory.nbytes()
                        weakref.finalize(memory, held.pop, memory._cdata, None)
            peak = max(peak, sum(held.values()))
            return result

    with Watch():
        run()
    return peak


# --- workers ------------------------------------------------------------------------------------------------


def source_of(function):
    """Give the source of a function, without the imports that keep PyTorch out until it is called."""
    lines = inspect.getsource(function).splitlines()
    return "\n".join(line for line in lines if line and not line.strip().startswith("import ")) + "\n"


class NoWorkers(RuntimeError):
    """The workers cannot run here; the message says why."""


def run_workers(count=2):
    """Start `count` workers of `lesson_10_workers` on this machine. Returns: what the first one printed.

    They meet in a file and talk over the loopback, so nothing leaves the machine. None is left behind.
    Without PyTorch it gives what two of them printed when that was recorded. So it does where they cannot
    run, after a sentence that says why.
    """
    try:
        from torch import distributed
    except ImportError:
        return RECORDED_WORKERS
    try:
        if not (distributed.is_available() and distributed.is_gloo_available()):
            raise NoWorkers("this PyTorch was built without gloo, through which they would talk")
        return _first_words(count, time.monotonic() + LIMIT)
    except NoWorkers as problem:
        return f"Recorded, as the workers cannot run here: {problem}.\n{RECORDED_WORKERS}"


def _first_words(count, end):
    with tempfile.TemporaryDirectory(prefix="backprop-", ignore_cleanup_errors=True) as name:
        folder, workers = Path(name), []
        try:
            for rank in range(count):
                workers.append(_start(rank, count, folder))
            _wait(workers, end)
        finally:
            late = [worker.poll() is None for worker in workers]
            for worker in workers:
                worker.kill()  # does nothing to one that has ended
                worker.wait()
        failed = [rank for rank, worker in enumerate(workers) if worker.returncode and not late[rank]]
        if failed:
            last = (folder / f"wrong-{failed[0]}").read_text().splitlines() or ["it said nothing"]
            raise NoWorkers(f"worker {failed[0]} failed, {last[-1]}")
        if any(late):
            raise NoWorkers(f"they took longer than {LIMIT:.0f} s")
        return (folder / "said-0").read_text().rstrip()


def _start(rank, count, folder):
    environment = os.environ | {
        "RANK": str(rank),
        "WORLD_SIZE": str(count),
        "MEETING": (folder / "meeting").as_uri(),
        "OMP_NUM_THREADS": "1",
    }
    loopback = [name for _, name in _interfaces() if name in ("lo", "lo0")]
    if loopback:  # elsewhere gloo looks up this machine's own name, which not every network knows
        environment["GLOO_SOCKET_IFNAME"] = loopback[0]
    with open(folder / f"said-{rank}", "w") as said, open(folder / f"wrong-{rank}", "w") as wrong:
        return subprocess.Popen(
            [sys.executable, "-m", lesson_10_workers.__name__],
            cwd=Path(__file__).parents[2],
            env=environment,
            stdout=said,
            stderr=wrong,
            stdin=subprocess.DEVNULL,
        )


def _interfaces():
    return socket.if_nameindex() if hasattr(socket, "if_nameindex") else []


def _wait(workers, end):
    """Wait until all have ended, one has failed, or the time is up."""
    while time.monotonic() < end:
        codes = [worker.poll() for worker in workers]
        if any(codes) or None not in codes:
            return
        time.sleep(0.05)
