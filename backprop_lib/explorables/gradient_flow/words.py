"""What the gradient-flow microscope says, in words; js/gradient_flow/words.js says the same."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

from backprop_lib.explorables import words

NAMES = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "identity": "identity",
}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def sentence(settings, layer, flow, theory):
    """Say the settings, the ratio of first to last gradient, what a layer passes on, and what `layer` does.

    settings, flow: from `gradient_flow_network`.  layer: counted from 1.  theory: a `Theory`, or None.
    """
    said = [
        f"{_settings(settings)}: {_ratio(settings.depth, flow.gradients)}",
        *_passed_on(settings.depth, flow.gradients, theory),
        *_clipping(settings, flow),
        f"Layer {layer}: signals of size {three(flow.activations[layer - 1])}, "
        f"slopes √mean f′² = {three(flow.slopes[layer - 1])}.",
    ]
    return " ".join(said)


def three(x):
    """Write three digits, of a number that is 0 or more.

    >>> three(0.23449), three(326.4), three(1.0551e-12)
    ('0.234', '326', '1.06×10⁻¹²')
    """
    if not x:
        return "0"
    rounded = Context(prec=3, rounding=ROUND_HALF_UP).plus(Decimal(x))  # as a browser rounds
    digits, exponent = f"{rounded:.2e}".split("e")
    if -3 <= int(exponent) <= 3:
        text = f"{rounded:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{digits}×10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def _settings(settings):
    layers = "1 layer" if settings.depth == 1 else f"{settings.depth} layers"
    gain = "√2" if settings.gain == math.sqrt(2.0) else words.number(settings.gain)
    norm = "" if settings.normalisation == "none" else f", {settings.normalisation}"
    shortcut = ", residual" if settings.residual else ""
    return f"{layers} of {settings.width}, {NAMES[settings.activation]}, gain {gain}{norm}{shortcut}"


def _ratio(depth, gradients):
    first, last = gradients[0], gradients[-1]
    if not last:
        return f"no gradient enters layer {depth}: f′ is 0 for all its units, at every row."
    if depth == 1:
        return f"layer 1 receives {three(first)} of the gradient at the output."
    ratio = first / last
    told = (
        "f′ is 0 for all its units, at every row"
        if not ratio
        else "it vanishes"
        if ratio < 0.01
        else "it explodes"
        if ratio > 100.0
        else "it gets through"
    )
    return f"layer 1 receives {three(ratio)} of the gradient at layer {depth}: {told}."


def _passed_on(depth, gradients, theory):
    if depth > 1 and gradients[0] and gradients[-1]:
        expected = f" (theory: {three(_each(depth, theory.gradients))})" if theory else ""
        yield f"On average a layer passes on {three(_each(depth, gradients))}{expected}."


def _each(depth, gradients):
    return (gradients[0] / gradients[-1]) ** (1.0 / (depth - 1))


def _clipping(settings, flow):
    if settings.clipping:
        together = f"Clipping: all ∂L/∂W together have norm {three(flow.norm)}"
        less = f"{together}, less than 1, so nothing changes."
        more = f"{together}, so each is multiplied by {three(flow.factor)}; the ratio stays."
        yield less if flow.factor == 1.0 else more
