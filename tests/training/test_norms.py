"""Gradient norms, of our models and of PyTorch's."""

from types import SimpleNamespace

import numpy as np
import pytest

from backprop_lib.training.norms import as_array, gradient_norms


def model(**gradients):
    pairs = [(name, SimpleNamespace(grad=grad)) for name, grad in gradients.items()]
    return SimpleNamespace(named_parameters=lambda: pairs)


def test_norms_are_euclidean_and_in_the_models_order():
    assert gradient_norms(model(b=np.array([[3.0, 0.0], [0.0, 4.0]]), a=np.array(-2.0))) == [
        ("b", 5.0),
        ("a", 2.0),
    ]


def test_no_gradient_is_none_and_only_zeros_are_zero():
    norms = dict(gradient_norms(model(none=None, zeros=np.zeros((2, 3)), empty=np.zeros((0, 3)))))
    assert norms == {"none": None, "zeros": 0.0, "empty": 0.0}


def test_what_is_not_finite_stays_so():
    norms = dict(gradient_norms(model(a=np.array([1.0, np.nan]), b=np.array([1.0, -np.inf]))))
    assert np.isnan(norms["a"])
    assert norms["b"] == np.inf


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e-30, 1e30, 1e200, 1e307])
def test_very_small_and_very_large_gradients_keep_their_norm(scale):
    (pair,) = gradient_norms(model(w=np.full((2, 2), scale)))
    assert pair[1] == pytest.approx(2.0 * scale, rel=1e-12, abs=0.0)


def test_a_model_without_named_parameters_is_named():
    with pytest.raises(TypeError, match=r"^Expected a model with named_parameters\(\).*; got list\.$"):
        gradient_norms([1.0])


def test_a_list_may_hold_arrays_and_tensors():
    tensor = SimpleNamespace(detach=lambda: np.array(2.0))
    assert as_array([1.0, tensor]).tolist() == [1.0, 2.0]
    assert as_array([True, False]).dtype == np.float64


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_norms_of_torchs_models_are_those_torch_computes(dtype):
    import torch

    theirs = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    theirs = theirs.to(getattr(torch, dtype))
    theirs[2].bias.requires_grad_(False)
    theirs(torch.ones(5, 4, dtype=getattr(torch, dtype))).sum().backward()
    *measured, last = gradient_norms(theirs)
    assert last == ("2.bias", None)
    for (name, norm), (expected, parameter) in zip(measured, theirs.named_parameters(), strict=False):
        assert name == expected
        assert norm == pytest.approx(parameter.grad.double().norm().item(), rel=1e-12)
