"""Data-parallel workers in the next cell: gradients, copies, the sentence, and what is refused."""

import itertools
import math

import numpy as np
import pytest
import traitlets

from backprop_lib.explorables.data_parallel import DataParallel, data_parallel
from backprop_lib.explorables.data_parallel.batch import RATE, SAMPLES, draw_samples

SHARDS = [[12], [6, 6], [9, 3], [1, 11], [4, 4, 4], [2, 7, 3], [3, 3, 3, 3], [1, 2, 8, 1]]
EMPTY = [[12, 0], [0, 5, 7], [1, 0, 11, 0]]


def made(shards, **state):
    return DataParallel(workers=len(shards), borders=[int(last) for last in np.cumsum(shards)[:-1]], **state)


def sample_gradients(workers, copy):
    """The gradient of each sample, in closed form: (miss·x, miss)."""
    x, y = (np.array(workers.samples[name]) for name in ("x", "y"))
    miss = copy[0] * x + copy[1] - y
    return np.stack([miss * x, miss], axis=1)


@pytest.mark.parametrize("shards", SHARDS + EMPTY, ids=str)
@pytest.mark.parametrize("seed", [0, 7])
def test_gradients_are_those_of_the_closed_form(shards, seed):
    workers = made(shards, seed=seed, sends="sums", steps=2)
    (copy, *_) = workers.copies
    each = sample_gradients(workers, copy)
    parts = np.split(each, np.cumsum(shards)[:-1])
    for part, found in zip(parts, workers.worker_gradients, strict=True):
        assert (found is None) == (len(part) == 0)
        if found is not None:
            assert found == pytest.approx(part.mean(axis=0), rel=1e-12, abs=1e-14)
    assert workers.full == pytest.approx(each.mean(axis=0), rel=1e-12)
    assert workers.weighted == pytest.approx(workers.full, rel=1e-12)
    if 0 in shards:
        assert workers.averaged is None
    else:
        means = np.mean([part.mean(axis=0) for part in parts], axis=0)
        assert workers.averaged == pytest.approx(means, rel=1e-12)
        weights = np.concatenate([np.full(count, 1.0 / (len(shards) * count)) for count in shards])
        assert workers.averaged == pytest.approx(weights @ each, rel=1e-12)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("shards", [[6, 6], [9, 3], [2, 7, 3]], ids=str)
def test_gradients_are_those_of_torch(shards):
    import torch

    workers = made(shards)
    x, y = (torch.tensor(workers.samples[name], dtype=torch.float64) for name in ("x", "y"))

    def gradient(rows):
        w, b = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
        (0.5 * torch.nn.functional.mse_loss(w * x[rows] + b, y[rows])).backward()
        return w.grad.item(), b.grad.item()

    rows = torch.arange(SAMPLES).split(shards)
    for found, part in zip(workers.worker_gradients, rows, strict=True):
        assert found == pytest.approx(gradient(part), rel=1e-12)
    assert workers.full == pytest.approx(gradient(slice(None)), rel=1e-12)


@pytest.mark.needs("torch")
def test_an_empty_shard_has_no_mean_in_torch_either():
    import torch

    assert torch.zeros(0).mean().isnan()


def test_equal_shards_need_no_weights_and_unequal_ones_do():
    for seed in range(20):
        for shards in SHARDS:
            workers = made(shards, seed=seed)
            off = math.dist(workers.averaged, workers.full)
            if len(set(shards)) == 1:
                assert off < 1e-12
            else:
                assert off > 1e-3


# --- steps --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shards", SHARDS, ids=str)
@pytest.mark.parametrize("sends", ["means", "sums"])
def test_together_the_copies_stay_equal_to_the_last_bit(shards, sends):
    workers = made(shards, sends=sends, steps=20)
    assert len(set(workers.copies)) == 1 and workers.spread == (0.0, 0.0)
    right = sends == "sums" or len(set(shards)) == 1
    assert (math.dist(workers.copies[0], workers.alone) < 1e-12) == right


