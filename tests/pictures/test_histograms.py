"""Distributions layer by layer."""

from itertools import pairwise

import numpy as np
import pytest

from backprop_lib.pictures import histograms
from backprop_lib.pictures.colours import GRADIENT, PARAMETER, VALUE
from tests.pictures.reading import written

RNG = np.random.default_rng(11)
Z = RNG.normal(size=(50, 20))


def stairs(axes):
    (patch,) = axes.patches
    return patch.get_data()


def test_bars_are_the_shares_of_the_entries():
    arrays = {"z1": Z, "z2": 3 * Z + 1}
    for axes, numbers in zip(histograms(arrays).axes, arrays.values(), strict=True):
        shares, edges, _ = stairs(axes)
        counts = [((numbers >= a) & (numbers < b)).sum() for a, b in pairwise(edges)]
        counts[-1] += (numbers == edges[-1]).sum()
        assert shares.tolist() == [count / numbers.size for count in counts]
        assert shares.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("log", [False, True])
def test_all_strips_have_the_same_axes_and_ticks(log):
    picture = histograms({"a": Z, "b": 100 * Z, "c": np.zeros(3)}, log=log)
    assert len({(axes.get_xlim(), axes.get_ylim(), *axes.get_xticks()) for axes in picture.axes}) == 1
    assert picture.axes[-1].get_xlabel() == ("|value|, log axis" if log else "value")
    assert "share of all entries in each bin" in written(picture)


def test_zero_is_an_edge_so_that_no_bar_holds_both_signs():
    _, edges, _ = stairs(histograms({"z": Z + 0.3}).axes[0])
    assert np.abs(edges).min() < 1e-12


def test_exact_zeros_have_no_bar_but_a_share_beside():
    a = np.maximum(Z, 0.0)
    picture = histograms({"a": a})
    shares, _, _ = stairs(picture.axes[0])
    zeros = (a == 0.0).mean()
    assert shares.sum() == pytest.approx(1.0 - zeros)
    assert f"{100 * zeros:.1f}".removesuffix(".0") + " %" in written(picture)
    assert "exact zeros" in written(picture)


def test_the_column_for_what_is_not_finite_is_there_when_it_is_needed():
    picture = histograms({"z": [1.0, np.nan, np.inf, -2.0]})
    assert {"not finite", "50 %"} <= set(written(picture))
    assert "50 % not finite" in repr(picture)
    assert "not finite" not in written(histograms({"z": Z}))


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e290])
def test_the_standard_deviation_is_that_of_all_finite_entries(scale):
    picture = histograms({"z": scale * np.array([3.0, -3.0, 3.0, -3.0, np.nan])})
    std = {1e-300: "3×10⁻³⁰⁰", 1.0: "3", 1e290: "3×10²⁹⁰"}[scale]
    assert std in written(picture)


def test_on_a_log_axis_sizes_are_drawn():
    numbers = np.array([-1e-3, 1e-3, 0.0, 10.0])
    shares, edges, _ = stairs(histograms({"g": numbers}, of="gradients", log=True).axes[0])
    assert shares.sum() == 0.75
    (i,) = np.flatnonzero(shares == 0.5)
    assert edges[i] <= 1e-3 * (1 + 1e-12) and edges[i + 1] > 1e-3


@pytest.mark.parametrize(
    ("of", "colour"), [("values", VALUE), ("gradients", GRADIENT), ("parameters", PARAMETER)]
)
def test_each_meaning_has_its_colour(of, colour):
    (axes,) = histograms({"a": Z}, of=of).axes
    rgb = tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    assert axes.patches[0].get_facecolor()[:3] == rgb


@pytest.mark.needs("torch")
def test_tensors_of_torch_are_drawn_like_arrays():
    import torch

    tensor = torch.tensor(Z, requires_grad=True)
    assert repr(histograms({"z": tensor})) == repr(histograms({"z": Z}))


@pytest.mark.parametrize(
    ("arrays", "options", "error", "message"),
    [
        ({}, {}, ValueError, "Expected arrays with entries; got no array."),
        ({"a": Z, "b": []}, {}, ValueError, "Expected arrays with entries; got none in 'b'."),
        ([Z], {}, TypeError, "Expected a dict of name -> array; got list."),
        (
            {"a": Z},
            {"of": "grads"},
            ValueError,
            "Expected of='values', 'gradients' or 'parameters'; got 'grads'.",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(arrays, options, error, message):
    with pytest.raises(error) as caught:
        histograms(arrays, **options)
    assert str(caught.value) == message
