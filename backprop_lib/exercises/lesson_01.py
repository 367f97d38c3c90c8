"""Lesson 01, by hand: one sigmoid neuron after another, and every derivative of it.

The network: z1 = w1·x, a1 = σ(z1), z2 = w2·a1 + b, a2 = σ(z2), L = (a2 − y)².
The notebook's example: x = 2, y = 1, w1 = 0.5, w2 = −1, b = 0.
"""

import functools
import math

from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction

EXAMPLE = (2.0, 1.0, 0.5, -1.0, 0.0)  # x, y, w1, w2, b
RATE = 0.1


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


# --- 01.1 the slope of the sigmoid, from its output ---------------------------------------------------------


def sigmoid_slope(a):
    return a * (1 - a)


def _slope_at_z(a):
    z = math.log(a / (1 - a))
    return z * (1 - z)


SIGMOID_SLOPE = Exercise(
    id="01.1",
    task="Write `sigmoid_slope(a)`: the derivative of the sigmoid, given its output a = σ(z).",
    truth=sigmoid_slope,
    inputs=lambda generator: (round(generator.uniform(0.05, 0.95), 3),),
    examples=((0.731,),),
    explain="The output is all that is needed: σ'(z) = a(1 − a). It is largest, 0.25, at a = 0.5, and fades "
    "on both sides. So the forward pass has already computed what the backward pass needs.",
    hints=(
        "σ'(z) can be written with σ(z) alone. Which product of σ(z) and 1 − σ(z) is it?",
        "`a` already is σ(z): no exponential is needed.",
        "At a = 0.5 the answer is 0.25.",
    ),
    misconceptions=(
        Misconception(
            "output taken for input",
            "This is σ(a)(1 − σ(a)): the sigmoid was applied a second time. `a` is already the sigmoid's "
            "output.",
            lambda a: sigmoid(a) * (1 - sigmoid(a)),
        ),
        Misconception(
            "z(1 − z)",
            "This is z(1 − z). The rule is a(1 − a), with the output a in both places; z(1 − z) would be 0 "
            "at z = 1 and stop the gradient there.",
            _slope_at_z,
        ),
        Misconception(
            "slope of tanh",
            "This is 1 − a², the derivative of tanh. The sigmoid's is a(1 − a).",
            lambda a: 1 - a**2,
        ),
        Misconception(
            "only one factor",
            "This is 1 − a alone; the other factor, a, is missing.",
            lambda a: 1 - a,
        ),
        Misconception(
            "sign",
            "This is a(a − 1), the right size with the wrong sign. The sigmoid always rises, so its slope is "
            "positive.",
            lambda a: a * (a - 1),
        ),
        Misconception(
            "sigmoid itself",
            "This is a, the sigmoid's value. Asked for is its slope at that point.",
            lambda a: a,
        ),
    ),
)


# --- 01.2 one gradient by hand ------------------------------------------------------------------------------


def dL_dw2():
    x, y, w1, w2, b = 2, 1, 0.5, -1, 0
    a1 = sigmoid(w1 * x)
    a2 = sigmoid(w2 * a1 + b)
    delta2 = 2 * (a2 - y) * a2 * (1 - a2)  # upstream × σ'(z2)
    return delta2 * a1  # × the local derivative of z2 with respect to w2


def _forward(x, y, w1, w2, b):
    z1 = w1 * x
    a1 = sigmoid(z1)
    z2 = w2 * a1 + b
    return z1, a1, z2, sigmoid(z2)


def _at_example():
    """a1, z2, a2 and ∂L/∂a2 of the example: what the mistakes below start from."""
    _, a1, z2, a2 = _forward(*EXAMPLE)
    return a1, z2, a2, 2 * (a2 - EXAMPLE[1])


def _dL_dw2_with(formula):
    return lambda: formula(*_at_example())


