"""Lesson 08: its networks, run as the learner runs them; its figures; its answers on the explorables."""

import ast
import functools
import math
import types

import numpy as np
import pytest

from backprop_lib import Tensor, Value, nn
from backprop_lib.exercises import evaluate, lesson_08
from backprop_lib.exercises.compare import distance
from backprop_lib.exercises.lesson_08 import RECORDED_FROM_PYTORCH, back, by_norm, by_value, he, xavier
from backprop_lib.exercises.registry import find_exercise, find_prediction
from backprop_lib.explorables.clipping_cliff import clipping_cliff
from backprop_lib.explorables.dead_relu_lab import dead_relu_lab
from backprop_lib.explorables.gradient_flow import gradient_flow
from backprop_lib.training import clip_grad_norm_, clip_grad_value_, diagnose, gradient_norms
from tools.build_notebooks import LESSONS
from tools.lessons import read_lesson

SOLUTIONS = {
    "08.1": "bound",
    "08.2": "critical_gain",
    "08.3": "he",
    "08.4": "xavier",
    "08.5": "back",
    "08.6": "first_bad",
    "08.7": "by_norm",
    "08.8": "by_value",
}
HE_GAIN = math.sqrt(2.0)


@functools.cache
def lesson():
    """The functions and data that the lesson defines, without running its experiments."""
    cells = read_lesson(LESSONS / "08_vanishing_and_exploding.py", solved=True).cells
    tree = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code"))
    kept = [node for node in tree.body if _is_needed(node)]
    space = {}
    exec(compile(ast.Module(kept, []), "lesson", "exec"), space)
    space["tqdm"] = lambda steps, **_: steps
    return types.SimpleNamespace(**space)


def _is_needed(node):
    data = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("(X, y)", "loss")
    return data or isinstance(node, (ast.FunctionDef, ast.Import, ast.ImportFrom))


def moved(model, apart):
    """Move each parameter by about this share of itself, more than another BLAS would."""
    rng = np.random.default_rng(5)
    for parameter in model.parameters():
        parameter.data = parameter.data * (1.0 + apart * rng.standard_normal(parameter.shape))
    return model


def weight_norms(model):
    lesson().loss(model(lesson().X), lesson().y).backward()
    return np.array([norm for name, norm in gradient_norms(model) if name.endswith("weight")])


def confused(id):
    return {confusion.measured for confusion in find_prediction(id).confusions}


@pytest.mark.parametrize(("id", "name"), SOLUTIONS.items())
def test_the_lessons_solutions_are_right_and_the_modules_own(id, name):
    theirs, ours = getattr(lesson(), name), getattr(lesson_08, name)
    assert evaluate(id, theirs).solved
    for case in find_exercise(id).cases():
        assert distance(ours(*case), theirs(*case)) < 1e-12


# --- deeper, and worse --------------------------------------------------------------------------------------


def test_one_layer_learns_and_twenty_answer_a_half():
    shallow, deep = (lesson().network(depth, "sigmoid") for depth in (1, 20))
    assert lesson().train(shallow)[-1] == pytest.approx(0.294, abs=5e-4)
    assert lesson().train(deep)[-1] == pytest.approx(math.log(2), abs=1e-4)
    assert np.ptp(deep(lesson().X).data) < 1e-6
    assert confused("08.a") == {"higher"}


def test_the_first_gradient_shrinks_from_layer_to_layer():
    norms = weight_norms(lesson().network(20, "sigmoid"))
    assert (norms[1:] > norms[:-1]).all()
    shrinking = norms[:-2] / norms[1:-1]
    assert shrinking.max() < 0.6 and np.median(shrinking) == pytest.approx(0.25, abs=0.03)
    assert norms[0] < 1e-12 * norms[-1]


# --- a quarter for each layer -------------------------------------------------------------------------------


def test_the_bound_holds_and_is_reached_where_each_sum_is_zero():
    rng = np.random.default_rng(0)
    for _ in range(200):
        w, n = rng.uniform(-8, 8), int(rng.integers(1, 12))
        x = a = Value(rng.normal())
        for _ in range(n):
            a = (w * a).sigmoid()
        a.backward()
        assert abs(x.grad) <= lesson_08.bound(w, n)
    assert lesson_08.bound(1.0, 10) == pytest.approx(9.54e-7, rel=1e-3)
    assert lesson().ten_sigmoids(4.0, centre=0.5)[0] == 1.0 == lesson_08.bound(4.0, 10)


def test_larger_weights_do_not_cure_a_chain_of_sigmoids():
    small, large = (lesson().ten_sigmoids(w)[0] for w in (1.0, 4.0))
    assert f"{small:.1e} {large:.1e}" == "3.5e-07 5.5e-11"
    assert confused("08.b") == {"smaller"}


