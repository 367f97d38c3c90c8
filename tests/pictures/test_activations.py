"""The picture of the activation functions: its curves are those of the one table of functions."""

import math

import numpy as np
import pytest

from backprop_lib.engine import functions
from backprop_lib.pictures import activations
from backprop_lib.pictures.activation_functions import ACTIVATIONS
from backprop_lib.pictures.colours import GRADIENT, VALUE
from tests.pictures.reading import line, written

OPERATIONS = {
    "sigmoid": functions.sigmoid,
    "tanh": functions.tanh,
    "relu": functions.relu,
    "leaky_relu": functions.leaky_relu(0.1),
    "elu": functions.elu(1.0),
    "gelu": functions.gelu,
    "softplus": functions.softplus,
    "identity": functions.power_of(1.0),
}


def test_all_are_drawn_unless_some_are_named():
    assert list(ACTIVATIONS) == list(OPERATIONS)
    assert len(activations().axes) == 8
    titles = [axes.get_title(loc="left") for axes in activations(["tanh", "relu"]).axes]
    assert titles == ["tanh", "ReLU"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_curves_are_value_and_derivative_from_the_table(name):
    (axes,) = activations(name).axes
    rule = OPERATIONS[name].rule
    for label, colour, pick in (
        ("f(z)", VALUE, lambda z: rule(z)[0]),
        ("f′(z)", GRADIENT, lambda z: rule(z)[1][0]),
    ):
        curve = line(axes, label)
        assert curve.get_color() == colour
        zs, ys = curve.get_data()
        seen = ~np.isnan(ys)
        assert seen.sum() == 401
        assert (zs.min(), zs.max()) == (-4.0, 4.0)
        assert ys[seen].tolist() == [pick(float(z)) for z in zs[seen]]


@pytest.mark.parametrize(
    ("name", "bound"),
    [("sigmoid", "0.25"), ("gelu", "1.13")]
    + [(name, "1") for name in OPERATIONS if name not in ("sigmoid", "gelu")],
)
def test_the_largest_slope_is_written(name, bound):
    picture = activations(name)
    assert f"f′ ≤ {bound}" in written(picture)
    assert f"(f′ ≤ {bound})" in repr(picture)


def marked(name):
    (axes,) = activations(name).axes
    return [(*dot.get_xdata(), *dot.get_ydata()) for dot in axes.lines if dot.get_marker() == "o"]


def test_a_dot_marks_the_largest_slope_where_it_is_at_one_point():
    assert marked("sigmoid") == [(0.0, 0.25)]
    assert marked("tanh") == [(0.0, 1.0)]
    ((z, slope),) = marked("gelu")
    assert z == pytest.approx(math.sqrt(2.0), abs=0.01)
    assert slope == pytest.approx(1.128904, abs=1e-4)
    assert marked("softplus") == marked("identity") == marked("elu") == []


@pytest.mark.parametrize(("name", "at_kink"), [("relu", 0.0), ("leaky_relu", 0.1)])
def test_at_a_kink_the_filled_dot_is_the_slope_that_backward_uses(name, at_kink):
    (axes,) = activations(name).axes
    dots = [dot for dot in axes.lines if dot.get_marker() == "o"]
    filled = {dot.get_ydata()[0]: dot.get_markerfacecolor() for dot in dots}
    assert filled == {1.0: "white", at_kink: GRADIENT}
    zs, slopes = line(axes, "f′(z)").get_data()
    assert np.isnan(slopes[zs == 0.0]).any()  # the line does not climb the jump


def test_all_panels_have_the_same_axes():
    picture = activations()
    assert {(axes.get_xlim(), axes.get_ylim()) for axes in picture.axes} == {((-4.0, 4.0), (-1.25, 2.25))}
    assert [axes.get_xlabel() for axes in picture.axes] == [""] * 4 + ["z"] * 4


@pytest.mark.parametrize("names", [["sigmoid", "swish"], "ReLU", [], [None]])
def test_an_unknown_name_is_named_and_the_known_ones_are_listed(names):
    with pytest.raises(
        ValueError, match=r"^Expected names of activation functions out of sigmoid, tanh.*\.$"
    ) as error:
        activations(names)
    assert ("'swish'" in str(error.value)) == ("swish" in names)
