"""What came of a prediction: whether guess and measurement agree, and what is said where they do not."""

import math

from backprop_lib.exercises.registry import Prediction


def agree(prediction: Prediction, one: str | float, other: str | float) -> bool:
    """Whether a guess and a result are the same option, or numbers within the prediction's tolerance.

    >>> from backprop_lib.exercises.registry import find_prediction
    >>> agree(find_prediction("01.a"), "grow", "fall")
    False
    """
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return abs(one - other) <= prediction.tolerance * max(abs(one), abs(other))


def why_natural(prediction: Prediction, guess: str | float, measured: str | float) -> str:
    """The sentence for this guess where that was measured; empty if no known confusion fits.

    >>> from backprop_lib.exercises.registry import find_prediction
    >>> why_natural(find_prediction("01.a"), "grow", "grow")
    ''
    """
    return next(
        (
            confusion.why
            for confusion in prediction.confusions
            if agree(prediction, confusion.guess, guess) and agree(prediction, confusion.measured, measured)
        ),
        "",
    )


def fits(prediction: Prediction, value: object) -> bool:
    """Whether a stored value can be a guess: the question may have changed since it was stored.

    >>> from backprop_lib.exercises.registry import find_prediction
    >>> fits(find_prediction("01.a"), "grow"), fits(find_prediction("01.a"), 3.0)
    (True, False)
    """
    if prediction.options:
        return value in prediction.options
    try:
        return type(value) in (int, float) and math.isfinite(value)
    except OverflowError:  # a whole number beyond every float
        return False
