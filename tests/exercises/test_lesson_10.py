"""Lesson 10: what it counts against what is measured, here and in PyTorch; its workers, and how they end."""

import ast
import functools
import inspect
import os
import subprocess
import sys
import types
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from backprop_lib import Tensor, checkpoint, nn, no_grad
from backprop_lib.exercises import evaluate, lesson_10, lesson_10_workers
from backprop_lib.exercises import lesson_10_pytorch as pytorch
from backprop_lib.exercises.lesson_10 import (
    average,
    cost,
    flops,
    forward_passes,
    push,
    segmented,
    training_bytes,
)
from backprop_lib.exercises.lesson_10_measuring import most_memory, shortest
from backprop_lib.exercises.registry import find_exercise, find_prediction
from backprop_lib.explorables import checkpointing, data_parallel
from backprop_lib.training import Adam, numerical_gradient
from tools.build_notebooks import LESSONS
from tools.lessons import read_lesson

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = {
    "10.1": "forward_passes",
    "10.2": "flops",
    "10.3": "push",
    "10.4": "cost",
    "10.5": "training_bytes",
    "10.6": "segmented",
    "10.7": "average",
}


@functools.cache
def lesson():
    """The lesson's functions, solutions among them, without its experiments."""
    cells = read_lesson(LESSONS / "10_cost_of_gradients.py", solved=True).cells
    code = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code")).body
    functions = [node for node in code if isinstance(node, ast.FunctionDef)]
    weights = [np.linalg.qr(np.random.default_rng(i).normal(size=(16, 16)))[0] for i in range(64)]
    space = {"np": np, "nn": nn, "Tensor": Tensor, "no_grad": no_grad, "pairwise": pairwise}
    space |= {"ready": lesson_10, "most_memory": most_memory, "loss": nn.MSELoss()}
    exec(compile(ast.Module(functions, []), "lesson", "exec"), space)
    x = np.random.default_rng(64).normal(size=(8192, 16))
    return types.SimpleNamespace(weights=weights, x=x, **{n.name: space[n.name] for n in functions})


def confused(id):
    return {confusion.measured for confusion in find_prediction(id).confusions}


# --- the solutions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "name"), SOLUTIONS.items())
def test_the_lessons_solutions_are_right(id, name):
    assert evaluate(id, getattr(lesson(), name)).solved
    assert evaluate(id, getattr(lesson_10, name)).solved


def test_what_solution_shows_can_be_pasted_into_the_lesson():
    """It uses only what the lesson's cells know."""
    known = {"np", "pairwise", "sum", "zip", *SOLUTIONS.values()}
    for name in SOLUTIONS.values():
        tree = ast.parse(inspect.getsource(getattr(lesson_10, name)))
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        stored |= {argument.arg for argument in ast.walk(tree) if isinstance(argument, ast.arg)}
        read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        assert read - stored <= known


def test_other_ways_to_write_them_are_right_too():
    assert evaluate("10.3", lambda x, dx, W, b: [np.tanh(b + x @ W), dx @ W / np.cosh(x @ W + b) ** 2]).solved
    assert evaluate("10.4", lambda s: tuple(n * np.dot(s[:-1], s[1:]) for n in (s[0], s[-1]))).solved
    assert evaluate("10.6", lambda n, k: (k + int(np.ceil(n / k)), n + n)).solved
    assert evaluate("10.7", lambda g, m: np.average(g, axis=0, weights=m)).solved
    assert evaluate("10.7", lambda g, m: (np.array(m) @ np.array(g) / np.sum(m)).tolist()).solved


# --- time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 5, 40])
def test_forward_passes_are_those_that_differences_make(n):
    for scheme, expected in zip(("forward", "central"), forward_passes(n), strict=True):
        calls = []
        numerical_gradient(lambda w, calls=calls: calls.append(1) or (w**2).sum(), np.ones(n), scheme=scheme)
        assert len(calls) == expected


def test_both_ways_to_a_gradient_agree_and_the_parameters_stay():
    model, X, y = lesson().example(4)
    before = [w.data.copy() for w in model.parameters()]
    by_differences, by_backprop = (
        way(model, X, y) for way in (lesson().by_differences, lesson().by_backprop)
    )
    np.testing.assert_allclose(by_differences, by_backprop, atol=1e-8)
    assert all(np.array_equal(w.data, kept) for w, kept in zip(model.parameters(), before, strict=True))


