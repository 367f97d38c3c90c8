"""Engines, explorables and exercises of a course on backpropagation.

What people type is one import away and loads nothing but NumPy; training, pictures, explorables and exercises
are imported by name:

>>> from backprop_lib import Tensor, Value
>>> x = Value(3.0)
>>> y = x * x
>>> y.backward()
>>> x.grad
6.0
>>> W = Tensor([[3.0, 1.0]], requires_grad=True)
>>> (W * W).sum().backward()
>>> W.grad
array([[6., 2.]])
"""

from backprop_lib import nn
from backprop_lib.engine import (
    Tensor,
    Value,
    checkpoint,
    concatenate,
    is_grad_enabled,
    no_grad,
    stack,
    where,
)

__all__ = [
    "Tensor",
    "Value",
    "checkpoint",
    "concatenate",
    "is_grad_enabled",
    "nn",
    "no_grad",
    "stack",
    "where",
]
