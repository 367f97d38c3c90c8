"""Lesson 03, the scalar engine: rules, an order, a pass, and the two neurons of lesson 01 on all of them.

A rule takes numbers and gives (value, (local derivative for each input)). `order` and `backward` work on
nodes; `try_order` and `try_backward` let them work on graphs written as lists, so that a check can compare
numbers: `parents[i]` holds the numbers of node i's parents, and node 0 is the result.
"""

import math

from backprop_lib.engine.scalar import Value as MyValue
from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction
from backprop_lib.exercises.trying import shown_as

# What PyTorch gives for ln(exp(x) / y + tanh(x·y)) at x = 0.7, y = 2: its slopes in x and in y.
RECORDED_FROM_PYTORCH = (0.760575, -0.186094)

RULE = ("the value", "the local derivatives")


def _nonzero(generator, low, high):
    """A number with two decimals, easy to retype, of either sign and never near zero."""
    return round(float(generator.uniform(low, high) * generator.choice([-1, 1])), 2)


def _two_numbers(generator):
    return _nonzero(generator, 0.4, 3.0), _nonzero(generator, 0.4, 3.0)


# --- 03.1 multiply ------------------------------------------------------------------------------------------


def multiply(a, b):
    return a * b, (b, a)


MULTIPLY = Exercise(
    id="03.1",
    task="Write `multiply(a, b)`: return the product and, in a tuple, its two local derivatives.",
    truth=multiply,
    inputs=_two_numbers,
    examples=((2.0, -3.0),),
    parts=RULE,
    explain="If a grows by 1, then a·b grows by b: the local derivative towards a is b, and the other way "
    "round.",
    hints=(
        "Let a grow by 1 and keep b. By how much does a·b grow?",
        "The same shape as `add`: `return value, (towards a, towards b)`.",
        "At a = 2, b = −3 the answer is −6, (−3, 2).",
    ),
    misconceptions=(
        Misconception(
            "local derivatives swapped",
            "The two local derivatives have changed places. If a grows by 1, then a·b grows by b: towards a "
            "it is b.",
            lambda a, b: (a * b, (a, b)),
        ),
        Misconception(
            "rule of the sum",
            "1 and 1 are the local derivatives of a + b. In a product each input is scaled by the other one.",
            lambda a, b: (a * b, (1.0, 1.0)),
        ),
        Misconception(
            "product as derivative",
            "Both local derivatives are the product itself. Towards a it is what multiplies a, and that is b "
            "alone.",
            lambda a, b: (a * b, (a * b, a * b)),
        ),
        Misconception(
            "sum as value",
            "The local derivatives are right, but the value is a + b. It should be a·b.",
            lambda a, b: (a + b, (b, a)),
        ),
        Misconception(
            "product rule added up",
            "This is a + b, one number for both. Each input has a local derivative of its own: give them "
            "apart.",
            lambda a, b: (a * b, (a + b, a + b)),
        ),
    ),
)


# --- 03.2 to 03.4: functions of one number ------------------------------------------------------------------


def exp(a):
    value = math.exp(a)
    return value, (value,)


def log(a):
    return math.log(a), (1 / a,)


def tanh(a):
    value = math.tanh(a)
    return value, (1 - value**2,)


def _no_comma(rule):
    """The rule of somebody who wrote (slope) for (slope,)."""

    def forgetful(a):
        value, (slope,) = rule(a)
        return value, slope

    return Misconception(
        "comma forgotten",
        "The numbers are right, but the local derivative has to be in a tuple, as it is for two inputs. A "
        "tuple of one needs a comma: `(slope,)`. In Python `(slope)` is only a number in brackets.",
        forgetful,
    )


def _with_slope(function, slope):
    return lambda a: (function(a), (slope(a),))


