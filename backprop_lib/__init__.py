"""Engines, explorables and exercises of a course on backpropagation.

The engine is one import away and loads nothing heavy; explorables and exercises are imported by name:

>>> from backprop_lib import Value
>>> x = Value(3.0)
>>> y = x * x
>>> y.backward()
>>> x.grad
6.0
"""

from backprop_lib.engine import Value

__all__ = ["Value"]
