"""PyTorch where it is installed, and what it gave where it is not, for lesson 07."""

import functools
import time
import warnings
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np

# The gradients of w1, w2 and b in the two neurons of lesson 01.
_TWO_NEURONS = (0.11645520653552499, -0.21650663914524382, -0.2961549805639032)

# The norms of the weights' gradients in the deep network of sigmoid layers.
_DEEP = {
    "0.weight": 0.000892466,
    "2.weight": 0.002458836,
    "4.weight": 0.009438279,
    "6.weight": 0.04101309,
    "8.weight": 0.1619451,
    "10.weight": 0.6814013,
    "12.weight": 3.011846,
    "14.weight": 12.21932,
}


def _with_gradients(norms):
    """Make something with parameters whose gradients have these norms."""
    pairs = [(name, SimpleNamespace(grad=np.array([norm]))) for name, norm in norms.items()]
    return SimpleNamespace(named_parameters=lambda: pairs)


# What the lesson's functions return: (name, *arguments) -> result, recorded with torch 2.13 on a CPU. A test
# holds each against the torch that is installed.
RECORDED = {
    ("neuron",): 0.7071066904050358,
    ("bias",): (6.881373405456543, 6.881373405456543, 6.881373587019543),
    ("two_neurons",): _TWO_NEURONS,
    ("inside", False): None,
    ("inside", True): 0.2961549805639032,
    ("own_rule",): _TWO_NEURONS,
    ("check_the_rule",): True,
    ("layers",): _TWO_NEURONS,
    ("added", (0, 32)): 0.16461240808518968,
    ("added", (0, 16), (16, 32)): 0.32922481617037946,
    ("added", (0, 32), (0, 32), (0, 32)): 0.49383722425556903,
    ("twice", False): "Trying to backward through the graph a second time",
    ("twice", True): 52.0,
    ("tampered", "data"): "wrong",
    ("tampered", "detach"): "error",
    ("regression",): (1.2369099852396106, 1.0920212655374182, 1.0197110695394915),
    ("bytes_kept", "training"): 1_280_000,
    ("bytes_kept", "eval"): 1_280_000,
    ("bytes_kept", "no_grad"): 0,
    ("after_backward",): _with_gradients(_DEEP),
    ("times_as_long",): 3.3,
}


def torch_or_none():
    """Give PyTorch, or None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None
    return torch


def in_pytorch(function):
    """Run a function where PyTorch is installed; elsewhere return what it returned when it was recorded.

    PyTorch's warning to whoever reads the `.grad` of a tensor that keeps none is silenced: the lesson asks.

    Raises: LookupError without PyTorch, for a function or arguments that were not recorded.

    >>> @in_pytorch
    ... def two_neurons():
    ...     w1, w2, b = (torch.tensor(n, requires_grad=True) for n in (0.5, -1.0, 0.0))
    """

    @functools.wraps(function)
    def run(*arguments):
        if torch_or_none():
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", r"The \.grad attribute of a Tensor that is not a leaf")
                return function(*arguments)
        key = (function.__name__, *arguments)
        if key not in RECORDED:
            raise LookupError(f"PyTorch is not installed here, and {function.__name__} was not recorded")
        return RECORDED[key]

    return run


@contextmanager
def as_it_starts():
    """Give PyTorch the dtype that it makes when it starts, for a while: the lesson asks which one that is."""
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def times_as_long(make_network, repeats=20):
    """Measure how many times as long forward and backward take as a forward pass under `no_grad`.

    make_network: makes a torch module for rows of 100 numbers; it gets 100 rows. The shortest repeat counts.
    """
    torch = torch_or_none()
    if torch is None:
        return RECORDED["times_as_long",]
    model, rows = make_network(), torch.zeros(100, 100)

    def training():
        model.zero_grad()
        model(rows).mean().backward()

    def inference():
        with torch.no_grad():
            model(rows)

    return _shortest(training, repeats) / _shortest(inference, repeats)


def _shortest(work, repeats):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