EXP = Exercise(
    id="03.2",
    task="Write `exp(a)`: return eᵃ and, in a tuple of one, its local derivative.",
    truth=exp,
    inputs=lambda generator: (_nonzero(generator, 0.2, 2.0),),
    examples=((2.0,),),
    parts=RULE,
    explain="eᵃ is its own derivative. So the value is computed once, and serves twice.",
    hints=(
        "Look at the table: beside each value of exp stands its slope. What do you see?",
        "`value = math.exp(a)`, and then `return value, (…,)` with the comma.",
        "The slope of eᵃ is eᵃ.",
    ),
    misconceptions=(
        Misconception(
            "rule of the power",
            "This slope is a·e^(a−1), the rule for a power such as xⁿ. Here the input stands in the "
            "exponent, and eᵃ is its own derivative.",
            _with_slope(math.exp, lambda a: a * math.exp(a - 1)),
        ),
        Misconception(
            "a factor a",
            "This slope is a·eᵃ. That factor would come from something inside the exponent; here only a is "
            "there, and its own derivative is 1.",
            _with_slope(math.exp, lambda a: a * math.exp(a)),
        ),
        Misconception(
            "input for slope",
            "This slope is a, the input. Asked for is how fast eᵃ grows there.",
            _with_slope(math.exp, lambda a: a),
        ),
        Misconception(
            "slope of the logarithm",
            "1/a is the slope of ln a. The slope of eᵃ is eᵃ itself.",
            _with_slope(math.exp, lambda a: 1 / a),
        ),
        _no_comma(exp),
    ),
)

LOG = Exercise(
    id="03.3",
    task="Write `log(a)`: return the natural logarithm ln a and, in a tuple of one, its local derivative.",
    truth=log,
    inputs=lambda generator: (round(float(generator.uniform(0.2, 4.0)), 2),),
    examples=((2.0,),),
    parts=RULE,
    explain="The slope of ln a is 1/a: steep near 0, and ever flatter further out.",
    hints=(
        "In the table, the slope of log is 2 at 0.5, and 0.5 at 2.",
        "In Python `math.log(a)` is the natural logarithm.",
        "The slope of ln a is 1/a.",
    ),
    misconceptions=(
        Misconception(
            "its own derivative",
            "This slope is ln a itself. Only eᵃ is its own derivative; the slope of ln a is 1/a.",
            _with_slope(math.log, math.log),
        ),
        Misconception(
            "derivative of 1/a",
            "−1/a² is the derivative of 1/a, one derivative too many. The slope of ln a is 1/a.",
            _with_slope(math.log, lambda a: -1 / a**2),
        ),
        Misconception(
            "output for input",
            "This slope is 1/ln a: the output stands where the input should. The slope is 1/a.",
            _with_slope(math.log, lambda a: 1 / math.log(a)),
        ),
        Misconception(
            "input for slope",
            "This slope is a. The logarithm gets flatter as a grows: the slope is 1/a.",
            _with_slope(math.log, lambda a: a),
        ),
        Misconception(
            "decimal logarithm",
            "This is log₁₀. Asked for is the natural logarithm, `math.log(a)`, whose slope 1/a needs no "
            "factor.",
            lambda a: (math.log10(a), (1 / a,)),
        ),
        Misconception(
            "decimal logarithm, with its slope",
            "These are log₁₀ and its slope. Asked for is the natural logarithm, `math.log(a)`, with slope "
            "1/a.",
            lambda a: (math.log10(a), (1 / (a * math.log(10)),)),
        ),
        _no_comma(log),
    ),
)

TANH = Exercise(
    id="03.4",
    task="Write `tanh(a)`: return tanh a and, in a tuple of one, its local derivative.",
    truth=tanh,
    inputs=lambda generator: (_nonzero(generator, 0.2, 2.0),),
    examples=((0.5,),),
    parts=RULE,
    explain="tanh' = 1 − tanh²: steepest at 0, with slope 1, and flat on both sides. Like the sigmoid's, it "
    "needs the output alone.",
    hints=(
        "As with the sigmoid, the slope can be written with the output alone. In the table, take the value, "
        "and see what is missing to 1.",
        "The slope is the same for a and −a, so the output must come in squared.",
        "The slope is 1 − value².",
    ),
    misconceptions=(
        Misconception(
            "square forgotten",
            "This slope is 1 − tanh a. It is 1 − tanh² a: the slope has to be the same on both sides of 0.",
            _with_slope(math.tanh, lambda a: 1 - math.tanh(a)),
        ),
        Misconception(
            "input for output",
            "This slope is 1 − a², with the input. The rule uses the output: 1 − tanh² a.",
            _with_slope(math.tanh, lambda a: 1 - a**2),
        ),
        Misconception(
            "slope of the sigmoid",
            "value·(1 − value) is the slope of the sigmoid. For tanh it is 1 − value².",
            _with_slope(math.tanh, lambda a: math.tanh(a) * (1 - math.tanh(a))),
        ),
        Misconception(
            "sign",
            "This slope is tanh² a − 1, the right size with the wrong sign. tanh always rises.",
            _with_slope(math.tanh, lambda a: math.tanh(a) ** 2 - 1),
        ),
        Misconception(
            "plus for minus",
            "This slope is 1 + tanh² a, which grows away from 0. But tanh gets flat there: 1 − tanh² a.",
            _with_slope(math.tanh, lambda a: 1 + math.tanh(a) ** 2),
        ),
        _no_comma(tanh),
    ),
)