ONE_GRADIENT = Exercise(
    id="01.2",
    task="Compute ∂L/∂w2 at x = 2, y = 1, w1 = 0.5, w2 = −1, b = 0.",
    truth=dL_dw2,
    explain="Three factors along the path from L to w2: 2(a2 − y), a2(1 − a2) and a1. The first is negative "
    "here, the others are not: a larger w2 would lower the loss.",
    hints=(
        "Walk back from L to w2: through a2, through z2, then to w2. Each step gives one factor.",
        "The factors are 2(a2 − y), a2(1 − a2), and what multiplies w2 in z2.",
        "∂L/∂z2 is `dz2`, which you have. One factor is left: what does w2 multiply?",
    ),
    misconceptions=(
        Misconception(
            "no slope of the sigmoid",
            "This is the gradient without σ'(z2): between a2 and z2 lies the sigmoid, and its slope a2(1 − "
            "a2) is a factor too.",
            _dL_dw2_with(lambda a1, z2, a2, da2: da2 * a1),
        ),
        Misconception(
            "no factor 2",
            "This is half of the gradient: the derivative of (a2 − y)² is 2(a2 − y).",
            _dL_dw2_with(lambda a1, z2, a2, da2: da2 / 2 * a2 * (1 - a2) * a1),
        ),
        Misconception(
            "target minus output",
            "The size is right, the sign is not. The upstream is dz2 (not da1, which is −dz2 here); and the "
            "walk began with 2(a2 − y), not 2(y − a2).",
            _dL_dw2_with(lambda a1, z2, a2, da2: -da2 * a2 * (1 - a2) * a1),
        ),
        Misconception(
            "z(1 − z)",
            "Here σ'(z2) was taken as z2(1 − z2). It is a2(1 − a2): the sigmoid's output in both places.",
            _dL_dw2_with(lambda a1, z2, a2, da2: da2 * z2 * (1 - z2) * a1),
        ),
        Misconception(
            "last factor missing",
            "This is dz2 itself, which is also db. For w2 one factor remains: ∂z2/∂w2 = a1. If you did "
            "multiply, then by z1, which happens to be 1 here: w2 multiplies the neuron's output, a1.",
            _dL_dw2_with(lambda a1, z2, a2, da2: da2 * a2 * (1 - a2)),
        ),
        Misconception(
            "w2 in place of a1",
            "This is ∂L/∂a1: the last factor was w2. For w2's own gradient the last factor is what w2 "
            "multiplies, a1.",
            _dL_dw2_with(lambda a1, z2, a2, da2: da2 * a2 * (1 - a2) * EXAMPLE[3]),
        ),
        Misconception(
            "x in place of a1",
            "Here the last factor was x. It is the input of this layer that counts: a1.",
            _dL_dw2_with(lambda a1, z2, a2, da2: da2 * a2 * (1 - a2) * EXAMPLE[0]),
        ),
        Misconception(
            "slope of the other layer",
            "Here σ' was taken at z1. Between a2 and z2 the slope is a2(1 − a2).",
            _dL_dw2_with(lambda a1, z2, a2, da2: da2 * a1 * (1 - a1) * a1),
        ),
        Misconception(
            "local derivative alone",
            "This is a1, the local derivative: the right one, but alone. Multiply it by the upstream dz2.",
            _dL_dw2_with(lambda a1, z2, a2, da2: a1),
        ),
        Misconception(
            "upstream plus local",
            "This is dz2 + a1. Along a path the rates multiply: upstream × local derivative.",
            _dL_dw2_with(lambda a1, z2, a2, da2: da2 * a2 * (1 - a2) + a1),
        ),
    ),
)


# --- 01.3 the whole backward pass ---------------------------------------------------------------------------


def backward(x, y, w1, w2, b):
    z1 = w1 * x
    a1 = sigmoid(z1)
    z2 = w2 * a1 + b
    a2 = sigmoid(z2)

    da2 = 2 * (a2 - y)
    dz2 = da2 * a2 * (1 - a2)
    dw2 = dz2 * a1
    db = dz2
    da1 = dz2 * w2
    dz1 = da1 * a1 * (1 - a1)
    dw1 = dz1 * x
    return dw1, dw2, db


def _slope(z, a, other):
    """The sigmoid's slope from a layer's input and output; `other` is the other layer's output."""
    return a * (1 - a)


def _backward_but(
    x,
    y,
    w1,
    w2,
    b,
    *,
    forward=_forward,
    loss_slope=lambda a2, y: 2 * (a2 - y),
    slope2=_slope,
    slope1=_slope,
    for_w2=lambda a1, w2: a1,
    for_b=lambda b: 1,
    for_a1=lambda a1, w2: w2,
    for_w1=lambda x, w1: x,
    upstream=True,
):
    """The backward pass with one of its local derivatives exchanged for a mistaken one."""
    z1, a1, z2, a2 = forward(x, y, w1, w2, b)
    dz2 = loss_slope(a2, y) * slope2(z2, a2, a1) if upstream else 1
    dz1 = dz2 * for_a1(a1, w2) * slope1(z1, a1, a2) if upstream else 1
    return dz1 * for_w1(x, w1), dz2 * for_w2(a1, w2), dz2 * for_b(b)