@pytest.mark.parametrize("together", [True, False])
def test_a_step_is_descent_by_the_gradient_before_it(together):
    for shards, sends in itertools.product(SHARDS, ("means", "sums")):
        before = made(shards, sends=sends, steps=3, together=together)
        after = made(shards, sends=sends, steps=4, together=together)
        shared = before.averaged if sends == "means" else before.weighted
        used = [shared] * len(shards) if together else before.worker_gradients
        expected = np.array(before.copies) - RATE * np.array(used)
        assert np.array(after.copies) == pytest.approx(expected, rel=1e-12)


def test_without_the_all_reduce_each_copy_goes_to_its_own_line():
    workers = made([6, 6], together=False, steps=20)
    assert min(workers.spread) > 0.1 and workers.full is None
    for seed in range(10):
        assert max(made([6, 6], seed=seed, together=False, steps=20).spread) > 0.2
    x, y = (np.split(np.array(workers.samples[name]), 2) for name in ("x", "y"))
    for copy, xs, ys in zip(workers.copies, x, y, strict=True):
        best = np.polyfit(xs, ys, 1)
        assert math.dist(copy, best) < math.dist((0.0, 0.0), best)


def test_an_empty_worker_stops_the_mean_of_means_and_nothing_else():
    stuck = made([12, 0], steps=5)
    assert (stuck.taken, stuck.copies, stuck.alone) == (0, [(0.0, 0.0)] * 2, (0.0, 0.0))
    summed = made([12, 0], steps=5, sends="sums")
    assert summed.taken == 5 and summed.copies[0] == pytest.approx(summed.alone, rel=1e-12)
    apart = made([12, 0], steps=5, together=False)
    assert apart.taken == 5 and apart.copies[1] == (0.0, 0.0)
    assert apart.copies[0] == pytest.approx(apart.alone, rel=1e-12)


# --- words --------------------------------------------------------------------------------------------------

SENTENCES = {
    ((6, 6), "means", 0, True): (
        "12 samples on 2 workers, 6 and 6: equal shards, so the mean of the means is the gradient of the "
        "full batch, (−0.91, +0.5358): every sample counts 1/12"
    ),
    ((9, 3), "means", 5, True): (
        "12 samples on 2 workers, 9 and 3: the mean of the means is (−0.1821, +0.1891), the gradient of "
        "the full batch (−0.1123, +0.3722). It is off by 0.196, for each sample of worker 2 counts 3 "
        "times as much as one of worker 1. After 5 steps all copies are equal, (w, b) = (0.5729, "
        "−0.1687); one machine would be at (w, b) = (0.5264, −0.3622)"
    ),
    ((2, 2, 5, 3), "means", 0, True): (
        "12 samples on 4 workers, 2, 2, 5 and 3: the mean of the means is (−1.2213, +0.6195), the "
        "gradient of the full batch (−0.91, +0.5358). It is off by 0.3224, for each sample of worker 1 "
        "counts 2.5 times as much as one of worker 3"
    ),
    ((9, 3), "sums", 1, True): (
        "12 samples on 2 workers, 9 and 3: the sum of all sums ÷ 12 is (−0.6571, +0.4302), the gradient "
        "of the full batch: every sample counts 1/12. After 1 step all copies are equal, (w, b) = "
        "(0.182, −0.1072), as on one machine"
    ),
    ((1, 0, 11, 0), "means", 3, True): (
        "12 samples on 4 workers, 1, 0, 11 and 0: workers 2 and 4 have no samples and so no mean: 0 ÷ 0 "
        "is no number, and added to the others it leaves no result to anyone. Where each worker sends "
        "its sum, an empty shard adds 0"
    ),
    ((12, 0), "sums", 0, True): (
        "12 samples on 2 workers, 12 and 0: the sum of all sums ÷ 12 is (−0.91, +0.5358), the gradient "
        "of the full batch: every sample counts 1/12; worker 2 adds 0"
    ),
    ((4, 4, 4), "means", 0, False): (
        "12 samples on 3 workers, 4, 4 and 4: no all-reduce. All copies are still equal, (w, b) = (0, "
        "0); from the first step on each worker follows its own samples"
    ),
    ((12, 0), "means", 5, False): (
        "12 samples on 2 workers, 12 and 0: no all-reduce. After 5 steps the copies differ by up to "
        "0.5264 in w and 0.3622 in b, for each worker follows its own samples; worker 2 has none, and no "
        "gradient to follow"
    ),
    ((12,), "means", 0, True): (
        "12 samples on 1 worker: its mean is that of the full batch, (−0.91, +0.5358): every sample "
        "counts 1/12"
    ),
    ((12,), "means", 2, False): (
        "12 samples on 1 worker: with one there is nothing to average. After 2 steps its parameters are "
        "(w, b) = (0.3134, −0.1932)"
    ),
}


