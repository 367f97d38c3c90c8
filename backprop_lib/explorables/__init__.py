"""Pictures that answer when they are moved: one class of traits, one module for the browser."""

from backprop_lib.explorables.chain_gears import chain_gears
from backprop_lib.explorables.gradient_descent import descend
from backprop_lib.explorables.graph_explorer import explore

__all__ = ["chain_gears", "descend", "explore"]