# --- 03.5 divide --------------------------------------------------------------------------------------------


def divide(a, b):
    return a / b, (1 / b, -a / b**2)


DIVIDE = Exercise(
    id="03.5",
    task="Write `divide(a, b)`: return the quotient and, in a tuple, its two local derivatives.",
    truth=divide,
    inputs=_two_numbers,
    examples=((3.0, 2.0),),
    parts=RULE,
    explain="a/b is a·(1/b), so towards a it is 1/b. Towards b it is −a/b²: a larger divisor makes a "
    "positive quotient smaller, and less and less so.",
    hints=(
        "Towards a, the quotient is a times a fixed number. Which one?",
        "For b, look at the table: at b = 2 the slope of 1/b is −0.25. Which formula of b gives that, and "
        "what does a do to it?",
        "The derivative of 1/b is −1/b².",
    ),
    misconceptions=(
        Misconception(
            "no minus",
            "Towards b the minus is missing. With a and b positive, a larger divisor gives a smaller "
            "quotient.",
            lambda a, b: (a / b, (1 / b, a / b**2)),
        ),
        Misconception(
            "no square",
            "Towards b this is −a/b. The derivative of 1/b is −1/b², with a square.",
            lambda a, b: (a / b, (1 / b, -a / b)),
        ),
        Misconception(
            "numerator left out",
            "Towards b this is −1/b², the derivative of 1/b. The quotient is a times that.",
            lambda a, b: (a / b, (1 / b, -1 / b**2)),
        ),
        Misconception(
            "rule of the product",
            "b and a are the local derivatives of a·b. Let a grow by 1: a/b grows by 1/b.",
            lambda a, b: (a / b, (b, a)),
        ),
        Misconception(
            "local derivatives swapped",
            "The two local derivatives have changed places: 1/b belongs to a, and comes first.",
            lambda a, b: (a / b, (-a / b**2, 1 / b)),
        ),
        Misconception(
            "divisor taken for a sum",
            "Towards b this is 1/a, as if the inputs took turns. Nudge b: the slope has b² in it, and a "
            "minus.",
            lambda a, b: (a / b, (1 / b, 1 / a)),
        ),
        Misconception(
            "logarithm for 1/b",
            "Towards b this holds ln b, which is the integral of 1/b. Asked for is its derivative, −1/b².",
            lambda a, b: (a / b, (1 / b, a * math.log(abs(b)))),
        ),
    ),
)


# --- graphs as lists ----------------------------------------------------------------------------------------


class Node:
    """A node of a check's graph. It notices whether anybody has worked on it."""

    def __init__(self, number, parents, local_derivatives, grad):
        self.number, self.touched = number, False
        self.local_derivatives = local_derivatives
        self._parents, self._grad = parents, grad

    @property
    def parents(self):
        self.touched = True
        return self._parents

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, gradient):
        self.touched, self._grad = True, gradient

    def __repr__(self):
        return f"node {self.number}"


def _nodes(parents, local_derivatives, grad):
    """Make the graph; a node's parents have larger numbers than its own."""
    nodes = [None] * len(parents)
    for i in reversed(range(len(parents))):
        nodes[i] = Node(i, tuple(nodes[p] for p in parents[i]), tuple(local_derivatives[i]), grad[i])
    return nodes


