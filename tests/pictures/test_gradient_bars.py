"""Gradient norms as bars, for our models and for PyTorch's."""

import numpy as np
import pytest

from backprop_lib import Tensor, nn
from backprop_lib.pictures import gradient_bars
from backprop_lib.pictures.colours import GRADIENT
from tests.pictures.reading import model, written


def drawn(picture):
    """Read the bars: name -> the norm at which its bar ends, from top to bottom."""
    (axes,) = picture.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    return {
        names[round(bar.get_y() + bar.get_height() / 2)]: bar.get_x() + bar.get_width()
        for bar in axes.patches
    }


def test_each_weight_has_a_bar_that_ends_at_its_norm():
    layers = [(f"{i}.weight", np.full((3, 3), 10.0**-i)) for i in range(6)]
    picture = gradient_bars(model(*layers, ("0.bias", [1.0])))
    assert drawn(picture) == pytest.approx({name: 3 * grad[0, 0] for name, grad in layers}, rel=1e-12)
    (axes,) = picture.axes
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel() == "‖∂L/∂W‖, Euclidean norm, log axis"
    assert axes.yaxis_inverted()  # the first layer on top
    assert {bar.get_facecolor() for bar in axes.patches} == {_rgba(GRADIENT)}


def _rgba(colour):
    return (*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)), 1.0)


def test_the_shortest_bar_is_seen():
    (axes,) = gradient_bars(model(("a.weight", [1.0]), ("b.weight", [10.0]))).axes
    left, right = np.log(axes.get_xlim())
    assert min((np.log(end) - left) / (right - left) for end in (1.0, 10.0)) > 0.1


def test_without_a_parameter_named_weight_all_are_drawn():
    assert list(drawn(gradient_bars(model(("w1", [1.0]), ("b1", [2.0]))))) == ["w1", "b1"]


def test_what_has_no_bar_stands_there_in_words():
    pairs = [
        ("a.weight", None),
        ("b.weight", np.zeros((2, 2))),
        ("c.weight", [1.0, np.nan]),
        ("d.weight", [-np.inf]),
    ]
    picture = gradient_bars(model(*pairs))
    words = {"no gradient (None)", "exactly 0", "not finite (nan)", "not finite (inf)"}
    assert drawn(picture) == {}
    assert words <= set(written(picture))
    assert all(word in repr(picture) for word in words)


def test_the_sentence_and_the_numbers_agree():
    picture = gradient_bars(model(("0.weight", [3.0, 4.0]), ("2.weight", [1e-9])), title="Depth 2")
    assert repr(picture) == "Depth 2: 0.weight 5, 2.weight 1×10⁻⁹."
    assert {"5", "1×10⁻⁹", "Depth 2"} <= set(written(picture))


def test_a_model_without_parameters_is_named():
    with pytest.raises(ValueError, match=r"^Expected a model with parameters; this one has none"):
        gradient_bars(model())


def test_a_model_of_ours_has_a_bar_for_each_layer():
    rng = np.random.default_rng(2)
    ours = nn.Sequential(nn.Linear(3, 5, rng=rng), nn.Tanh(), nn.Linear(5, 2, rng=rng))
    assert {"no gradient (None)"} <= set(written(gradient_bars(ours)))
    ours(Tensor(np.ones((4, 3)))).sum().backward()
    expected = {name: np.linalg.norm(p.grad) for name, p in ours.named_parameters() if "weight" in name}
    assert drawn(gradient_bars(ours)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.needs("torch")
def test_the_same_network_in_torch_has_the_same_bars():
    import torch

    rng = np.random.default_rng(4)
    ours = nn.Sequential(nn.Linear(3, 5, rng=rng), nn.Tanh(), nn.Linear(5, 2, rng=rng))
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2)).double()
    for (name, p), (theirs_name, q) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == theirs_name
        q.data = torch.tensor(p.data.T)  # torch holds its weights transposed
    X = rng.normal(size=(4, 3))
    ours(Tensor(X)).sum().backward()
    theirs(torch.tensor(X)).sum().backward()
    assert drawn(gradient_bars(theirs)) == pytest.approx(drawn(gradient_bars(ours)), rel=1e-12)
    assert repr(gradient_bars(theirs)) == repr(gradient_bars(ours))


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_bars_of_torch_in_other_precisions_are_those_torch_computes(dtype):
    import torch

    theirs = torch.nn.Linear(3, 5).to(getattr(torch, dtype))
    theirs(torch.ones(4, 3, dtype=getattr(torch, dtype))).sum().backward()
    assert drawn(gradient_bars(theirs)) == pytest.approx(
        {"weight": theirs.weight.grad.double().norm().item()}
    )