def _slope_of_input(z, a, other):
    return z * (1 - z)


def _slope_of_other(z, a, other):
    return other * (1 - other)


def _backward_with(**mistake):
    return functools.partial(_backward_but, **mistake)


def _nonzero(generator, low, high):
    """A number with two decimals, easy to retype, of either sign and never near zero."""
    return round(float(generator.uniform(low, high) * generator.choice([-1, 1])), 2)


def _network_inputs(generator):
    x, w1, w2, b = (_nonzero(generator, 0.3, 1.6) for _ in range(4))
    return x, float(generator.integers(0, 2)), w1, w2, b


BACKWARD_PASS = Exercise(
    id="01.3",
    task="Write `backward(x, y, w1, w2, b)`: the whole backward pass, returning (dw1, dw2, db).",
    truth=backward,
    inputs=_network_inputs,
    examples=(EXAMPLE,),
    parts=("dw1", "dw2", "db"),
    explain="Every line is what arrived from above times one local derivative. Nothing is computed twice: "
    "dz2 serves dw2, db and da1.",
    hints=(
        "First the forward pass, keeping a1 and a2. Then backwards: da2, dz2, dw2 and db, da1, dz1, dw1.",
        "Each line is the gradient that has arrived so far, times one local derivative: `dz2 = da2 * a2 * (1 "
        "- a2)`.",
        "From z2 = w2·a1 + b: dw2 takes a1, db takes 1, and da1 takes w2.",
    ),
    misconceptions=(
        Misconception(
            "no slope in layer 2",
            "These are the gradients without σ'(z2): dz2 is da2 times a2(1 − a2).",
            _backward_with(slope2=lambda *_: 1),
        ),
        Misconception(
            "no slope in layer 1",
            "dw2 and db are right; dw1 lacks σ'(z1): dz1 is da1 times a1(1 − a1).",
            _backward_with(slope1=lambda *_: 1),
        ),
        Misconception(
            "no slopes at all",
            "Both slopes of the sigmoid are missing: σ'(z2) = a2(1 − a2) and σ'(z1) = a1(1 − a1).",
            _backward_with(slope1=lambda *_: 1, slope2=lambda *_: 1),
        ),
        Misconception(
            "z(1 − z)",
            "Here σ'(z) was taken as z(1 − z). It is a(1 − a), with the sigmoid's output. At z1 = 1 yours "
            "gives 0 and stops the gradient.",
            _backward_with(slope1=_slope_of_input, slope2=_slope_of_input),
        ),
        Misconception(
            "z(1 − z) in layer 1",
            "dw2 and db are right; for dz1 the slope was taken as z1(1 − z1). It is a1(1 − a1), with the "
            "sigmoid's output.",
            _backward_with(slope1=_slope_of_input),
        ),
        Misconception(
            "z(1 − z) in layer 2",
            "For dz2 the slope was taken as z2(1 − z2). It is a2(1 − a2), with the sigmoid's output, as you "
            "have it in layer 1.",
            _backward_with(slope2=_slope_of_input),
        ),
        Misconception(
            "slopes swapped",
            "The two slopes changed places: a2(1 − a2) belongs to dz2, and a1(1 − a1) to dz1.",
            _backward_with(slope1=_slope_of_other, slope2=_slope_of_other),
        ),
        Misconception(
            "forward pass left outside",
            "Right at the notebook's own numbers only: a1 and a2 come from the cells above. Compute them "
            "inside the function.",
            _backward_with(forward=lambda *_: _forward(*EXAMPLE)),
        ),
        Misconception(
            "no factor 2",
            "All three gradients are half of what they should be: the derivative of (a2 − y)² is 2(a2 − y).",
            _backward_with(loss_slope=lambda a2, y: a2 - y),
        ),
        Misconception(
            "target minus output",
            "All three signs are turned around: with L = (a2 − y)² the first factor is 2(a2 − y), and not "
            "2(y − a2).",
            _backward_with(loss_slope=lambda a2, y: 2 * (y - a2)),
        ),
        Misconception(
            "loss in place of its slope",
            "The pass starts with the loss (a2 − y)² itself; it should start with the loss's derivative, "
            "2(a2 − y).",
            _backward_with(loss_slope=lambda a2, y: (a2 - y) ** 2),
        ),
        Misconception(
            "w1 in place of x",
            "dw1 ends with w1. From z1 = w1·x, the derivative with respect to w1 is x.",
            _backward_with(for_w1=lambda x, w1: w1),
        ),
        Misconception(
            "x left out",
            "dw2 and db are right; dw1 is dz1 still. From z1 = w1·x one factor remains: x.",
            _backward_with(for_w1=lambda x, w1: 1),
        ),
        Misconception(
            "w2 in place of a1",
            "dw2 ends with w2. From z2 = w2·a1 + b, the derivative with respect to w2 is a1.",
            _backward_with(for_w2=lambda a1, w2: w2),
        ),
        Misconception(
            "a1 in place of w2",
            "da1 was computed with a1. From z2 = w2·a1 + b, the derivative with respect to a1 is w2.",
            _backward_with(for_a1=lambda a1, w2: a1),
        ),
        Misconception(
            "w2 left out on the way",
            "dw2 and db are right; on the way to layer 1 the factor w2 was left out: da1 is dz2 times w2.",
            _backward_with(for_a1=lambda a1, w2: 1),
        ),
        Misconception(
            "b as a factor",
            "db was multiplied by b. The bias is added, so its local derivative is 1, and db is dz2.",
            _backward_with(for_b=lambda b: b),
        ),
        Misconception(
            "local derivatives alone",
            "These are the local derivatives x, a1 and 1. Each has to be multiplied by the gradient that "
            "arrives from above.",
            _backward_with(upstream=False),
        ),
    ),
)