def try_order(order):
    """Turn `order(root)` into a function from a graph as lists to the numbers of its nodes in that order.

    parents: for each node the numbers of its parents; node 0 is the root.

    >>> try_order(order)([(1, 2), (2, 2), ()])
    [0, 1, 2]
    """

    def on_lists(parents):
        nodes = _nodes(parents, parents, [0.0] * len(parents))
        found = order(nodes[0])
        if found is None and not nodes[0].touched:
            return ...  # nothing has been written yet
        if isinstance(found, (list, tuple)) and all(isinstance(node, Node) for node in found):
            return [node.number for node in found]
        return found

    return shown_as(order, on_lists)


def try_backward(backward):
    """Turn `backward(root)` into a function from a graph as lists to the gradients of all of its nodes.

    parents: as in `try_order`.  local_derivatives: one for each parent.  grad: what the nodes hold before.

    >>> try_backward(backward)([(1, 1), ()], [(3.0, 3.0), ()], [0.0, 0.0])
    [1.0, 6.0]
    """

    def on_lists(parents, local_derivatives, grad):
        nodes = _nodes(parents, local_derivatives, grad)
        backward(nodes[0])
        if not any(node.touched for node in nodes):
            return ...  # nothing has been written yet
        return [node.grad for node in nodes]

    return shown_as(backward, on_lists)


# --- 03.6 an order ------------------------------------------------------------------------------------------


def uses(root):
    count, todo = {root: 0}, [root]
    while todo:
        for parent in todo.pop().parents:
            if parent not in count:
                count[parent] = 0
                todo.append(parent)
            count[parent] += 1
    return count


def order(root):
    waiting, ready, done = uses(root), [root], []
    while ready:
        node = ready.pop()
        done.append(node)
        for parent in node.parents:
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)
    return done


def _first_sight(take):
    """A walk that lists a node as soon as it is met; `take` says which of those met comes next."""

    def walk(root):
        todo, seen, done = [root], {root}, []
        while todo:
            node = todo.pop(take)
            done.append(node)
            for parent in node.parents:
                if parent not in seen:
                    seen.add(parent)
                    todo.append(parent)
        return done

    return walk


def _preorder(root):
    done = []

    def visit(node):
        if node not in done:
            done.append(node)
            for parent in node.parents:
                visit(parent)

    visit(root)
    return done


def _every_path(root):
    done = [root]
    for parent in root.parents:
        done += _every_path(parent)
    return done


def _every_use(root):
    done = [root]
    for node in done:
        done.extend(node.parents)
    return done


def _order_inputs(generator):
    """A graph in which every node uses the next one, so that only one order is right: 0, 1, 2, …"""
    count = int(generator.integers(4, 7))
    parents = []
    for i in range(count - 1):
        pair = [i + 1, int(generator.integers(i + 1, count))]
        parents.append(tuple(int(p) for p in generator.permutation(pair)))
    return ([*parents, ()],)


