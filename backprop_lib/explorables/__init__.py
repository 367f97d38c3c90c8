"""Pictures that answer when they are moved: one class of traits, one module for the browser."""

from backprop_lib.explorables.bug_clinic import bug_clinic
from backprop_lib.explorables.chain_gears import chain_gears
from backprop_lib.explorables.count_passes import count_passes
from backprop_lib.explorables.course_map import course_map
from backprop_lib.explorables.epsilon_lab import epsilon_lab
from backprop_lib.explorables.gradient_descent import descend
from backprop_lib.explorables.graph_explorer import explore
from backprop_lib.explorables.logits_lab import logits_lab
from backprop_lib.explorables.matrix_lens import matrix_lens
from backprop_lib.explorables.order_lab import order_lab
from backprop_lib.explorables.path_counter import path_counter
from backprop_lib.explorables.production_line import production_line
from backprop_lib.explorables.slope_lens import slope_lens
from backprop_lib.explorables.xor_playground import xor_playground

__all__ = [
    "bug_clinic",
    "chain_gears",
    "count_passes",
    "course_map",
    "descend",
    "epsilon_lab",
    "explore",
    "logits_lab",
    "matrix_lens",
    "order_lab",
    "path_counter",
    "production_line",
    "slope_lens",
    "xor_playground",
]