# --- 01.4 a rate, not an amount -----------------------------------------------------------------------------


def new_loss(loss, gradient, nudge):
    return loss + gradient * nudge


def _new_loss_inputs(generator):
    loss = round(float(generator.uniform(0.2, 0.9)), 2)
    return loss, _nonzero(generator, 0.1, 3.0), _nonzero(generator, 0.02, 0.4)


NEW_LOSS = Exercise(
    id="01.4",
    task="Write `new_loss(loss, gradient, nudge)`: the loss, nearly, after a parameter with this gradient "
    "has moved by a small nudge.",
    truth=new_loss,
    inputs=_new_loss_inputs,
    examples=((0.4557, 0.1165, 0.01),),
    explain="A gradient is a rate: loss per unit of the parameter. Times the nudge it becomes an amount, and "
    "that is what the loss changes by, as long as the nudge is small.",
    hints=(
        "A gradient is like a speed. How far do you get in a short while, and where are you then?",
        "The units: gradient is loss per unit of the parameter, nudge is so many units. How do the two make "
        "an amount of loss?",
        "New loss = old loss + change. The change is rate × distance.",
    ),
    misconceptions=(
        Misconception(
            "change alone",
            "This is gradient · nudge, the change alone. The new loss is the old one plus that.",
            lambda loss, gradient, nudge: gradient * nudge,
        ),
        Misconception(
            "rate taken for an amount",
            "This is loss + gradient. The gradient is the change per unit, and the parameter moves by nudge, "
            "not by 1.",
            lambda loss, gradient, nudge: loss + gradient,
        ),
        Misconception(
            "nudge alone added",
            "This is loss + nudge. The nudge moves the parameter; how much the loss answers, the gradient "
            "says: multiply.",
            lambda loss, gradient, nudge: loss + nudge,
        ),
        Misconception(
            "sign of descent",
            "This is loss − gradient · nudge. The minus belongs to the rule for choosing a step; here the "
            "nudge is given already.",
            lambda loss, gradient, nudge: loss - gradient * nudge,
        ),
        Misconception(
            "divided by the gradient",
            "This is loss + nudge / gradient. A steeper loss changes more for the same nudge, so the "
            "gradient multiplies.",
            lambda loss, gradient, nudge: loss + nudge / gradient,
        ),
        Misconception(
            "divided by the nudge",
            "This is loss + gradient / nudge, which grows as the nudge shrinks. A smaller nudge changes the "
            "loss less: multiply.",
            lambda loss, gradient, nudge: loss + gradient / nudge,
        ),
        Misconception(
            "multiplied by the loss",
            "This is loss · gradient · nudge. The change, gradient · nudge, is an amount of loss already: "
            "add it to the old loss.",
            lambda loss, gradient, nudge: loss * gradient * nudge,
        ),
        Misconception(
            "change taken for a share",
            "This is loss · (1 + gradient · nudge). The change is an amount, and not a share of the loss: "
            "add it as it is.",
            lambda loss, gradient, nudge: loss * (1 + gradient * nudge),
        ),
        Misconception(
            "without the sign",
            "This is loss + |gradient · nudge|. The sign matters: it says whether the loss grows or falls.",
            lambda loss, gradient, nudge: loss + abs(gradient * nudge),
        ),
    ),
)


