"""A learner's graph, written down once for the browser: names, formulas, values."""

import reprlib
from itertools import count

from backprop_lib.engine import functions
from backprop_lib.engine.graph import topological_order
from backprop_lib.engine.scalar import Value, apply

LARGEST = 20_000
LONGEST_NAME = 10

# How tightly an operation's formula holds together, and how tightly each of its parents must.
# A quotient stands below a product, because a / b·c could be read as a / (b·c).
_NEGATION, _SUM, _QUOTIENT, _PRODUCT, _POWER, _ATOM = range(1, 7)
_HOLDS = {
    "add": (_SUM, (_NEGATION, _SUM)),
    "subtract": (_SUM, (_NEGATION, _QUOTIENT)),
    "multiply": (_PRODUCT, (_PRODUCT, _PRODUCT)),
    "divide": (_QUOTIENT, (_PRODUCT, _POWER)),
    "negate": (_NEGATION, (_QUOTIENT,)),
    "power": (_POWER, (_ATOM, _ATOM)),
    "power_of": (_POWER, (_ATOM,)),
    "affine": (_SUM, (_PRODUCT,)),
    "sqrt": (_POWER, (_ATOM,)),
}


def trace(root, names, parameters=None):
    """Write the graph behind `root` as plain data: one dictionary a node, parents before children.

    root: a Value.  names: name -> object, such as the learner's variables; a label on a Value goes first.
    parameters: the Values to draw as parameters; without it, leaves whose name starts with w or b.
    Raises: TypeError when `root` is no Value; ValueError when it has no graph or one too large to draw.

    >>> w, x = Value(2.0), Value(3.0)
    >>> [node["name"] for node in trace(w * x, {"w": w, "x": x})]
    ['w', 'x', 'w·x']
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"the graph is that of a Value; received {type(root).__name__} {reprlib.repr(root)}: "
            "give the loss itself"
        )
    if not root.parents:
        raise ValueError(f"this Value ({root.data:g}) was typed in, not computed: there is no graph to draw")
    order = topological_order(root)
    if len(order) > LARGEST:
        raise ValueError(
            f"a picture holds at most {LARGEST:,} nodes; this graph has {len(order):,}: take a part of it, "
            "such as the loss of one sample"
        )
    index = {node: i for i, node in enumerate(order)}
    chosen = None if parameters is None else set(parameters)
    # Reversed, so that of two variables for one Value the first one made names it.
    given = {id(value): name for name, value in reversed(names.items()) if name[0].isalpha()}
    written, taken, numbers = [], {}, count(1)
    for node in order:
        parents = [index[parent] for parent in node.parents]
        shown = [written[parent] for parent in parents]
        name, hold = _name(node, given.get(id(node)), shown, numbers)
        name = _free(name, taken)
        entry = {
            "name": name,
            "hold": hold,
            "numbered": name[1:].isdecimal() and not (node.label or given.get(id(node))),
            "parents": parents,
            "value": node.data,
            "role": _role(node, name, chosen),
        }
        written.append(entry | _made(node, shown, entry) if node.parents else entry)
    written[-1]["role"] = "loss"
    for entry in written:
        del entry["hold"], entry["numbered"]
    return written


def replay(nodes, leaves):
    """Build the traced graph again on other leaf values, with our own engine.

    nodes: from `trace`.  leaves: name -> number.  Returns: the Values in the order of `nodes`.

    >>> w, x = Value(2.0), Value(3.0)
    >>> replay(trace(w * x, {"w": w, "x": x}), {"w": 5.0, "x": 3.0})[-1].data
    15.0
    """
    made = []
    for node in nodes:
        if node["parents"]:
            operation = functions.find(node["operation"], node["parameter"])
            made.append(apply(operation, *[made[parent] for parent in node["parents"]]))
        else:
            made.append(Value(leaves[node["name"]], label=node["name"]))
    return made


def _name(node, given, parents, numbers):
    """Name a node: its label, the learner's variable, its formula while that is short, or a number."""
    if name := node.label or given:
        return name, _NEGATION if set(" +-*/·^−") & set(name) else _ATOM  # a label may be a formula
    if not node.parents:
        return f"c{next(numbers)}", _ATOM
    formula = _formula(node.operation, parents)
    if len(formula) <= LONGEST_NAME and not any(parent["numbered"] for parent in parents):
        return formula, _HOLDS.get(node.operation.name, (_ATOM,))[0]
    return f"v{next(numbers)}", _ATOM


def _free(name, taken):
    """Give the name, with a number behind it where another node has it; `taken` remembers."""
    free = name
    while free in taken:
        taken[name] += 1
        free = f"{name} #{taken[name]}"
    taken[free] = 1
    return free


def _made(node, parents, entry):
    """Say how a node was made, and how it answers to each parent."""
    operation = node.operation
    safe = [_bracketed(parent, _ATOM) for parent in parents]
    out = _bracketed(entry, _PRODUCT)
    derivatives = (operation.derivative_formula(k, safe, out) for k in range(len(parents)))
    return {
        "operation": operation.name,
        "parameter": operation.parameter,
        "symbol": operation.symbol,
        "needs": operation.needs,
        "formula": _formula(operation, parents),
        "derivatives": [_single(formula, safe) for formula in derivatives],
    }


def _formula(operation, parents):
    needed = _HOLDS.get(operation.name, (0, (0,)))[1]
    needed = needed if len(needed) == len(parents) else needed * len(parents)
    return operation.value_formula([_bracketed(*pair) for pair in zip(parents, needed, strict=True)])


def _bracketed(parent, needed):
    return parent["name"] if parent["hold"] >= needed else f"({parent['name']})"


def _single(formula, safe):
    """Drop brackets that hold nothing together: (a − y) alone is a − y, cos((a − y)) is cos(a − y)."""
    for name in safe:
        if name.startswith("("):
            formula = name[1:-1] if formula == name else formula.replace(f"({name})", name)
    return formula


def _role(node, name, chosen):
    if node.parents:
        return "operation"
    is_parameter = name[0] in "wbWB" if chosen is None else node in chosen
    return "parameter" if is_parameter else "input"
