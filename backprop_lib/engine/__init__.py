"""The engines: numbers and arrays that remember how they were made, and can say how they matter."""

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.checkpoint import checkpoint
from backprop_lib.engine.functional import concatenate, stack, where
from backprop_lib.engine.recording import is_grad_enabled, no_grad
from backprop_lib.engine.scalar import Value

__all__ = ["Tensor", "Value", "checkpoint", "concatenate", "is_grad_enabled", "no_grad", "stack", "where"]