def test_gpt2_takes_years_wherever_backprop_takes_one_to_ten_passes():
    for both in (1.0, 10.0):
        assert 2 * 124e6 / both > 0.5 * 365 * 24 * 3600
    assert confused("10.a") == {"years"}


@pytest.mark.needs("torch")
def test_flops_are_those_that_pytorch_counts():
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    samples, sizes = 32, (20, 30, 40, 7)
    layers = [torch.nn.Linear(m, n, bias=False) for m, n in pairwise(sizes)]
    ours = [flops(samples, m, n, first=i == 0) for i, (m, n) in enumerate(pairwise(sizes))]
    with FlopCounterMode(display=False) as ahead:
        out = torch.nn.Sequential(*layers)(torch.ones(samples, sizes[0]))
    with FlopCounterMode(display=False) as back:
        out.sum().backward()
    assert (ahead.get_total_flops(), back.get_total_flops()) == tuple(map(sum, zip(*ours, strict=True)))


def test_times_are_taken_in_turn_and_the_shortest_counts():
    order = []
    seconds = shortest(lambda: order.append("one"), lambda: order.append("two"), rounds=3)
    assert order == ["one", "two"] * 3
    assert len(seconds) == 2 and min(seconds) >= 0


# --- forward mode -------------------------------------------------------------------------------------------


def test_push_is_the_derivative_along_dx():
    for x, dx, W, b in find_exercise("10.3").cases():
        up, down = (push(x + sign * 1e-6 * dx, dx, W, b)[0] for sign in (1, -1))
        np.testing.assert_allclose(push(x, dx, W, b)[1], (up - down) / 2e-6, atol=1e-8)


@pytest.mark.needs("torch")
def test_push_is_the_forward_mode_of_pytorch():
    import torch

    for x, dx, W, b in find_exercise("10.3").cases():
        along = torch.func.jvp(
            lambda x, W=W, b=b: (x @ torch.tensor(W) + torch.tensor(b)).tanh(),
            (torch.tensor(x),),
            (torch.tensor(dx),),
        )
        for ours, theirs in zip(push(x, dx, W, b), along, strict=True):
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12)


@pytest.mark.parametrize("sizes", [(3, 7, 20), (20, 7, 3), (4, 5)])
def test_both_modes_fill_the_same_jacobian_in_as_many_passes_as_the_cost_says(sizes):
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(m, n)), rng.normal(size=n)) for m, n in pairwise(sizes)]
    weights = sum(W.size for W, _ in layers)
    (one, ahead), (other, back) = (
        mode(layers, np.full(sizes[0], 0.1)) for mode in (lesson().forward_mode, lesson().reverse_mode)
    )
    np.testing.assert_allclose(one, other, atol=1e-12)
    assert one.shape == (sizes[-1], sizes[0])
    assert cost(sizes) == (ahead * weights, back * weights)


# --- memory -------------------------------------------------------------------------------------------------


def test_training_holds_z_and_a_of_every_layer_and_inference_hardly_anything():
    light, heavy = (lesson().memory(64, 512, training) for training in (False, True))
    array = 512 * 128 * 8 / 2**20
    assert 2 * 64 * array <= heavy < 2 * 65 * array
    assert heavy > 10 * light
    assert confused("10.b") == {"over ten times as much"}


def test_memory_grows_with_depth_and_with_the_batch():
    for depth, samples in ((8, 256), (16, 256), (8, 512), (32, 1024)):
        assert lesson().memory(depth, samples, training=True) == pytest.approx(
            depth * samples / 512, rel=0.03
        )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bytes_are_those_of_parameters_gradients_and_adam_and_of_the_kept_arrays(dtype):
    sizes, samples, rng = (30, 200, 100, 40), 500, np.random.default_rng(0)
    linear = [nn.Linear(m, n, rng=rng, dtype=dtype) for m, n in pairwise(sizes)]
    model = nn.Sequential(*(part for layer in linear for part in (layer, nn.Tanh())))
    X, optimizer = np.ones((samples, sizes[0]), dtype), Adam(model.parameters())
    kept = most_memory(lambda: model(X))
    model(X).mean().backward()
    optimizer.step()
    state = optimizer.state_dict()["state"]
    arrays = [w.data for w in model.parameters()] + [w.grad for w in model.parameters()]
    arrays += [entry[name] for entry in state for name in Adam.remembers]
    parameters, activations = training_bytes(sizes, samples, np.dtype(dtype).itemsize)
    assert sum(array.nbytes for array in arrays) == parameters
    assert activations <= kept < 1.05 * activations


