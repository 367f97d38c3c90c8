"""Pictures that answer when they are moved: one class of traits, one module for the browser."""

from backprop_lib.explorables.bug_clinic import bug_clinic
from backprop_lib.explorables.chain_gears import chain_gears
from backprop_lib.explorables.checkpointing import checkpointing
from backprop_lib.explorables.clipping_cliff import clipping_cliff
from backprop_lib.explorables.count_passes import count_passes
from backprop_lib.explorables.course_map import course_map
from backprop_lib.explorables.data_parallel import data_parallel
from backprop_lib.explorables.dead_relu_lab import dead_relu_lab
from backprop_lib.explorables.draw_a_digit import draw_a_digit
from backprop_lib.explorables.epsilon_lab import epsilon_lab
from backprop_lib.explorables.gradient_descent import descend
from backprop_lib.explorables.gradient_flow import gradient_flow
from backprop_lib.explorables.graph_explorer import explore
from backprop_lib.explorables.logits_lab import logits_lab
from backprop_lib.explorables.matrix_lens import matrix_lens
from backprop_lib.explorables.optimiser_race import optimiser_race
from backprop_lib.explorables.order_lab import order_lab
from backprop_lib.explorables.path_counter import path_counter
from backprop_lib.explorables.policy_bandit import policy_bandit
from backprop_lib.explorables.production_line import production_line
from backprop_lib.explorables.review_quiz import review_quiz
from backprop_lib.explorables.slope_lens import slope_lens
from backprop_lib.explorables.torch_graph import compare_graphs
from backprop_lib.explorables.training_lab import training_lab
from backprop_lib.explorables.xor_playground import xor_playground

__all__ = [
    "bug_clinic",
    "chain_gears",
    "checkpointing",
    "clipping_cliff",
    "compare_graphs",
    "count_passes",
    "course_map",
    "data_parallel",
    "dead_relu_lab",
    "descend",
    "draw_a_digit",
    "epsilon_lab",
    "explore",
    "gradient_flow",
    "logits_lab",
    "matrix_lens",
    "optimiser_race",
    "order_lab",
    "path_counter",
    "policy_bandit",
    "production_line",
    "review_quiz",
    "slope_lens",
    "training_lab",
    "xor_playground",
]
