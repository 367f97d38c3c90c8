"""How numbers and sentences are written; the browser side (js/common/numbers.js) writes them the same way."""

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(x):
    """Write a number with at most four decimals, or with a power of ten when it is very small or large.

    >>> number(-0.29615), number(2.0), number(9.5367e-07)
    ('−0.2962', '2', '9.54×10⁻⁷')
    """
    if not math.isfinite(x):
        return "none"
    with localcontext(rounding=ROUND_HALF_UP):  # as a browser rounds: 0.03125 is 0.0313
        if x and not 0.0005 <= abs(x) < 100_000:
            digits, exponent = f"{Decimal(x):.2e}".split("e")
            return f"{digits}×10{str(int(exponent)).translate(_SUPERSCRIPT)}".replace("-", "−")
        text = f"{Decimal(x):.4f}".rstrip("0").rstrip(".").replace("-", "−")
    return "0" if text == "−0" else text


def signed(x):
    """Write a gradient, whose sign matters, with its sign.

    >>> signed(0.5), signed(-0.5), signed(0.0)
    ('+0.5', '−0.5', '0')
    """
    return f"+{number(x)}" if 0 < x < math.inf else number(x)


def summary(nodes, leaves, values, gradients):
    """Say in one sentence what a graph gives: its result, and the gradient at each leaf.

    nodes: from `trace`.  leaves: their names, in order.  values, gradients: one number a node.
    """
    result = nodes[-1]["name"]
    at = {node["name"]: i for i, node in enumerate(nodes)}
    said = [
        f"∂{_bracketed(result)}/∂{_bracketed(leaf)} = {signed(gradients[at[leaf]])}" for leaf in leaves[:6]
    ]
    more = f", and {len(leaves) - 6} more" if len(leaves) > 6 else ""
    return f"{result} = {number(values[-1])}; {', '.join(said)}{more}"


def _bracketed(name):
    return f"({name})" if set(" ·/^") & set(name) else name
