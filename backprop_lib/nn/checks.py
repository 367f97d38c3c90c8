"""What the layers say to settings that they cannot take."""

import math
from numbers import Integral, Real


def whole(name, number, least=1):
    """Read a size, such as in_features, as an int. Raises TypeError, ValueError.

    >>> whole("in_features", 2)
    2
    """
    if not isinstance(number, Integral) or isinstance(number, bool):
        raise TypeError(f"{name} must be a whole number; received {number!r}")
    if number < least:
        raise ValueError(f"{name} must be at least {least}; received {number!r}")
    return int(number)


def real(name, number, least=-math.inf, most=math.inf):
    """Read a finite number between `least` and `most` as a float. Raises TypeError, ValueError.

    >>> real("p", 0.5, least=0, most=1)
    0.5
    """
    if not isinstance(number, Real) or isinstance(number, bool):
        raise TypeError(f"{name} must be a number; received {number!r}")
    if not (math.isfinite(number) and least <= number <= most):
        bounds = [f"at least {least:g}"] if least > -math.inf else []
        bounds += [f"at most {most:g}"] if most < math.inf else []
        raise ValueError(f"{name} must be {' and '.join(bounds) or 'finite'}; received {number!r}")
    return float(number)


def flag(name, value):
    """Read a switch. Raises TypeError for anything but True and False.

    >>> flag("bias", True)
    True
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False; received {value!r}")
    return value
