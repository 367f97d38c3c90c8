"""Guess from the pattern of its error what is wrong with a gradient.

Patterns are tried in the order of `PATTERNS`, and the first that fits speaks. None is a proof: mistakes can
look alike.
"""

from backprop_lib.training.checks.error_patterns import PATTERNS, constant_factor
from backprop_lib.training.checks.tables import listed


def suspect(comparisons, alone=None):
    """Say what the mistakes look like: sentences, the surest first.

    comparisons: one for each parameter, in forward order.
    alone: None, or a function without arguments that compares the gradients of the last sample alone.
    """
    wrong = [c for c in comparisons if not c.ok]
    if not wrong:
        return []
    single = {c.name: c for c in alone()} if alone else {}
    guesses = [_guess(c, comparisons, single) for c in wrong]
    special = any(pattern and not pattern.general for pattern, _ in guesses)
    said, fallback = {}, []
    for c, (pattern, guess) in zip(wrong, guesses, strict=True):
        if pattern is None or (pattern.general and special):  # perhaps only what the others have spoilt
            fallback.append(c.name)
        else:
            said.setdefault(guess, []).append(c.name)
    lines = [f"{listed(names)}: {guess}" for guess, names in said.items()]
    if fallback and said:
        lines.append(f"{listed(fallback)}: no simple pattern; mend the others first, and check again")
    elif fallback:
        lines.append(f"{listed(fallback)}: no simple pattern")
    one_factor = len(said) == 1 and all(p and p.fits is constant_factor for p, _ in guesses)
    if one_factor and len(wrong) == len(comparisons) > 1:
        lines.append("all parameters show the same: look where the way back begins, at the loss")
    return lines + _where(comparisons)


def _guess(whole, comparisons, single):
    for pattern in PATTERNS:
        c = single.get(whole.name) if pattern.alone else whole
        if c is not None and (
            said := pattern.fits(c, whole, single.values() if pattern.alone else comparisons)
        ):
            return pattern, said
    return None, None


def _where(comparisons):
    """Say where the fault lies, if right and wrong parameters tell: errors travel backward."""
    wrong = [c.name for c in comparisons if not c.ok]
    right = [c.name for c in comparisons if c.ok]
    if not right or comparisons[0].ok:
        last = len(wrong) == 1 and right
        return [f"only {wrong[0]} is wrong: the fault lies in the line of its own gradient"] if last else []
    if len(wrong) == 1 and len(comparisons) > 2:
        return [f"only {wrong[0]} is wrong: the fault lies in the line of its own gradient"]
    if all(not c.ok for c in comparisons[: len(wrong)]):
        return [
            f"{listed(right)} {'is' if len(right) == 1 else 'are'} right, all before wrong: the fault lies "
            f"on the way back from {right[0]} to {wrong[-1]}"
        ]
    return []
