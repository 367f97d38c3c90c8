"""Gradient checkpointing: a chain of layers cut into segments, and what it holds after each step."""

from backprop_lib.explorables.checkpointing.widget import Checkpointing, checkpointing

__all__ = ["Checkpointing", "checkpointing"]