@pytest.mark.needs("torch")
def test_pytorch_lets_z_go_where_a_is_enough():
    import torch

    layers = [part for _ in range(8) for part in (torch.nn.Linear(64, 64), torch.nn.Tanh())]
    model, X = torch.nn.Sequential(*layers), torch.ones(4096, 64)
    assert round(pytorch.peak_in_pytorch(lambda: model(X)) / X.nbytes) == 9  # 8 a, and the z under way


# --- checkpoints --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [4, 16, 17, 36, 64])
def test_segments_are_counted_as_the_explorable_counts_them(n):
    chain = checkpointing(depth=n, segments=1)
    for k in range(1, n + 1):
        chain.segments = k
        assert segmented(n, k) == (chain.peak, chain.evaluations)


def test_the_root_is_the_best_number_of_segments_in_the_lessons_three_chains():
    for n, root in ((16, 4), (36, 6), (64, 8)):
        peaks = {k: segmented(n, k)[0] for k in range(1, n + 1)}
        assert [k for k, peak in peaks.items() if peak == min(peaks.values())] == [root]
        assert peaks[root] == 2 * root
        assert peaks[1] == peaks[n] == n + 1


def keep_all(segment, h):
    return segment(h)


@functools.cache
def measured(segments):
    tensors = [Tensor(W, requires_grad=True) for W in lesson().weights]
    arguments = Tensor(lesson().x), tensors, segments or 1, checkpoint if segments else keep_all
    peak = most_memory(lambda: lesson().there_and_back(*arguments)) / lesson().x.nbytes
    return peak, np.array([W.grad for W in tensors])


@pytest.mark.parametrize("segments", [2, 4, 8, 16, 32, 64])
def test_our_engine_holds_what_is_counted_and_a_few_gradients_and_its_gradients_are_the_same(segments):
    peak, gradients = measured(segments)
    assert 0 <= peak - segmented(64, segments)[0] <= 4
    assert np.array_equal(gradients, measured(None)[1])


def test_eight_segments_hold_about_a_quarter():
    assert measured(8)[0] / measured(None)[0] == pytest.approx(0.28, abs=0.02)  # the nearest of ½, ¼, ⅛
    assert confused("10.c") == {"a quarter"}


@pytest.mark.needs("torch")
def test_pytorch_holds_what_was_recorded_and_its_gradients_are_the_same():
    import torch
    from torch.utils.checkpoint import checkpoint

    gradients = []
    for segments, recorded in pytorch.RECORDED_PEAKS.items():
        tensors = [torch.tensor(W, requires_grad=True) for W in lesson().weights]
        way = functools.partial(checkpoint, use_reentrant=False) if segments else keep_all
        arguments = torch.tensor(lesson().x), tensors, segments or 1, way
        peak = pytorch.peak_in_pytorch(functools.partial(lesson().there_and_back, *arguments))
        assert round(peak / lesson().x.nbytes) == recorded
        gradients.append(torch.stack([W.grad for W in tensors]))
    assert all(torch.equal(found, gradients[0]) for found in gradients)


# --- workers ------------------------------------------------------------------------------------------------


def test_the_mean_of_the_means_is_the_full_gradient_for_equal_shards_alone():
    model, X, y = lesson().example(4, samples=12)
    full = lesson().by_backprop(model, X, y)
    for count, equal in ((6, True), (9, False)):
        shards = slice(count), slice(count, 12)
        means = [lesson().by_backprop(model, X[rows], y[rows]) for rows in shards]
        np.testing.assert_allclose(average(means, [count, 12 - count]), full, rtol=1e-12)
        assert np.allclose(np.mean(means, axis=0), full, rtol=1e-12) == equal
    assert confused("10.d") == {"another"}