# --- what a layer passes on ---------------------------------------------------------------------------------

FIGURES = {  # first gradient over last, twenty layers of 64
    ("sigmoid", 1): 1e-12,
    ("tanh", 1): 0.2,
    ("tanh", 3): 323,
    ("relu", 1): 1.1e-3,
    ("relu", HE_GAIN): 0.81,
    ("relu", 2): 588,
}
TOLD = (*FIGURES, ("sigmoid", HE_GAIN), ("sigmoid", 4), ("tanh", 0.5))


@functools.cache
def measured(*network, **cure):
    return lesson().first_over_last(*network, **cure)


@pytest.mark.parametrize(("network", "figure"), FIGURES.items())
def test_first_over_last_is_what_the_course_tells(network, figure):
    assert measured(*network) == pytest.approx(figure, rel=0.07)


@pytest.mark.parametrize("network", TOLD)
def test_the_formula_knows_it(network):
    sizes = lesson().theory(20, *network).gradients
    assert math.log10(measured(*network)) == pytest.approx(math.log10(sizes[0] / sizes[-1]), abs=0.2)


def test_what_is_printed_lies_at_no_border_of_rounding():
    cured = [measured("tanh", 0.5, residual=True), measured("sigmoid", 1, norm=nn.BatchNorm1d(64))]
    for ratio in [*(measured(*network) for network in TOLD), *cured]:
        assert f"{ratio * (1 - 1e-6):.1e}" == f"{ratio * (1 + 1e-6):.1e}"


def test_the_lessons_flow_is_what_the_microscope_measures():
    for settings in ({}, {"residual": True}):
        seen = [gradient_flow(activation="tanh", gain=0.5, seed=seed, **settings).ratio for seed in range(9)]
        assert np.median(seen) == pytest.approx(measured("tanh", 0.5, **settings), rel=0.2)


def test_from_the_input_to_the_output_the_residual_network_gains_a_factor_of_millions():
    plain, residual = (
        np.median(
            [
                gradient_flow(activation="tanh", gain=0.5, residual=way, seed=seed).input_gradient
                for seed in range(21)
            ]
        )
        for way in (False, True)
    )
    assert plain == pytest.approx(7.4e-7, rel=0.15)
    assert residual == pytest.approx(3.3, rel=0.05)


def test_a_largest_singular_value_above_1_does_not_explode():
    W = np.random.default_rng(0).normal(size=(64, 64)) / 8
    stretches = np.linalg.svd(W, compute_uv=False)
    assert stretches.max() > 1.9 and np.sqrt(np.mean(stretches**2)) == pytest.approx(1.0, abs=0.02)
    assert 0.01 < measured("tanh", 1) < 1.0
    assert confused("08.c") == {"between"}


def test_below_1_it_cannot_explode():
    for activation in ("tanh", "relu"):
        for seed in range(5):
            sizes = lesson().flow(activation, 0.45, seed=seed)  # times 2.1, the largest there is: below 1
            assert (np.diff(sizes) >= 0).all()


def test_the_critical_gain_is_he_s_for_relu():
    slopes = (np.random.default_rng(0).normal(size=100_000) > 0).astype(float)
    assert lesson_08.critical_gain(slopes) == pytest.approx(HE_GAIN, rel=0.01)
    assert he(64, 64) * 8 == pytest.approx(HE_GAIN, rel=1e-12)
    assert xavier(64, 64) * 8 == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("shape", [(300, 200), (150, 400)])
def test_the_starts_have_the_spread_that_the_library_draws(shape):
    rng = np.random.default_rng(0)
    drawn = nn.init.kaiming_normal(shape, nonlinearity="relu", rng=rng)
    assert drawn.std() == pytest.approx(he(*shape), rel=0.01)
    assert nn.init.xavier_normal(shape, rng=rng).std() == pytest.approx(xavier(*shape), rel=0.01)
    default = nn.init.default_linear(shape, rng=rng).std() * math.sqrt(shape[0])
    assert default == pytest.approx(0.58, abs=0.01)


def test_back_is_the_engines_residual_layer():
    for da, z, W in find_exercise("08.5").cases():
        x = Tensor(z @ np.linalg.inv(W), requires_grad=True)
        layer = nn.Linear(*W.shape, bias=False, rng=np.random.default_rng(0))
        layer.weight.data = W
        nn.Residual(nn.Sequential(layer, nn.Tanh()))(x).backward(da)
        np.testing.assert_allclose(back(da, z, W), x.grad, rtol=1e-7, atol=1e-9)


def ratio(**settings):
    return np.median([gradient_flow(**settings, seed=seed).ratio for seed in range(5)])


