"""What the drawing's sentence says; js/draw_a_digit/words.js says it in the same words."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from backprop_lib.explorables import words
from backprop_lib.explorables.draw_a_digit.nudge import CHANCES, MOST


def chance(p):
    """Write a probability: two decimals, three near 0 and 1, and a power of ten for next to nothing.

    >>> chance(0.9712), chance(0.9971), chance(0.99987), chance(0.0042), chance(2.5e-05)
    ('0.97', '0.997', '> 0.999', '0.004', '2.50×10⁻⁵')
    """
    if p < 0.0005:
        return words.number(p)
    if p >= 0.9995:
        return "> 0.999"
    places = Decimal("0.01") if 0.01 <= p < 0.99 else Decimal("0.001")
    return str(Decimal(p).quantize(places, rounding=ROUND_HALF_UP))


def answer(p):
    """Say the two likeliest classes. p: (10,)."""
    first, second = np.argsort(-p, kind="stable")[:2]
    return f"read as {first} ({_p_is(p[first])}), next {second} ({chance(p[second])})"


def unchanged(p, pixels, target, loss, gradient):
    """Say what is read, and where ink would change the loss most."""
    read = answer(p)
    if not any(pixels):
        said = f"The paper is blank, and still it is {read}: the biases alone decide"
    else:
        said = f"{_capital(read)}"
    lost = f"L = −ln p({target}) = {words.number(loss)}"
    steepest = max(gradient, key=abs)
    if not steepest:
        return f"{said}. {lost}; its gradient is 0 at every pixel"
    # Not quite the largest: sums that were added up in another order differ in their last digit.
    at = next(i for i, g in enumerate(gradient) if abs(g) >= abs(steepest) * (1.0 - 1e-9))
    change = "raises" if gradient[at] > 0.0 else "lowers"
    return (
        f"{said}. {lost}: ink {change} it most at {place(at)}, "
        f"where ∂L/∂x = {words.signed(float(gradient[at]))}"
    )


def changed(p, before, nudges, epsilon, enough, flips):
    """Say what nudges did. before: p as drawn.  enough: the smallest ε, or None.  flips: by chance."""
    was, now = before.argmax(), p.argmax()
    done = "did not change the answer" if was == now else "changed the answer"
    one = "one nudge of" if nudges == 1 else f"{nudges} nudges of"
    least = (
        f"the smallest ε that does it in one nudge is {enough:.3f}"
        if enough is not None
        else f"no single nudge up to ε = {words.number(MOST)} does"
    )
    return (
        f"{_capital(answer(p))}. As drawn it was {was} ({chance(before[was])}): {one} ε = "
        f"{words.number(epsilon)} {done}; {least}. "
        f"Of {CHANCES} random changes as large, {flips or 'none'} {_does(flips)}"
    )


def place(i):
    """Name a pixel, from row 1 and column 1 at the upper left.

    >>> place(0), place(63)
    ('row 1, column 1', 'row 8, column 8')
    """
    return f"row {i // 8 + 1}, column {i % 8 + 1}"


def _p_is(p):
    written = chance(p)
    return f"p {written}" if written.startswith(">") else f"p = {written}"


def _does(count):
    return "does" if count < 2 else "do"


def _capital(text):
    return text[0].upper() + text[1:]
