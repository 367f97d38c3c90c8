"""Optimisers raced on one surface: what a learning rate, a momentum and a scale of one's own do downhill."""

from backprop_lib.explorables.optimiser_race.widget import OptimiserRace, optimiser_race

__all__ = ["OptimiserRace", "optimiser_race"]
