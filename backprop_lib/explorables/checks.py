"""Checks of traits that several explorables make in the same words."""

import math

import traitlets


def check_count(proposal, limits):
    """Let a whole number pass that is within its limits, and None where the trait allows it.

    proposal: of a validator.  limits: the lowest and the highest by the trait's name; `math.inf` is none.

    Returns: the number.

    Raises: traitlets.TraitError.

    >>> class Lab(traitlets.HasTraits):
    ...     seed = traitlets.Int(0)
    ...     _check = traitlets.validate("seed")(lambda self, one: check_count(one, {"seed": (0, 19)}))
    >>> Lab(seed=20)
    Traceback (most recent call last):
    traitlets.traitlets.TraitError: seed is a whole number, from 0 to 19; received 20
    """
    name, value = proposal.trait.name, proposal.value
    low, high = limits[name]
    if value is not None and not low <= value <= high:
        told = f"from {low} to {high}" if high < math.inf else f"{low} or above"
        raise traitlets.TraitError(f"{name} is a whole number, {told}; received {value}")
    return value