def test_the_answers_on_the_microscope():
    assert max(ratio(activation="sigmoid", gain=gain) for gain in (0.5, 1.0, 2.0, 3.0, 4.0)) < 1e-3
    assert 0.3 < ratio(activation="relu", gain=1.4) < 2.0
    assert 0.01 < ratio(activation="relu", gain=1.2) < 0.06
    assert all(0.5 < ratio(activation="tanh", gain=gain) < 2.5 for gain in (1.15, 1.2, 1.3, 1.4))
    batch = [ratio(activation="sigmoid", gain=gain, normalisation="BatchNorm") for gain in (0.5, 1.0, 4.0)]
    assert batch == pytest.approx([batch[0]] * 3, rel=0.01) and 0.5 < batch[0] < 5.0
    assert ratio(activation="sigmoid", normalisation="LayerNorm") < 1e-6
    assert 1.0 < ratio(activation="tanh", gain=0.5, residual=True) < 10.0


# --- the first NaN, and clipping ----------------------------------------------------------------------------


def crashed(apart=0.0):
    model = moved(lesson().network(20, "relu", gain=2.0), apart)
    with np.errstate(all="ignore"):
        losses = lesson().train(model, steps=2)
        outputs, a = [], lesson().X
        for layer in model:
            a = layer(a)
            outputs.append(a.data)
    return losses, outputs, diagnose(model, lesson().X, lesson().y, lesson().loss)


@pytest.mark.parametrize("apart", [0.0, 1e-11])
def test_the_crash_is_found_where_it_began(apart):
    losses, outputs, found = crashed(apart)
    assert [f"{loss:.1e}" for loss in losses] == ["3.7e+02", "1.3e+34"] and math.isnan(found.loss)
    assert lesson_08.first_bad(outputs) == 24
    assert found.findings[0] == crashed()[2].findings[0] and "in layer 24 " in found.findings[0]
    before = diagnose(lesson().network(20, "relu", gain=2.0), lesson().X, lesson().y, lesson().loss)
    assert before.findings[-1].endswith("exploding") and all("finite" not in one for one in before.findings)


def test_its_first_step_is_longer_than_all_its_weights():
    model = lesson().network(20, "relu", gain=2.0)
    lesson().loss(model(lesson().X), lesson().y).backward()
    size = math.sqrt(sum((parameter.data**2).sum() for parameter in model.parameters()))
    assert 0.1 * clip_grad_norm_(model.parameters(), np.inf) > 10.0 * size


@pytest.mark.parametrize("apart", [0.0, 1e-9])
def test_clipping_saves_it(apart):
    model = moved(lesson().network(20, "relu", gain=2.0), apart)
    losses = lesson().train(model, steps=76, max_norm=0.1)
    assert [f"{loss:.0f}" for loss in losses[::25]] == ["368", "11", "8", "2"]


def test_clipping_does_not_cure_vanishing():
    (first, last), (first_after, last_after) = lesson().clipped(np.inf), lesson().clipped(0.01)
    assert first_after < 0.1 * first
    assert first_after / last_after == pytest.approx(first / last, rel=1e-12)
    assert confused("08.d") == {"same"}
    free, clipped = (gradient_flow(clipping=clipping, activation="tanh", gain=3.0) for clipping in (0, 1))
    assert clipped.gradient_sizes[0] < 0.1 * free.gradient_sizes[0]
    assert clipped.ratio == pytest.approx(free.ratio, rel=1e-9)


@pytest.mark.parametrize("case", find_exercise("08.7").cases())
def test_clipping_is_the_librarys(case):
    *gradients, limit = case
    for ours, library in ((by_norm, clip_grad_norm_), (by_value, clip_grad_value_)):
        tensors = [Tensor(np.zeros_like(gradient), requires_grad=True) for gradient in gradients]
        for tensor, gradient in zip(tensors, gradients, strict=True):
            tensor.grad = gradient.copy()
        library(tensors, limit)
        for tensor, clipped in zip(tensors, ours(*case), strict=True):
            np.testing.assert_allclose(tensor.grad, clipped, rtol=1e-6)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("case", find_exercise("08.7").cases())
def test_clipping_is_torchs(case):
    import torch

    *gradients, limit = case
    utils = torch.nn.utils
    for ours, theirs in ((by_norm, utils.clip_grad_norm_), (by_value, utils.clip_grad_value_)):
        tensors = [torch.zeros(gradient.shape, dtype=torch.float64) for gradient in gradients]
        for tensor, gradient in zip(tensors, gradients, strict=True):
            tensor.grad = torch.tensor(gradient)
        theirs(tensors, limit)
        for tensor, clipped in zip(tensors, ours(*case), strict=True):
            np.testing.assert_allclose(tensor.grad.numpy(), clipped, rtol=1e-6)


