"""Schedules: how the learning rate changes during training. Names and defaults are PyTorch's.

Each is a formula for the rate after t calls of `step`. PyTorch multiplies its way from step to step instead,
with the same values; here rounding does not add up, and `rate(t)` can be drawn before training begins.

>>> from backprop_lib.engine.batched import Tensor
>>> from backprop_lib.training.optimisers import SGD
>>> optimizer = SGD([Tensor([1.0], requires_grad=True)], lr=0.8)
>>> schedule = StepLR(optimizer, step_size=2, gamma=0.5)
>>> for epoch in range(3):
...     print(optimizer.lr)
...     schedule.step()
0.8
0.8
0.4
"""

import math
from bisect import bisect_right
from numbers import Integral

from backprop_lib.training.optimisers import Optimizer, number


class LRScheduler:
    """What all schedules share: they set `optimizer.lr` when made and at each `step`, by `rate`.

    optimizer: the one whose `lr` they set. Its rate when its first schedule is made is η₀ for all.
    last_epoch: how often `step` was called. To go on with saved training, set it to what it was.

    Give an optimiser one schedule at a time; `SequentialLR` joins several.

    Raises: TypeError for what is no optimiser; TypeError, ValueError for a setting out of its range.
    """

    def __init__(self, optimizer):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__} needs an optimiser, such as SGD(model.parameters()); "
                f"received {type(optimizer).__name__}"
            )
        if optimizer.initial_lr is None:
            optimizer.initial_lr = optimizer.lr
        self.optimizer = optimizer
        self.base_lr = optimizer.initial_lr
        self._set(0)

    def rate(self, epoch):
        """The learning rate after `epoch` calls of `step`."""
        raise NotImplementedError

    def step(self):
        """Set the next learning rate: call it after the optimiser's `step`, or once an epoch."""
        self._set(self.last_epoch + 1)

    def get_last_lr(self):
        """The rate set last: a list of one number, as PyTorch has one for each group of parameters."""
        return [self._last_lr]

    def _set(self, epoch):
        self.optimizer.lr = self._last_lr = self.rate(epoch)
        self.last_epoch = epoch


class StepLR(LRScheduler):
    """Multiply the rate by `gamma` every `step_size` steps: η₀ · γ^⌊t / step_size⌋."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size = _whole("StepLR's step_size", step_size)
        self.gamma = number("StepLR's gamma", gamma, "a number above 0", lambda x: 0 < x < math.inf)
        super().__init__(optimizer)

    def rate(self, epoch):
        return self.base_lr * self.gamma ** (epoch // self.step_size)


class CosineAnnealingLR(LRScheduler):
    """Come down from η₀ to `eta_min` along half a cosine: η_min + (η₀ − η_min) · (1 + cos(π t / T_max)) / 2.

    After `T_max` steps the cosine goes on, as in PyTorch: the rate climbs back, and is η₀ again at 2 T_max.

    Source: Loshchilov & Hutter (2017), "SGDR", without its restarts.

    >>> from backprop_lib.engine.batched import Tensor
    >>> from backprop_lib.training.optimisers import SGD
    >>> schedule = CosineAnnealingLR(SGD([Tensor([1.0])], lr=1.0), T_max=4)
    >>> [round(schedule.rate(t), 3) for t in range(9)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.146, 0.5, 0.854, 1.0]
    """

    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max = _whole("CosineAnnealingLR's T_max", T_max)
        self.eta_min = number(
            "CosineAnnealingLR's eta_min", eta_min, "a number of 0 or more", lambda x: 0 <= x < math.inf
        )
        super().__init__(optimizer)

    def rate(self, epoch):
        share = (1.0 + math.cos(math.pi * epoch / self.T_max)) / 2.0
        return self.eta_min + (self.base_lr - self.eta_min) * share


class LinearLR(LRScheduler):
    """Warm up: let the rate grow in a straight line, from `start_factor` · η₀ to `end_factor` · η₀.

    It is there after `total_iters` steps, and stays. With a smaller `end_factor` the rate falls.
    start_factor: above 0, at most 1.  end_factor: from 0 to 1.

    >>> from backprop_lib.engine.batched import Tensor
    >>> from backprop_lib.training.optimisers import SGD
    >>> schedule = LinearLR(SGD([Tensor([1.0])], lr=1.0), start_factor=0.25, total_iters=3)
    >>> [schedule.rate(t) for t in range(5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    def __init__(self, optimizer, start_factor=1 / 3, end_factor=1.0, total_iters=5):
        self.start_factor = number(
            "LinearLR's start_factor", start_factor, "a number above 0, at most 1", lambda x: 0 < x <= 1
        )
        self.end_factor = number(
            "LinearLR's end_factor", end_factor, "a number from 0 to 1", lambda x: 0 <= x <= 1
        )
        self.total_iters = _whole("LinearLR's total_iters", total_iters)
        super().__init__(optimizer)

    def rate(self, epoch):
        share = min(epoch, self.total_iters) / self.total_iters
        return self.base_lr * (self.start_factor + (self.end_factor - self.start_factor) * share)


class SequentialLR(LRScheduler):
    """Follow one schedule after the other: at each milestone the next one begins, at its own t = 0.

    schedulers: a list of schedules of this optimiser.  milestones: the steps at which the next takes
    over, in rising order; one fewer than there are schedules.

    >>> from backprop_lib.engine.batched import Tensor
    >>> from backprop_lib.training.optimisers import SGD
    >>> optimizer = SGD([Tensor([1.0])], lr=1.0)
    >>> warm_up = LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> schedule = SequentialLR(optimizer, [warm_up, CosineAnnealingLR(optimizer, T_max=3)], milestones=[2])
    >>> [round(schedule.rate(t), 3) for t in range(6)]
    [0.5, 0.75, 1.0, 0.75, 0.25, 0.0]
    """

    def __init__(self, optimizer, schedulers, milestones):
        if not isinstance(schedulers, list | tuple) or not isinstance(milestones, list | tuple):
            raise TypeError(
                "SequentialLR needs a list of schedules and a list of milestones; "
                f"received {type(schedulers).__name__} and {type(milestones).__name__}"
            )
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        for position, schedule in enumerate(self.schedulers):
            if not isinstance(schedule, LRScheduler):
                raise TypeError(
                    f"SequentialLR needs a list of schedules; number {position} in it is {schedule!r}"
                )
            if schedule.optimizer is not optimizer:
                raise ValueError(
                    f"SequentialLR needs schedules of the same optimiser; number {position}, "
                    f"{type(schedule).__name__}, has another"
                )
        if len(self.milestones) != len(self.schedulers) - 1:
            raise ValueError(
                "SequentialLR needs a milestone between each schedule and the next; "
                f"received {len(self.schedulers)} schedules, {len(self.milestones)} milestones"
            )
        for milestone in self.milestones:
            _whole("SequentialLR's milestone", milestone)
        if sorted(set(self.milestones)) != self.milestones:
            raise ValueError(f"SequentialLR needs milestones in rising order; received {self.milestones}")
        super().__init__(optimizer)

    def rate(self, epoch):
        which = bisect_right(self.milestones, epoch)
        begun = self.milestones[which - 1] if which else 0
        return self.schedulers[which].rate(epoch - begun)


def _whole(name, value):
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} needs a whole number of 1 or more; received {value!r}")
    if value < 1:
        raise ValueError(f"{name} needs a whole number of 1 or more; received {value}")
    return int(value)
