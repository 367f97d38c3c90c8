"""Which node of a learner's graph is which node of PyTorch's."""

import math

from backprop_lib.explorables.trace_torch import is_built_in

# What else PyTorch may call an operation; without an entry it is the same word: leaky_relu is LeakyRelu.
STEMS = {
    "absolute": ("Abs",),
    "add": ("Add", "Addmm", "Addcmul"),
    "affine": ("Add", "Addmm", "Addcmul", "Addmv"),
    "divide": ("Div",),
    "multiply": ("Mul", "Mm", "Mv", "Dot"),
    "negate": ("Neg",),
    "power": ("Pow",),
    "power_of": ("Pow", "MseLoss"),
    "subtract": ("Sub", "Rsub"),
}


def near(a, b):
    """Say whether two numbers are the same for float32, which keeps seven digits.

    >>> near(0.70710678, 0.70710669), near(0.7, 0.71)
    (True, False)
    """
    return math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-9)


def pair(ours, gradients, theirs):
    """Match the two graphs: operations in their order, leaves by name, then by value and gradient.

    ours: from `trace`.  gradients: one number for each of them.  theirs: from `trace_torch`.
    Returns: pairs (index in ours, index in theirs), at most one for each node, operations first.
    """
    operations = [i for i, node in enumerate(ours) if node["parents"]]
    functions = [j for j, node in enumerate(theirs) if "variable" not in node]
    score = {(i, j): _likeness(ours[i], gradients[i], theirs[j]) for i in operations for j in functions}
    return _aligned(operations, functions, score) + _leaves(ours, gradients, theirs)


def _likeness(node, gradient, function):
    agrees = near(gradient, function["gradient"])
    stem = function["kind"].rpartition("Backward")[0]
    if stem in STEMS.get(node["operation"], (node["operation"].title().replace("_", ""),)):
        return 2 + agrees
    # A learner's own function can be anything; and 2 / a is to PyTorch 2 times the reciprocal of a.
    anything = not is_built_in(function["kind"]) or (node["operation"], stem) == ("divide", "Mul")
    return int(anything and agrees)


def _aligned(rows, columns, score):
    """The most alike pairs of two sequences that do not cross: an alignment, by dynamic programming."""
    best = [[(0, [])] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for r, i in enumerate(rows, 1):
        for c, j in enumerate(columns, 1):
            # Of equal ones the first: pairs as late as possible, nearest to the result.
            total, pairs = best[r - 1][c - 1]
            found = [best[r - 1][c], best[r][c - 1]]
            if score[i, j]:
                found.insert(0, (total + score[i, j], [*pairs, (i, j)]))
            best[r][c] = max(found, key=lambda one: one[0])
    return best[-1][-1][1]


def _leaves(ours, gradients, theirs):
    free = [i for i, node in enumerate(ours) if not node["parents"]]
    pairs = []
    variables = [j for j, node in enumerate(theirs) if "variable" in node]
    for by_name in (True, False):
        for j in variables:
            function = theirs[j]

            def fits(i, function=function, by_name=by_name):
                if by_name:
                    return ours[i]["name"] == function["variable"]
                alike = near(ours[i]["value"], function["value"])
                return alike and near(gradients[i], function["gradient"])

            i = next(filter(fits, free), None)
            if i is not None and all(j != other for _, other in pairs):
                pairs.append((i, j))
                free.remove(i)
    return pairs
