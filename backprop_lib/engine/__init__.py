"""The engines: numbers that remember how they were made, and can say how they matter."""

from backprop_lib.engine.scalar import Value

__all__ = ["Value"]