def test_the_answers_on_the_cliff():
    cliff = clipping_cliff()
    (w, b), (w_after, b_after) = cliff.path[10:12]
    assert 19.0 < math.hypot(w_after - w, b_after - b) < 20.0
    assert "out of the picture" in cliff.sentence
    for clipping, angle in (("norm", "0°"), ("value", "14.1°")):
        assert f"turned by {angle}" in clipping_cliff(clipping).sentence


# --- dead units ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "count"), [((1.0,), 0), ((10.0,), 49), ((30.0,), 81), ((1.0, -1.0), 26), ((1.0, -2.0), 82)]
)
def test_long_steps_and_low_biases_kill(settings, count):
    assert lesson().dead(lesson().hundred(*settings)).sum() == count


def test_the_dead_stay_dead():
    X, y = lesson().rings()
    for apart in (0.0, 1e-9):
        model = moved(lesson().hundred(30.0), apart)
        before = lesson().dead(model)
        lesson().train(model, X, y, eta=1.0, steps=300)
        after = lesson().dead(model)
        assert (before.sum(), after.sum(), (before & ~after).sum()) == (81, 85, 0)
    assert confused("08.e") == {0.0}
    guesses = [confusion.guess for confusion in find_prediction("08.e").confusions]
    assert before.sum() in guesses


def test_half_of_a_healthy_layers_outputs_are_0():
    X, _ = lesson().rings()
    model = lesson().hundred(1e-9)
    assert (model[0](X).data <= 0).mean() == pytest.approx(0.5, abs=0.05)
    assert not lesson().dead(model).any()


def after_steps(lab, steps):
    for _ in range(steps):
        gradients = lab.gradients
        for name, gradient in gradients.items():
            setattr(lab, name, np.array(getattr(lab, name)) - lab.rate * gradient)
    return lab


def test_the_answers_on_dead_units():
    lab = after_steps(dead_relu_lab(rate=20.0), 5)
    assert len(lab.dead) == 16
    lab.rate = 1.0
    assert after_steps(lab, 60).loss == pytest.approx(math.log(2), abs=1e-3)
    silent = {}
    for activation in ("relu", "leaky_relu", "elu", "gelu"):
        lab = dead_relu_lab(activation, bias=-2.0)
        silent[activation] = len(lab.silent), len(after_steps(lab, 300).silent)
    assert silent == {"relu": (15, 15), "leaky_relu": (15, 14), "elu": (15, 10), "gelu": (15, 13)}


# --- cured --------------------------------------------------------------------------------------------------

CURED = {
    "batch_norm": (("sigmoid", 1.0, lambda layer, f: (layer, nn.BatchNorm1d(32), f)), 0.0),
    "small": (("tanh", 0.5), 0.7),
    "residual": (("tanh", 0.5, lambda *layers: [nn.Residual(nn.Sequential(*layers))]), 0.0),
    "xavier": (("tanh",), 0.0),
    "he": (("relu", HE_GAIN), 0.0),
}


@pytest.mark.parametrize(("settings", "lowest"), CURED.values(), ids=CURED)
def test_each_cure_lets_twenty_layers_learn(settings, lowest):
    """By a wide margin, as deep networks amplify what another BLAS rounds in another way."""
    losses = lesson().train(moved(lesson().network(20, *settings), 1e-10), max_norm=1.0)
    assert 0.69 < min(losses) < 0.7 if lowest else min(losses) < 0.025
    assert 0.45 < losses[0] < 0.84


def test_the_recorded_norms_are_ours():
    recorded = gradient_norms(RECORDED_FROM_PYTORCH)
    ours = lesson().network(20, "relu", HE_GAIN)
    assert [name for name, _ in recorded] == [n for n, _ in ours.named_parameters() if n.endswith("weight")]
    np.testing.assert_allclose([norm for _, norm in recorded], weight_norms(ours), rtol=1e-5)


@pytest.mark.needs("torch")
def test_torch_has_the_same_gradients():
    import torch

    ours = lesson().network(20, "relu", HE_GAIN)
    layers = []
    for layer in ours:
        linear = isinstance(layer, nn.Linear)
        layers.append(torch.nn.Linear(*layer.weight.shape) if linear else torch.nn.ReLU())
    theirs = torch.nn.Sequential(*layers).double()
    theirs.load_state_dict({name: torch.tensor(p.data.T) for name, p in ours.named_parameters()})
    X, y = map(torch.tensor, (lesson().X, lesson().y))
    torch.nn.BCEWithLogitsLoss()(theirs(X), y).backward()
    norms = [norm for name, norm in gradient_norms(theirs) if name.endswith("weight")]
    np.testing.assert_allclose(norms, weight_norms(ours), rtol=1e-12)
