"""Time and memory, measured so that a busy machine changes little."""

import gc
import time
import tracemalloc


def shortest(*works, rounds=20):
    """Give the shortest time that each function took, in seconds.

    They take turns, so what slows the machine for a while slows all of them; and the shortest time is the one
    that was disturbed least.

    >>> one, two = shortest(lambda: sum(range(10)), lambda: sum(range(100_000)), rounds=5)
    >>> one < two
    True
    """
    seconds = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, seconds, strict=True):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
    return [min(times) for times in seconds]


def most_memory(run):
    """Count the most bytes that are held at a time in what `run` makes, as Python's `tracemalloc` sees them.

    NumPy reports its arrays there, PyTorch does not.

    >>> import numpy as np
    >>> 8_000_000 < most_memory(lambda: np.ones(1_000_000)) < 8_010_000
    True
    """
    gc.collect()
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
