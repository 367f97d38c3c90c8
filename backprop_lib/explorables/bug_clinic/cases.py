"""Who comes to the bug clinic: an order of bugs, a network for each, alike in Python and in the browser."""

import numpy as np

from backprop_lib.explorables.bug_clinic.bugs import BUGS, RATE, Patient
from backprop_lib.explorables.seeded import uniforms

SAMPLES, INPUTS, HIDDEN, OUTPUTS = 6, 2, 4, 3  # no two alike: a wrong axis must not fit by chance
COUNT = SAMPLES * (INPUTS + OUTPUTS) + HIDDEN * (INPUTS + 1) + OUTPUTS * (HIDDEN + 1)  # numbers in a case
STEPS = 300
_STRIDE = 100_003  # between the streams of two seeds


def bug_of(seed, patient):
    """Name the bug of a patient: every bug once, in an order drawn afresh, before any comes again.

    >>> len({bug_of(seed=0, patient=k) for k in range(len(BUGS))}) == len(BUGS)
    True
    """
    turn, place = divmod(patient, len(BUGS))
    order = list(BUGS)
    numbers = uniforms(2 * (_STRIDE * seed + turn), len(order) - 1)
    for last, number in zip(range(len(order) - 1, 0, -1), numbers, strict=True):  # Fisher and Yates, 1938
        other = int(number * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order[place]


def case(seed, patient, bug=None, zeros=False, alone=False):
    """Make a patient's network and samples: (model, X, y).

    bug: give the patient this one in place of its own, a key of `BUGS`.
    zeros: all parameters are 0.  alone: the last sample without the others.
    X: (6, 2), within ±2.  y: (6, 3), each 0 or 1.  Weights lie within ±1.5, biases within ±1.

    >>> model, X, y = case(seed=0, patient=0)
    >>> X.shape, model.forward(X).shape == y.shape
    ((6, 2), True)
    """
    numbers = iter(uniforms(2 * (_STRIDE * seed + patient) + 1, COUNT))

    def drawn(reach, *shape):
        return np.array([reach * (2 * next(numbers) - 1) for _ in range(np.prod(shape))]).reshape(shape)

    X = drawn(2.0, SAMPLES, INPUTS)
    y = (drawn(1.0, SAMPLES, OUTPUTS) > 0).astype(float)
    model = Patient(bug or bug_of(seed, patient), INPUTS, HIDDEN, OUTPUTS)
    for parameter in model.parameters.values():
        parameter[...] = 0.0 if zeros else drawn(1.5 if parameter.ndim == 2 else 1.0, *parameter.shape)
    return (model, X[-1:], y[-1:]) if alone else (model, X, y)


def training(model, X, y):
    """Train for 300 steps: the loss before the first and after each, as far as the numbers do not overflow.

    >>> losses = training(*case(seed=0, patient=0, bug="healthy"))
    >>> len(losses), losses[-1] < losses[0]
    (301, True)
    """
    losses = [model.loss(X, y)]
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            model.forward(X)
            try:
                model.step(model.backward(y), RATE)
            except ValueError:  # a gradient or a parameter is infinite
                break
            losses.append(model.loss(X, y))
    return losses
