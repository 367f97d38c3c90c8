"""One batch shared among workers: their averaged gradients, and their copies of the parameters."""

from itertools import pairwise

import traitlets

from backprop_lib.explorables.data_parallel import words
from backprop_lib.explorables.data_parallel.batch import (
    SAMPLES,
    draw_samples,
    mean_gradient,
    mean_of_means,
    run,
    shard_gradients,
    weighted_mean,
)
from backprop_lib.explorables.explorable import Explorable, browser_side

MOST_WORKERS = 4
MOST_STEPS = 20
SENDS = ("means", "sums")
STATE = ("workers", "borders", "sends", "steps", "together")


class DataParallel(Explorable):
    """A batch of 12 samples on 1 to 4 workers, each with a copy of w and b of the line w·x + b.

    workers: how many, 1 to 4; setting it makes equal shards.  borders: where one shard ends and the next
    begins, one number less than there are workers: [9] is 9 samples for worker 1 and 3 for worker 2.
    sends: "means", each worker sends its mean gradient and the all-reduce divides by the number of workers;
    or "sums", each sends the sum over its samples and the all-reduce divides by 12.
    steps: how many all of them have taken, 0 to 20, each of η = 0.2.  together: whether the all-reduce
    happens; if not, each worker steps along its own mean gradient.  samples: the batch, x and y.
    start: the first five as they were at first.
    """

    _esm, _css = browser_side("data_parallel")

    workers = traitlets.Int(2).tag(sync=True)
    borders = traitlets.List(trait=traitlets.Int()).tag(sync=True)
    sends = traitlets.Unicode("means").tag(sync=True)
    steps = traitlets.Int(0).tag(sync=True)
    together = traitlets.Bool(True).tag(sync=True)
    samples = traitlets.Dict(read_only=True).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, seed=0, workers=2, borders=None, **state):
        super().__init__(workers=workers, **state)
        self.set_trait("samples", draw_samples(seed))
        self.borders = equal_borders(workers) if borders is None else borders
        self.set_trait("start", {name: getattr(self, name) for name in STATE})

    # --- numbers --------------------------------------------------------------------------------------------

    @property
    def shards(self):
        """The number of samples of each worker."""
        return [last - first for first, last in pairwise([0, *self.borders, SAMPLES])]

    @property
    def taken(self):
        """The steps that were really taken: none where the all-reduce has no result."""
        return self._run().taken

    @property
    def copies(self):
        """(w, b) of each worker after the steps."""
        return self._run().copies

    @property
    def alone(self):
        """(w, b) of one machine with the whole batch after as many steps."""
        return self._run().alone

    @property
    def spread(self):
        """The largest difference between two copies, in w and in b."""
        return tuple(max(numbers) - min(numbers) for numbers in zip(*self.copies, strict=True))

    @property
    def worker_gradients(self):
        """Each worker's mean gradient (∂L/∂w, ∂L/∂b) at its own copy; None without samples."""
        return shard_gradients(self.samples, self.shards, self.copies)

    @property
    def averaged(self):
        """The plain mean of the workers' means; None where a worker has none."""
        return mean_of_means(self.worker_gradients)

    @property
    def weighted(self):
        """The workers' means, each weighted by its number of samples."""
        return weighted_mean(self.worker_gradients, self.shards)

    @property
    def full(self):
        """The mean gradient of the whole batch; None where the copies differ: it needs one w and one b."""
        if len(set(self.copies)) > 1:
            return None
        return mean_gradient(self.copies[0], self.samples["x"], self.samples["y"])

    @property
    def sentence(self):
        """How the averages compare and why, and where the copies are."""
        return words.sentence(self)

    def _run(self):
        return run(self.samples, self.shards, self.steps, self.sends, self.together)

    # --- what may be set ------------------------------------------------------------------------------------

    @traitlets.observe("workers")
    def _share_equally(self, _):
        if len(self.borders) != self.workers - 1:
            self.borders = equal_borders(self.workers)

    @traitlets.observe("borders")
    def _count_workers(self, _):
        self.workers = len(self.borders) + 1

    @traitlets.validate("workers")
    def _check_workers(self, proposal):
        return _within("workers", proposal.value, 1, MOST_WORKERS)

    @traitlets.validate("steps")
    def _check_steps(self, proposal):
        return _within("steps", proposal.value, 0, MOST_STEPS)

    @traitlets.validate("borders")
    def _check_borders(self, proposal):
        borders = list(proposal.value)
        if len(borders) >= MOST_WORKERS or [*borders, SAMPLES] != sorted([0, *borders, SAMPLES])[1:]:
            raise traitlets.TraitError(
                f"borders are at most {MOST_WORKERS - 1} whole numbers from 0 to {SAMPLES}, none smaller "
                f"than the one before; received {borders}"
            )
        return borders

    @traitlets.validate("sends")
    def _check_sends(self, proposal):
        if proposal.value not in SENDS:
            raise traitlets.TraitError(f'sends is "means" or "sums"; received {proposal.value!r}')
        return proposal.value


def data_parallel(workers=2, shards=None, seed=0):
    """Share one batch of 12 samples among workers, and average their gradients.

    workers: 1 to 4.  shards: the number of samples of each worker, 12 in all; equal ones if left out.
    seed: where the samples come from, a whole number, 0 or above.

    Raises: ValueError for shards that do not fit the workers or the batch, or a negative seed;
    traitlets.TraitError for another number of workers.

    >>> shared = data_parallel(workers=2, shards=[9, 3])
    >>> for gradient in (shared.averaged, shared.weighted, shared.full):
    ...     print([round(entry, 4) for entry in gradient])
    [-1.0785, 0.0625]
    [-0.91, 0.5358]
    [-0.91, 0.5358]
    >>> shared.borders = [6]
    >>> [round(entry, 4) for entry in shared.averaged]
    [-0.91, 0.5358]
    """
    if shards is None:
        return DataParallel(seed=seed, workers=workers)
    shards = list(shards)
    if len(shards) != workers:
        raise ValueError(f"shards has one number for each worker, so {workers} of them; received {shards}")
    if any(count < 0 for count in shards) or sum(shards) != SAMPLES:
        raise ValueError(f"shards are whole numbers from 0 that add up to {SAMPLES}; received {shards}")
    return DataParallel(seed=seed, workers=workers, borders=[sum(shards[:k]) for k in range(1, workers)])


def equal_borders(workers):
    """Give the borders of equal shards.

    >>> equal_borders(3)
    [4, 8]
    """
    return [SAMPLES * k // workers for k in range(1, workers)]


def _within(name, number, low, high):
    if not low <= number <= high:
        raise traitlets.TraitError(f"{name} is a whole number from {low} to {high}; received {number}")
    return number