# --- 01.5 one step of gradient descent ----------------------------------------------------------------------


def step(parameters, gradients, eta):
    w1, w2, b = parameters
    dw1, dw2, db = gradients
    return w1 - eta * dw1, w2 - eta * dw2, b - eta * db


def _step_with(formula):
    """`step`, with another rule for each parameter p, its gradient g and the rate eta."""
    return lambda parameters, gradients, eta: tuple(
        formula(p, g, eta) for p, g in zip(parameters, gradients, strict=True)
    )


def _step_inputs(generator):
    parameters = tuple(_nonzero(generator, 0.2, 2.0) for _ in range(3))
    gradients = tuple(_nonzero(generator, 0.1, 0.9) for _ in range(3))
    return parameters, gradients, round(float(generator.uniform(0.05, 0.5)), 2)


STEP = Exercise(
    id="01.5",
    task="Write `step(parameters, gradients, eta)`: the new (w1, w2, b) after one step of gradient descent.",
    truth=step,
    inputs=_step_inputs,
    examples=((EXAMPLE[2:], (0.1165, -0.2165, -0.2962), RATE),),
    parts=("w1", "w2", "b"),
    explain="A gradient points to where the loss grows, so the step goes the other way, and η says how far.",
    hints=(
        "A positive gradient means that the loss grows with this parameter. Which way should the parameter "
        "go?",
        "For each parameter: new = old − η × gradient.",
    ),
    misconceptions=(
        Misconception(
            "ascent",
            "This step climbs: old + η × gradient makes the loss grow. To make it fall, subtract.",
            _step_with(lambda p, g, eta: p + eta * g),
        ),
        Misconception(
            "no rate",
            "η is missing: this subtracts the whole gradient. The step is η × gradient.",
            _step_with(lambda p, g, eta: p - g),
        ),
        Misconception(
            "sign of the gradient only",
            "Every parameter moved by η, whatever its gradient. The step is η × gradient: steep directions "
            "move further.",
            _step_with(lambda p, g, eta: p - eta * math.copysign(1, g)),
        ),
        Misconception(
            "divided by the rate",
            "The gradient was divided by η. It is multiplied by it, so that a smaller η gives a smaller "
            "step.",
            _step_with(lambda p, g, eta: p - g / eta),
        ),
        Misconception(
            "change instead of new value",
            "This is the change alone, −η × gradient. Add it to the old parameter to get the new one.",
            _step_with(lambda p, g, eta: -eta * g),
        ),
        Misconception(
            "always downwards",
            "Every parameter was made smaller. Where the gradient is negative, minus η × gradient makes it "
            "larger.",
            _step_with(lambda p, g, eta: p - eta * abs(g)),
        ),
        Misconception(
            "scaled by the parameter",
            "The step was also multiplied by the parameter itself. The gradient alone decides: new = old − η "
            "× gradient.",
            _step_with(lambda p, g, eta: p - eta * g * p),
        ),
        Misconception(
            "rate typed as a number",
            "Right at η = 0.1 only: the learning rate is typed into the function. Use the argument `eta`.",
            _step_with(lambda p, g, eta: p - RATE * g),
        ),
        Misconception(
            "gradient left out",
            "This is old − η for every parameter: the gradient is left out. The step is η × gradient.",
            _step_with(lambda p, g, eta: p - eta),
        ),
        Misconception(
            "only the first moved",
            "w1 is right, but w2 and b are still the old ones. Every parameter takes a step, each with its "
            "own gradient.",
            lambda parameters, gradients, eta: (step(parameters, gradients, eta)[0], *parameters[1:]),
        ),
    ),
)


# --- 01.6 all parameters step at once -----------------------------------------------------------------------


def new_w1():
    x, y, w1, w2, b = 2, 1, 0.5, -1, 0
    dw1, dw2, db = backward(x, y, w1, w2, b)  # all three gradients first, at the same point
    w1, w2, b = step((w1, w2, b), (dw1, dw2, db), 0.1)
    return w1


def _new_w1_after_w2():
    x, y, w1, w2, b = EXAMPLE
    w2 -= RATE * backward(x, y, w1, w2, b)[1]
    return w1 - RATE * backward(x, y, w1, w2, b)[0]


