"""The same computation in two engines: our graph and PyTorch's, node beside node."""

from backprop_lib.explorables.torch_graph.widget import TorchGraph, compare_graphs

__all__ = ["TorchGraph", "compare_graphs"]
