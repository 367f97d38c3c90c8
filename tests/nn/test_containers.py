"""Sequential and Residual."""

import numpy as np
import pytest

from backprop_lib import Tensor, nn


def layers():
    rng = np.random.default_rng(0)
    return [nn.Linear(2, 3, rng=rng), nn.Tanh(), nn.Linear(3, 1, rng=rng)]


def test_a_sequential_is_one_module_after_the_other():
    first, tanh, last = parts = layers()
    x = np.ones((4, 2))
    assert np.array_equal(nn.Sequential(*parts)(x).data, last(tanh(first(x))).data)


def test_a_sequential_is_a_list_of_its_modules():
    parts = layers()
    model = nn.Sequential(*parts)
    assert len(model) == 3
    assert list(model) == parts
    assert model[0] is parts[0]
    assert model[-1] is parts[2]
    assert type(model[1:]) is nn.Sequential
    assert list(model[1:]) == parts[1:]
    assert model[:1].parameters() == parts[0].parameters()
    more = nn.ReLU()
    assert model.append(more) is model
    assert model[3] is more
    with pytest.raises(
        IndexError, match=r"^this Sequential has 4 modules, numbered from 0; received position 4$"
    ):
        model[4]


def test_an_empty_sequential_hands_its_input_on():
    assert nn.Sequential()(np.ones(2)).tolist() == [1.0, 1.0]
    assert nn.Sequential().parameters() == []
    assert repr(nn.Sequential()) == "Sequential()"


def test_a_layer_used_twice_gets_both_gradients():
    layer = nn.Linear(2, 2)
    x = Tensor(np.ones((1, 2)))
    nn.Sequential(layer, layer)(x).sum().backward()
    W = layer.weight.data
    h = x.data @ W + layer.bias.data
    expected = h.T @ np.ones((1, 2)) + x.data.T @ (np.ones((1, 2)) @ W.T)
    np.testing.assert_allclose(layer.weight.grad, expected, rtol=1e-13)
    assert len(nn.Sequential(layer, layer).parameters()) == 2


def test_a_subclass_may_hold_more_than_its_modules():
    class Scaled(nn.Sequential):
        def __init__(self, *modules):
            super().__init__(*modules)
            self.scale = Tensor([2.0], requires_grad=True)

        def forward(self, x):
            return super().forward(x) * self.scale

    model = Scaled(nn.Linear(2, 1))
    assert [name for name, _ in model.named_parameters()] == ["scale", "0.weight", "0.bias"]
    assert model(np.ones((1, 2))).shape == (1, 1)


@pytest.mark.parametrize("kind", [ValueError, TypeError, IndexError, RuntimeError, NotImplementedError])
def test_an_error_keeps_its_kind_and_traceback_and_says_the_layer(kind):
    class Broken(nn.Module):
        def forward(self, x):
            raise kind("too hot")

    with pytest.raises(kind, match=r"^in layer 1, Broken\(\): too hot$") as caught:
        nn.Sequential(nn.Tanh(), Broken())(np.ones(1))
    assert caught.traceback[-1].name == "forward"
    assert caught.traceback[-1].path.name == "test_containers.py"


def test_other_errors_pass_through_untouched():
    class Broken(nn.Module):
        def forward(self, x):
            raise ValueError("two", "parts")

    with pytest.raises(ValueError) as caught:
        nn.Sequential(Broken())(np.ones(1))
    assert caught.value.args == ("two", "parts")


def test_a_residual_adds_its_module_to_the_input():
    layer = nn.Linear(3, 3)
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    out = nn.Residual(layer)(x)
    assert np.array_equal(out.data, x.data + layer(x).data)
    out.sum().backward()
    np.testing.assert_allclose(x.grad, 1.0 + np.ones((2, 3)) @ layer.weight.data.T, rtol=1e-14)


def test_through_a_residual_the_gradient_passes_even_a_module_that_stops_it():
    x = Tensor(-np.ones((1, 4)), requires_grad=True)
    nn.Sequential(*[nn.Residual(nn.ReLU()) for _ in range(50)])(x).sum().backward()
    assert x.grad.tolist() == [[1.0] * 4]


def test_importing_nn_offers_functions_and_initialisations():
    assert nn.functional.cross_entropy(np.zeros((1, 2)), np.array([0])).item() == pytest.approx(np.log(2.0))
    assert nn.init.zeros(2).tolist() == [0.0, 0.0]
    assert all(hasattr(nn, name) for name in nn.__all__)