ORDER = Exercise(
    id="03.6",
    task="Write `order(root)`: a list of all nodes behind `root`, `root` first, in which a node comes after "
    "everything that uses it.",
    truth=try_order(order),
    inputs=_order_inputs,
    # q = h + m with m = h·h and h = 2x, as in lesson 02, but m comes second; and a node that waits longest.
    examples=(([(2, 1), (2, 2), (3,), ()],), ([(4, 1), (4, 2), (4, 3), (4,), ()],)),
    explain="A node is ready when all who use it have had their turn. Each edge is looked at once, so the "
    "walk takes as long as the graph is large, however many paths lead through it.",
    hints=(
        "Begin with `waiting = uses(root)`, a list `ready` that holds the root, and an empty list for the "
        "result.",
        "While something is ready: take a node out, put it into the result. Then one answer less is missing "
        "for each of its parents.",
        "`for parent in node.parents: waiting[parent] -= 1`, and when that is 0, the parent is ready.",
    ),
    misconceptions=(
        Misconception(
            "at first sight, last parent first",
            "A node is listed as soon as it is met, though others that use it have not had their turn. Let "
            "it wait: it is ready when `waiting` has come down to 0. This is how 26 turns into something "
            "else.",
            try_order(_first_sight(-1)),
        ),
        Misconception(
            "level by level",
            "This goes level by level, by the shortest way to each node. A node has to wait for the longest: "
            "until all who use it have had their turn.",
            try_order(_first_sight(0)),
        ),
        Misconception(
            "depth first, without waiting",
            "This follows one path down before it looks at the next. So a node gets its turn when the first "
            "of its users calls, and not the last.",
            try_order(_preorder),
        ),
        Misconception(
            "once for each path",
            "Nodes come up again and again, once for each path. This is where 52 in place of 26 came from; "
            "and ten diamonds have 1024 paths.",
            try_order(_every_path),
        ),
        Misconception(
            "once for each use",
            "A node is put in the list by everyone who uses it. It should come once, when the last of them "
            "has had its turn.",
            try_order(_every_use),
        ),
        Misconception(
            "inputs first",
            "This is the order of the forward pass, inputs first. Turned around it is right: the root "
            "begins.",
            try_order(lambda root: order(root)[::-1]),
        ),
        Misconception(
            "leaves left out",
            "Only the computed nodes are listed. The leaves belong to the graph, too.",
            try_order(lambda root: [node for node in order(root) if node.parents]),
        ),
        Misconception(
            "root left out",
            "The root itself is missing. It uses others and nothing uses it, so it comes first.",
            try_order(lambda root: order(root)[1:]),
        ),
    ),
)


# --- 03.7 the backward pass ---------------------------------------------------------------------------------


def backward(root):
    nodes = order(root)
    for node in nodes:
        if node.parents:
            node.grad = 0.0
    root.grad = 1.0
    for node in nodes:
        for parent, local in zip(node.parents, node.local_derivatives, strict=True):
            parent.grad += local * node.grad


def _backward_but(
    *,
    sent=lambda local, grad: local * grad,
    reset=lambda node: bool(node.parents),
    walk=order,
    overwrite=False,
    seed=1.0,
):
    """`backward` with one of its choices exchanged for a mistaken one."""

    def mistaken(root):
        for node in order(root):
            if reset(node):
                node.grad = 0.0
        if seed is not None:
            root.grad = seed
        for node in walk(root):
            for parent, local in zip(node.parents, node.local_derivatives, strict=True):
                parent.grad = (0.0 if overwrite else parent.grad) + sent(local, node.grad)

    return try_backward(mistaken)


def _different_parents(root):
    """As recursion calls them: each node sends to all its parents, then calls each different parent."""
    done = [root]
    for parent in dict.fromkeys(root.parents):
        done += _different_parents(parent)
    return done


def _backward_inputs(generator):
    """Four computed nodes, two leaves, all of them in use; earlier gradients in half of the graphs."""
    computed, count = 4, 6
    while True:
        parents = [tuple(int(p) for p in generator.integers(i + 1, count, size=2)) for i in range(computed)]
        if {p for pair in parents for p in pair} == set(range(1, count)):
            break
    local = [tuple(_nonzero(generator, 0.3, 2.0) for _ in pair) for pair in parents]
    before = [float(g) for g in generator.integers(1, 9, size=count)]
    return [*parents, (), ()], [*local, (), ()], before


# q = m + h, m = h·h, h = 2·x at x = 3: nodes 0 to 4 are q, m, h, the 2 and x.
_DIAMOND = [(1, 2), (2, 2), (3, 4), (), ()], [(1.0, 1.0), (6.0, 6.0), (3.0, 2.0), (), ()]