@pytest.mark.parametrize("state", SENTENCES, ids=str)
def test_the_sentence_says_it_in_numbers(state):
    shards, sends, steps, together = state
    workers = made(shards, sends=sends, steps=steps, together=together)
    assert repr(workers) == workers.sentence == SENTENCES[state]


# --- what may be set ----------------------------------------------------------------------------------------


def test_workers_and_borders_go_together():
    workers = data_parallel(workers=3)
    assert (workers.borders, workers.shards) == ([4, 8], [4, 4, 4])
    workers.borders = [1, 1]
    assert (workers.workers, workers.shards) == (3, [1, 0, 11])
    workers.workers = 4
    assert workers.shards == [3, 3, 3, 3]
    workers.borders = [9]
    assert (workers.workers, workers.shards) == (2, [9, 3])
    workers.workers = 1
    assert workers.shards == [12]
    for told in ({"workers": 3, "borders": [2, 5]}, {"borders": [7, 8, 9], "workers": 4}):
        workers.set_state(told)  # as the browser sends it
        assert {"workers": workers.workers, "borders": workers.borders} == told


def test_it_begins_as_it_is_asked_to():
    assert data_parallel(workers=2, shards=[9, 3]).borders == [9]
    assert data_parallel(workers=4, shards=[1, 0, 11, 0]).shards == [1, 0, 11, 0]
    start = data_parallel(workers=2, shards=[9, 3]).start
    assert start == {"workers": 2, "borders": [9], "sends": "means", "steps": 0, "together": True}
    assert data_parallel(seed=3).samples == draw_samples(3) != draw_samples(4)


def test_samples_are_sorted_by_x():
    for seed in range(20):
        samples = draw_samples(seed)
        assert samples["x"] == sorted(samples["x"]) and len(samples["y"]) == SAMPLES
        assert max(map(abs, samples["x"])) <= 2.0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers": 2, "shards": [6, 3, 3]}, "one number for each worker, so 2 of them; received [6, 3, 3]"),
        ({"workers": 2, "shards": [6, 5]}, "add up to 12; received [6, 5]"),
        ({"workers": 2, "shards": [14, -2]}, "add up to 12; received [14, -2]"),
        ({"workers": 0, "shards": []}, "add up to 12; received []"),
        ({"seed": -1}, "a whole number, 0 or above; received -1"),
    ],
)
def test_bad_shards_are_refused(options, said):
    with pytest.raises(ValueError) as problem:
        data_parallel(**options)
    assert said in str(problem.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("workers", 5, "workers is a whole number from 1 to 4; received 5"),
        ("steps", 21, "steps is a whole number from 0 to 20; received 21"),
        ("borders", [3, 2], "none smaller than the one before; received [3, 2]"),
        ("borders", [13], "at most 3 whole numbers from 0 to 12, none"),
        ("borders", [-1], "received [-1]"),
        ("borders", [1, 2, 3, 4], "received [1, 2, 3, 4]"),
        ("sends", "nothing", 'sends is "means" or "sums"; received \'nothing\''),
    ],
)
def test_what_cannot_be_is_refused(name, value, said):
    workers = data_parallel()
    with pytest.raises(traitlets.TraitError) as problem:
        setattr(workers, name, value)
    assert said in str(problem.value)
    assert (workers.workers, workers.borders, workers.steps) == (2, [6], 0)
