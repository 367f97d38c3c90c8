"""The production line: a wrong product, knobs that made it, and what each one has to do with it."""

import traitlets

from backprop_lib.engine.scalar import Value
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import browser_side
from backprop_lib.explorables.on_graph import GraphExplorable

KNOBS = ("w1", "w2", "b")


class ProductionLine(GraphExplorable):
    """Three stations make a product of a raw piece; the loss is its miss, squared.

    knobs: how many of the knobs w1, w2, b can be turned, 1 to 3.  values: the raw piece x, the knobs, and the
    length y that the customer wants, in cm; setting one moves it.  gradients: those of the loss, by name.
    """

    _esm, _css = browser_side("production_line")

    knobs = traitlets.Int(3).tag(sync=True)

    def __init__(self, knobs=3):
        leaves = {"x": 2.0, "w1": 1.5, "w2": 2.0, "b": -1.0, "y": 3.0}
        names = {name: Value(number, label=name) for name, number in leaves.items()}
        super().__init__(_loss(**names), names, knobs=knobs)

    @property
    def sentence(self):
        """How far the product misses, and which knob is to blame by how much."""
        graph = {node["name"]: value for node, value in zip(self.nodes, self._replayed(), strict=True)}
        product, miss = words.number(graph["p"].data), graph["miss"].data
        if miss == 0:
            return f"The product is {product} cm, as the customer wants: the loss is 0, no knob is to blame"
        way = "long" if miss > 0 else "short"
        told = (
            f"The product is {product} cm, {words.number(abs(miss))} cm too {way}: "
            f"the loss is {words.number(graph['L'].data)}"
        )
        return f"{told}; {_blame({name: graph[name].grad for name in KNOBS[: self.knobs]})}"

    @traitlets.validate("knobs")
    def _check_knobs(self, proposal):
        if not 1 <= proposal.value <= len(KNOBS):
            raise traitlets.TraitError(f"1, 2 or 3 knobs can be turned; received knobs={proposal.value}")
        return proposal.value


def _loss(x, w1, w2, b, y):
    """What the line computes; every step has a name of its own."""
    steps = {}
    steps["p1"] = w1 * x
    steps["p2"] = w2 * steps["p1"]
    steps["p"] = steps["p2"] + b
    steps["miss"] = steps["p"] - y
    steps["L"] = steps["miss"] ** 2
    for name, step in steps.items():
        step.label = name
    return steps["L"]


def _blame(gradients):
    """Say what turning each knob up would do, and which one does most."""
    names = list(gradients)
    sizes = [words.number(abs(gradient)) for gradient in gradients.values()]
    largest = max(abs(gradient) for gradient in gradients.values())
    if largest == 0:
        return f"turning {' or '.join(names)} a little changes nothing"
    first, *others = (_answer(*pair) for pair in zip(gradients.values(), sizes, strict=True))
    told = f"turn {names[0]} up a little and the loss {first}{' as much' if first != 'stays' else ''}"
    most = [name for name, size in zip(names, sizes, strict=True) if size == words.number(largest)]
    if others:
        told += f" ({', '.join(f'{name}: {answer}' for name, answer in zip(names[1:], others, strict=True))})"
        if len(most) > 1:
            return f"{told}; most to blame: {' and '.join(most)}, alike"
        told += f"; most to blame: {most[0]}"
    return f"{told}, so turn it {'down' if gradients[most[0]] > 0 else 'up'}"


def _answer(gradient, size):
    if gradient == 0:
        return "stays"
    return f"{'rises' if gradient > 0 else 'falls'} {size} times"


def production_line(knobs=3):
    """Turn the knobs of a production line, and see which one is to blame for a wrong product.

    A raw piece of x = 2 cm is stretched to w1 times its length, then to w2 times, then b is added or cut off.
    The loss is the square of what is missing or too much.

    knobs: how many can be turned; 1 is w1 alone, 3 are w1, w2 and b.

    Raises: traitlets.TraitError for another number of knobs.

    >>> line = production_line(knobs=1)
    >>> print(line)
    The product is 5 cm, 2 cm too long: the loss is 4; turn w1 up a little and the loss rises 16 times as much, so turn it down
    >>> line.values["w1"] = 1
    >>> line.gradients["w1"]
    0.0
    """  # noqa: E501
    return ProductionLine(knobs)
