"""Pictures that answer when they are moved: one class of traits, one module for the browser."""

from backprop_lib.explorables.chain_gears import chain_gears
from backprop_lib.explorables.count_passes import count_passes
from backprop_lib.explorables.gradient_descent import descend
from backprop_lib.explorables.graph_explorer import explore
from backprop_lib.explorables.slope_lens import slope_lens

__all__ = ["chain_gears", "count_passes", "descend", "explore", "slope_lens"]
