"""How large the gradient is in each layer."""

import numpy as np


def gradient_norms(model):
    """Measure ‖∂L/∂W‖, the Euclidean norm of each parameter's gradient.

    model: anything with `named_parameters()`: a Module of ours, or one of PyTorch's (their weights are each
    other's transpose, which does not change the norm).
    Returns: a list of (name, norm) in the model's order. The norm is None where there is no gradient, nan or
    inf where the gradient is not finite; 0 means that every entry is exactly 0.
    Raises: TypeError for a model without `named_parameters`.

    >>> class Parameter:
    ...     def __init__(self, grad):
    ...         self.grad = grad
    >>> class Model:
    ...     def named_parameters(self):
    ...         return [("0.weight", Parameter(np.array([[3.0], [4.0]]))), ("0.bias", Parameter(None))]
    >>> gradient_norms(Model())
    [('0.weight', 5.0), ('0.bias', None)]
    """
    if not callable(getattr(model, "named_parameters", None)):
        raise TypeError(
            f"Expected a model with named_parameters(), such as an nn.Module; got {type(model).__name__}."
        )
    return [
        (name, None if parameter.grad is None else _norm(as_array(parameter.grad)))
        for name, parameter in model.named_parameters()
    ]


def as_array(numbers):
    """Take numbers out of an array, a Tensor of ours, a tensor of PyTorch's, or a list of them, as float64.

    >>> as_array([[1, 2]])
    array([[1., 2.]])
    """
    if isinstance(numbers, (list, tuple)):
        numbers = [as_array(entry) if hasattr(entry, "detach") else entry for entry in numbers]
    if hasattr(numbers, "detach"):
        numbers = numbers.detach()
    if hasattr(numbers, "cpu"):  # PyTorch's: it may lie on another device, in a type that NumPy has not
        numbers = numbers.cpu().double()
    if hasattr(numbers, "numpy"):
        numbers = numbers.numpy()
    return np.asarray(numbers, dtype=float)


def _norm(gradient):
    largest = float(np.max(np.abs(gradient), initial=0.0))
    if not 0.0 < largest < np.inf:  # nan too
        return largest
    # Scaled, because squares of very small or large numbers leave the range of float64; in two steps,
    # because the inverse of the smallest numbers leaves it too.
    return largest * float(np.linalg.norm(gradient / largest))