BACKWARD = Exercise(
    id="03.7",
    task="Write `backward(root)`: give every node behind `root` its gradient. The root gets 1, computed "
    "nodes start from 0, and leaves add to what they hold.",
    truth=try_backward(backward),
    inputs=_backward_inputs,
    examples=((*_DIAMOND, [0.0] * 5), (*_DIAMOND, [1.0, 1.0, 13.0, 39.0, 26.0])),
    explain="One line does the work: `parent.grad += local * node.grad`. The order makes sure that "
    "`node.grad` is complete by then, and the reset that it is of this pass alone.",
    hints=(
        "`nodes = order(root)`. A node was computed if it has parents.",
        "First set the computed nodes to 0.0, then the root to 1.0. Only then walk over `nodes`.",
        "At each node: `for parent, local in zip(node.parents, node.local_derivatives):` and the line with "
        "`+=`.",
    ),
    misconceptions=(
        Misconception(
            "overwritten",
            "A node keeps only what came last: `=` in place of `+=`. Where paths meet, gradients add up.",
            _backward_but(overwrite=True),
        ),
        Misconception(
            "computed nodes not reset",
            "Right on a fresh graph. In a second pass the computed nodes still hold the first one's "
            "gradients, and send them on again: set them to 0 before you begin.",
            _backward_but(reset=lambda node: False),
        ),
        Misconception(
            "leaves reset too",
            "Here the leaves start from 0 as well, so earlier passes are lost. A leaf has no parents: let "
            "it keep what it holds, and add.",
            _backward_but(reset=lambda node: True),
        ),
        Misconception(
            "root not set to 1",
            "All computed nodes get 0: the root was never set to 1, so there is nothing to pass on. Set it "
            "after the reset, as the reset covers the root, too.",
            _backward_but(seed=None),
        ),
        Misconception(
            "local derivative left out",
            "Each node hands its own gradient on unchanged. On each edge it is multiplied by the local "
            "derivative.",
            _backward_but(sent=lambda local, grad: grad),
        ),
        Misconception(
            "upstream left out",
            "Each node hands on its local derivatives alone. They are multiplied by what has arrived at the "
            "node, `node.grad`.",
            _backward_but(sent=lambda local, grad: local),
        ),
        Misconception(
            "inputs first",
            "The walk begins at the inputs, where nothing has arrived yet. Begin at the root.",
            _backward_but(walk=lambda root: order(root)[::-1]),
        ),
        Misconception(
            "without waiting",
            "Nodes send before all has arrived, and then again: 52 in place of 26. Walk over `order(root)`, "
            "where each comes once, after everything that uses it.",
            _backward_but(walk=_different_parents),
        ),
        Misconception(
            "added in place of multiplied",
            "Along an edge, upstream and local derivative multiply; here they were added.",
            _backward_but(sent=lambda local, grad: local + grad),
        ),
    ),
)


# --- 03.8 two neurons on one's own engine -------------------------------------------------------------------


def two_neurons(x, y, w1, w2, b):
    w1, w2, b = MyValue(w1), MyValue(w2), MyValue(b)
    a1 = sigmoid(w1 * x)
    a2 = sigmoid(w2 * a1 + b)
    L = (a2 - y) * (a2 - y)
    L.backward()
    return w1.grad, w2.grad, b.grad


def sigmoid(z):
    return 1 / (1 + (-z).exp())


def _neurons_but(
    *,
    squash=sigmoid,
    passed_on=lambda a1: a1,
    loss=lambda a2, y: (a2 - y) * (a2 - y),
    passes=1,
    given=lambda node: node.grad,
):
    """`two_neurons` with one of its steps exchanged for a mistaken one."""

    def mistaken(x, y, w1, w2, b):
        leaves = [MyValue(number) for number in (w1, w2, b)]
        w1, w2, b = leaves
        a2 = squash(w2 * passed_on(squash(w1 * x)) + b)
        L = loss(a2, y)
        for _ in range(passes):
            L.backward()
        return tuple(given(leaf) for leaf in leaves)

    return mistaken


def _neurons_inputs(generator):
    x, w1, w2, b = (_nonzero(generator, 0.3, 1.6) for _ in range(4))
    return x, float(generator.integers(0, 2)), w1, w2, b


