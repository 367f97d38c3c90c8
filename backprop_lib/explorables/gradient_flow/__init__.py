"""The gradient-flow microscope: how large the gradient is in every layer of a deep network, and why."""

from backprop_lib.explorables.gradient_flow.widget import GradientFlow, gradient_flow

__all__ = ["GradientFlow", "gradient_flow"]
