"""One of several workers: each has a shard of the batch, and all average their gradients, with PyTorch.

    torchrun --standalone --nproc-per-node=2 -m backprop_lib.exercises.lesson_10_workers

torchrun starts the workers, on one machine or on many, and tells each in its environment who it is (RANK),
how many there are (WORLD_SIZE), and where they meet (MASTER_ADDR, MASTER_PORT). The first one prints how far
the averaged gradients are from those of the full batch.
"""

import os
import sys
from datetime import timedelta

import numpy as np

PATIENCE = timedelta(seconds=60)  # for a worker that does not come, or does not answer
NEEDED = ("RANK", "WORLD_SIZE")
HOW = "torchrun --standalone --nproc-per-node=2 -m backprop_lib.exercises.lesson_10_workers"


def mean_of_means(model):
    import torch.distributed as dist

    for w in model.parameters():
        dist.all_reduce(w.grad)
        w.grad /= dist.get_world_size()


def weighted_mean(model, count):
    import torch
    import torch.distributed as dist

    total = torch.tensor(count, dtype=torch.float64)  # the samples of this worker
    dist.all_reduce(total)  # now it is the sum over all workers, the same in each
    for w in model.parameters():
        w.grad *= count / total
        dist.all_reduce(w.grad)


# --- the batch, its shards, the network ---------------------------------------------------------------------


def cut(workers, alike):
    """Say how many samples each worker has, six a worker: as many for all, or three for all but the first.

    >>> cut(2, alike=True), cut(2, alike=False)
    ([6, 6], [9, 3])
    """
    return [6] * workers if alike else [3 * workers + 3] + [3] * (workers - 1)


def batch(workers):
    """Draw the same full batch in each worker: X (samples, 4) and y (samples, 1)."""
    rng = np.random.default_rng(10)
    return rng.normal(size=(6 * workers, 4)), rng.normal(size=(6 * workers, 1))


def network():
    """Make the same network in each worker: 4, 3 and 1 units with tanh, in float64."""
    import torch

    rng = np.random.default_rng(11)
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)).double()
    for w in model.parameters():
        w.data = torch.tensor(rng.normal(size=w.shape))
    return model


def loss(model, X, y):
    return ((model(X) - y) ** 2).mean()


# --- four ways to average -----------------------------------------------------------------------------------


def by_hand(X, y, average):
    """Compute the gradients of this shard, let `average` change them, and give them as one array."""
    model = network()
    loss(model, X, y).backward()
    average(model)
    return _gradients(model)


def by_ddp(X, y, factor=1.0):
    """The same by DistributedDataParallel, which averages while `backward` is still on its way."""
    from torch.nn.parallel import DistributedDataParallel

    model = DistributedDataParallel(network())
    (factor * loss(model, X, y)).backward()
    return _gradients(model)


def _gradients(model):
    return np.concatenate([w.grad.numpy().ravel() for w in model.parameters()])


def compare(rank, workers, alike):
    """Average in each way. Returns: {way: distance from the full batch's gradient, over its length}."""
    import torch

    X, y = (torch.tensor(array) for array in batch(workers))
    counts = cut(workers, alike)
    begin, count = sum(counts[:rank]), counts[rank]
    shard = X[begin : begin + count], y[begin : begin + count]
    full = by_hand(X, y, average=lambda model: None)
    ways = {
        "mean of the means": by_hand(*shard, mean_of_means),
        "weighted mean": by_hand(*shard, lambda model: weighted_mean(model, count)),
        "DDP": by_ddp(*shard),
        "DDP, weighted loss": by_ddp(*shard, factor=workers * count / len(X)),
    }
    return {way: np.linalg.norm(found - full) / np.linalg.norm(full) for way, found in ways.items()}


def table(workers, alike, unlike):
    """Write the comparison, one line for each way."""
    heads = [" + ".join(map(str, cut(workers, which))) for which in (True, False)]
    lines = [f"{'samples':20}" + "".join(f"{head:>16}" for head in heads)]
    for way in alike:
        found = (
            "equal" if distances[way] < 1e-12 else f"off by {distances[way]:.4f}"
            for distances in (alike, unlike)
        )
        lines.append(f"{way:20}" + "".join(f"{one:>16}" for one in found))
    return "\n".join(lines)


def main():
    """Work as the environment says. Returns: the exit status."""
    missing = [name for name in NEEDED if name not in os.environ]
    if missing:
        print(
            f"{' and '.join(missing)} not set: a worker does not start alone. Try\n    {HOW}", file=sys.stderr
        )
        return 2
    import torch.distributed as dist

    rank, workers = (int(os.environ[name]) for name in NEEDED)
    meeting = os.environ.get("MEETING", "env://")  # or a file that all can see
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=workers, timeout=PATIENCE)
    try:
        alike, unlike = (compare(rank, workers, which) for which in (True, False))
        dist.barrier()  # nobody leaves while another still reads
    finally:
        dist.destroy_process_group()
    if rank == 0:
        print(table(workers, alike, unlike))
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Not sys.exit: now and then a thread of PyTorch's is still there when Python takes itself down, and it
    # aborts a process whose work is done.
    os._exit(status)