def _new_w1_with(formula):
    """w1's new value, given a mistaken formula of w1 and its gradient."""
    return lambda: formula(EXAMPLE[2], backward(*EXAMPLE)[0])


ALL_AT_ONCE = Exercise(
    id="01.6",
    task="Give w1 to four digits after one step at η = 0.1 in which w1, w2 and b all move at once.",
    truth=new_w1,
    explain="All gradients belong to one point, so all are computed before anything moves.",
    # The w2-first mistake lies 0.05 % away; four digits still tell the two apart.
    relative_tolerance=2e-4,
    hints=(
        "Which w2 belongs to the gradient of w1: the one before the step, or the one after it?",
        "Compute all three gradients first; only then change the parameters.",
        "`backward` at the old parameters gives ∂L/∂w1; the new w1 is 0.5 − 0.1 × that.",
    ),
    misconceptions=(
        Misconception(
            "w2 first",
            "Here w2 had moved before w1's gradient was computed. All gradients belong to the same point: "
            "compute them with the old w2, then move.",
            _new_w1_after_w2,
        ),
        Misconception(
            "ascent",
            "w1 moved the wrong way: its gradient is positive, so w1 has to shrink for the loss to fall.",
            _new_w1_with(lambda w1, g: w1 + RATE * g),
        ),
        Misconception(
            "no rate",
            "η is missing: this is w1 − gradient. The step is 0.1 × gradient.",
            _new_w1_with(lambda w1, g: w1 - g),
        ),
        Misconception(
            "change instead of new value",
            "This is the change of w1. Its new value is 0.5 plus that.",
            _new_w1_with(lambda w1, g: -RATE * g),
        ),
        Misconception(
            "not moved",
            "This is the old w1, before the step. Its new value is 0.5 − 0.1 × gradient.",
            _new_w1_with(lambda w1, g: w1),
        ),
        Misconception(
            "gradient instead of new value",
            "This is w1's gradient. Its new value is 0.5 − 0.1 × that.",
            _new_w1_with(lambda w1, g: g),
        ),
        Misconception(
            "no factor 2",
            "w1 moved half as far as it should: the derivative of (a2 − y)² is 2(a2 − y).",
            _new_w1_with(lambda w1, g: w1 - RATE * g / 2),
        ),
        Misconception(
            "no slope in layer 1",
            "The gradient of w1 lacks σ'(z1) = a1(1 − a1), so this step is too long.",
            lambda: 0.5 - RATE * _backward_but(*EXAMPLE, slope1=lambda *_: 1)[0],
        ),
    ),
)


EXERCISES = (SIGMOID_SLOPE, ONE_GRADIENT, BACKWARD_PASS, NEW_LOSS, STEP, ALL_AT_ONCE)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="01.a",
        question="If w1 grows a little, will the loss grow, fall or stay the same?",
        options=("grow", "fall", "same"),
        confusions=(
            Confusion(
                "fall",
                "grow",
                "A larger w1 does raise a1, but w2 is negative: so z2 and a2 go down, away from the target "
                "1.",
            ),
            Confusion(
                "same",
                "grow",
                "w1 acts on the loss from afar, through a1, z2 and a2; each passes something on.",
            ),
        ),
    ),
    Prediction(
        id="01.b",
        question="The gradient of the loss with respect to a1 is positive. Should a1 grow or shrink for the "
        "loss to fall?",
        options=("grow", "shrink"),
        confusions=(
            Confusion(
                "grow",
                "shrink",
                "A positive gradient says that the loss grows with a1; for the loss to fall, a1 goes the "
                "other way.",
            ),
        ),
    ),
    Prediction(
        id="01.c",
        question="w1 grows by 0.5, a large move. Compared with 0.5 × gradient, will the loss change by "
        "exactly that, by less, or by more?",
        options=("exactly", "less", "more"),
        confusions=(
            Confusion(
                "exactly",
                "less",
                "The gradient is the rate at the starting point, and the rate itself changes along a large "
                "move.",
            ),
            Confusion(
                "more",
                "less",
                "The loss does curve, but here it flattens: σ saturates as z1 grows, and the rate shrinks on "
                "the way.",
            ),
        ),
    ),
    Prediction(
        id="01.d",
        question="Suppose w2 steps first and w1's gradient is computed afterwards. Will w1 end at the same "
        "number as when all step at once, or at a different one?",
        options=("same", "different"),
        confusions=(
            Confusion(
                "same",
                "different",
                "w1's gradient contains w2: once w2 has moved, it is the gradient at another point.",
            ),
        ),
    ),
)
