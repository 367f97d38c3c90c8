"""How numbers are written in pictures, and in the sentences that stand for them."""

import math

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(x, digits=3):
    """Write a number with at most `digits` significant digits, with a power of ten when small or large.

    >>> short(0.25), short(-1.1289), short(0.00012345), short(12345.6), short(float("nan"))
    ('0.25', '−1.13', '1.23×10⁻⁴', '12346', 'nan')
    """
    x = float(x)
    if not math.isfinite(x):
        return str(x).replace("-", "−")
    if x == 0.0:
        return "0"
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    text, power = f"{x:.{max(digits - 1 - int(exponent), 0)}f}", ""
    if not -4 < int(exponent) < 5:
        text, power = mantissa, f"×{ten_to(int(exponent))}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}{power}".replace("-", "−")


def ten_to(exponent):
    """Write a power of ten.

    >>> ten_to(-3), ten_to(0), ten_to(1)
    ('10⁻³', '1', '10')
    """
    return {0: "1", 1: "10"}.get(exponent, f"10{str(exponent).translate(_SUPERSCRIPT)}")


def percent(share):
    """Write a share in percent; only none at all is 0 %, and only all is 100 %.

    >>> percent(0.0), percent(0.0001), percent(0.4981), percent(0.5), percent(0.9999), percent(1.0)
    ('0 %', '<0.1 %', '49.8 %', '50 %', '>99.9 %', '100 %')
    """
    if 0.0 < share < 0.001:
        return "<0.1 %"
    if 0.999 < share < 1.0:
        return ">99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def listed(items, most=8, separator=", "):
    """Join up to `most` items, and say how many more there are.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a, b, c', 'a, b and 1 more')
    """
    items = list(items)
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return separator.join(items[:most]) + more