TWO_NEURONS = Exercise(
    id="03.8",
    task="Write `two_neurons(x, y, w1, w2, b)`: build the loss of lesson 01 from your own `MyValue`s, and "
    "return the gradients of w1, w2 and b.",
    truth=two_neurons,
    inputs=_neurons_inputs,
    examples=((2.0, 1.0, 0.5, -1.0, 0.0),),
    parts=("dw1", "dw2", "db"),
    explain="Four lines of formulas, and no derivative in them. In lesson 01 this took seven "
    "multiplications by hand; your engine does them for any expression.",
    hints=(
        "Turn the parameters into leaves first: `w1 = MyValue(w1)`, and so on.",
        "Then the formulas of lesson 01, word for word: a1, a2 and L, with `sigmoid` from the cell above.",
        "`L.backward()`, and then `return w1.grad, w2.grad, b.grad`.",
    ),
    misconceptions=(
        Misconception(
            "backward not called",
            "All gradients are 0 still. Call `L.backward()` before you read them; and if you do, then your "
            "`backward`, 03.7, is still to be written.",
            _neurons_but(passes=0),
        ),
        Misconception(
            "backward called twice",
            "All gradients are twice what they should be: leaves add up what each `backward` brings. Call "
            "it once.",
            _neurons_but(passes=2),
        ),
        Misconception(
            "data in place of grad",
            "These are the parameters themselves, their `data`. Asked for is `grad`.",
            _neurons_but(given=lambda node: node.data),
        ),
        Misconception(
            "cut off by data",
            "dw2 and db are right, and dw1 is 0: the graph was cut where `.data` turned a node into a plain "
            "number. Go on with the node itself.",
            _neurons_but(passed_on=lambda a1: MyValue(a1.data)),
        ),
        Misconception(
            "gradients of the answer",
            "These are the gradients of a2. Call `backward` on the loss, L = (a2 − y)².",
            _neurons_but(loss=lambda a2, y: a2 * 1),
        ),
        Misconception(
            "loss not squared",
            "These are the gradients of a2 − y times a sign, or of |a2 − y|. The loss is the square of it.",
            _neurons_but(loss=lambda a2, y: (a2 - y) * (1 if a2.data > y else -1)),
        ),
        Misconception(
            "tanh in place of the sigmoid",
            "Here the neurons use tanh. Those of lesson 01 use the sigmoid, 1 / (1 + e⁻ᶻ).",
            _neurons_but(squash=lambda z: z.tanh()),
        ),
        Misconception(
            "minus in the exponent forgotten",
            "This sigmoid falls where it should rise: it has eᶻ for e⁻ᶻ.",
            _neurons_but(squash=lambda z: 1 / (1 + z.exp())),
        ),
        Misconception(
            "half of the square",
            "All gradients are half of what they should be. The loss is (a2 − y)², without a ½.",
            _neurons_but(loss=lambda a2, y: (a2 - y) * (a2 - y) * 0.5),
        ),
    ),
)


EXERCISES = (MULTIPLY, EXP, LOG, TANH, DIVIDE, ORDER, BACKWARD, TWO_NEURONS)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="03.a",
        question="x = 3 and q = x·x. A pass writes `parent.grad = …` in place of `+=`. Which number does x "
        "get?",
        confusions=(
            Confusion(6.0, 3.0, "6 is the true slope, 3 + 3. But the second 3 was written over the first."),
            Confusion(9.0, 3.0, "9 is the value of q. Each of the two edges carries the other factor, 3."),
            Confusion(
                1.0, 3.0, "1 is what q starts from. On its way it is multiplied by the other factor, 3."
            ),
        ),
    ),
    Prediction(
        id="03.b",
        question="`q.backward()` gave x a gradient of 26. You call it a second time, and change nothing "
        "else. What does x hold then: 26, 52 or 102?",
        options=("26", "52", "102"),
        confusions=(
            Confusion(
                "26",
                "52",
                "A leaf never forgets by itself: the second pass adds its 26 to those that are there.",
            ),
            Confusion(
                "102",
                "52",
                "That is what comes out if computed nodes keep their gradients, too, and send them on again. "
                "You will see it in a moment.",
            ),
        ),
    ),
    Prediction(
        id="03.c",
        question="The same network trains again, but nobody calls `zero_grad`. After as many steps, will "
        "its loss be lower, the same or higher?",
        options=("lower", "same", "higher"),
        confusions=(
            Confusion(
                "lower",
                "higher",
                "The steps do get longer. But their direction is that of gradients from places left long "
                "ago, and they overshoot.",
            ),
            Confusion(
                "same",
                "higher",
                "Each step goes against the sum of all gradients so far, most of them from places left long "
                "ago.",
            ),
        ),
    ),
)