def test_what_the_workers_print_is_what_our_engine_gives():
    """Without PyTorch: the same network, the same shards, one after the other."""
    rng = np.random.default_rng(11)
    W1, b1, W2, b2 = (Tensor(rng.normal(size=s), requires_grad=True) for s in ((3, 4), (3,), (1, 3), (1,)))

    def gradient(X, y):
        for w in (W1, b1, W2, b2):
            w.zero_grad()
        (((X @ W1.T + b1).tanh() @ W2.T + b2 - y) ** 2).mean().backward()
        return np.concatenate([w.grad.ravel() for w in (W1, b1, W2, b2)])

    X, y = lesson_10_workers.batch(2)
    full, distances = gradient(X, y), {}
    for alike in (True, False):
        counts = lesson_10_workers.cut(2, alike)
        cut = counts[0]
        means = [gradient(X[rows], y[rows]) for rows in (slice(cut), slice(cut, None))]
        ways = {"mean of the means": np.mean(means, axis=0), "weighted mean": average(means, counts)}
        ways |= {"DDP": ways["mean of the means"], "DDP, weighted loss": ways["weighted mean"]}
        off = {way: np.linalg.norm(found - full) / np.linalg.norm(full) for way, found in ways.items()}
        distances[alike] = off
    assert lesson_10_workers.table(2, distances[True], distances[False]) == pytorch.RECORDED_WORKERS


@pytest.mark.needs("torch")
def test_two_processes_print_what_was_recorded():
    assert pytorch.run_workers(2) == pytorch.RECORDED_WORKERS


@pytest.mark.needs("torch")
def test_the_same_script_runs_under_torchrun():
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = subprocess.run(
        [*command, "-m", lesson_10_workers.__name__],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip() == pytorch.RECORDED_WORKERS


def test_a_worker_that_is_started_alone_says_how_to_start_it(monkeypatch, capsys):
    for name in lesson_10_workers.NEEDED:
        monkeypatch.delenv(name, raising=False)
    assert lesson_10_workers.main() == 2
    assert "torchrun --standalone --nproc-per-node=2" in capsys.readouterr().err


def test_every_sample_has_a_worker():
    for workers in (1, 2, 3, 8):
        for alike in (True, False):
            assert sum(lesson_10_workers.cut(workers, alike)) == len(lesson_10_workers.batch(workers)[0])


@pytest.fixture
def started(monkeypatch):
    """The processes that are started while the test runs."""
    processes, start = [], subprocess.Popen

    def note(*arguments, **options):
        processes.append(start(*arguments, **options))
        return processes[-1]

    monkeypatch.setattr(pytorch.subprocess, "Popen", note)
    return processes


@pytest.mark.needs("torch")
def test_workers_that_take_too_long_are_ended_and_the_lesson_says_so(monkeypatch, started):
    monkeypatch.setattr(pytorch, "LIMIT", 0.0)
    sentence, _, table = pytorch.run_workers(2).partition("\n")
    assert sentence == "Recorded, as the workers cannot run here: they took longer than 0 s."
    assert table == pytorch.RECORDED_WORKERS
    assert started and all(worker.poll() is not None for worker in started)


@pytest.mark.needs("torch")
def test_a_worker_that_fails_ends_the_others_and_the_lesson_says_why(monkeypatch, started):
    monkeypatch.setattr(pytorch, "lesson_10_workers", types.SimpleNamespace(__name__="no_such_module"))
    sentence, _, table = pytorch.run_workers(2).partition("\n")
    assert sentence.startswith("Recorded, as the workers cannot run here: worker ")
    assert sentence.endswith("No module named no_such_module.")
    assert table == pytorch.RECORDED_WORKERS
    assert all(worker.poll() is not None for worker in started)


def test_without_pytorch_the_recorded_values_are_given(monkeypatch, started):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert pytorch.run_workers(2) == pytorch.RECORDED_WORKERS
    assert pytorch.times_as_long() == pytorch.RECORDED_TIMES
    assert started == []


# --- what the explorable shows ------------------------------------------------------------------------------


def test_the_shared_batch_shows_what_the_answers_say():
    for count in range(1, 12):
        shared = data_parallel(workers=2, shards=[count, 12 - count])
        assert np.allclose(shared.averaged, shared.full, rtol=1e-9) == (count == 6)
        np.testing.assert_allclose(shared.weighted, shared.full, rtol=1e-12)
    shared = data_parallel(workers=2)
    shared.steps = 5
    assert max(shared.spread) < 1e-12
    shared.together = False
    assert min(shared.spread) > 0.01
