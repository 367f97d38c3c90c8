"""Read a formula as it is printed, and compute it: the proof that its brackets are right."""

import math
import re

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻·", "0123456789-.")
CALL = r"\((?:[^()]|\([^()]*\))*\)"
NAME = r"[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹]\w*"


def _normal(a):
    return 0.5 * math.erfc(-a / math.sqrt(2.0))


FUNCTIONS = {
    **{name: getattr(math, name) for name in ("exp", "sin", "cos", "tanh", "sqrt")},
    **{"max": max, "min": min, "ln": math.log, "Φ": _normal},
    "σ": lambda a: 1.0 / (1.0 + math.exp(-a)),
    "φ": lambda a: math.exp(-0.5 * a * a) / math.sqrt(2.0 * math.pi),
    "ReLU": lambda a: max(a, 0.0),
    "leaky": lambda a: a if a > 0.0 else 0.01 * a,
    "ELU": lambda a: a if a > 0.0 else math.expm1(a),
    "GELU": lambda a: a * _normal(a),
    "softplus": lambda a: math.log1p(math.exp(a)),
}


def compute(formula, numbers):
    """The number that a formula stands for, its names looked up in `numbers`.

    >>> compute("(a − y)²", {"a": 1.0, "y": 4.0}), compute("√a·b / (−c)", {"a": 4.0, "b": 3.0, "c": 2.0})
    (9.0, -3.0)
    """
    text = re.sub(r" #\d+", "", formula)  # a second node with the same formula
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+(·[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?", lambda m: f"**({m.group().translate(RAISED)})", text)
    text = text.replace("√(", "sqrt(")
    text = re.sub(rf"√({NAME}({CALL})?)", r"sqrt(\1)", text)
    text = re.sub(r"\bln (.+)", r"ln(\1)", text)  # the last factor of a power's slope
    text = text.replace("−", "-").replace("·", "*").replace("^", "**")
    if " if " in text and " else " not in text:
        text += " else 0"
    return eval(text, {"__builtins__": {}} | FUNCTIONS, numbers)
