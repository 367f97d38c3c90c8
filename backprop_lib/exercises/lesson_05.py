"""Lesson 05, XOR: what one line cannot do, what a hidden layer adds, and where training gets stuck.

Points that the last neuron cannot tell apart share an answer, and training by cross-entropy makes it the mean
of their targets: ½ for {0, 1}, ⅔ for {0, 1, 1}. Hence the losses at which training gets stuck: ½ ln 2, which
rounds to 0.35, 0.48 (see `stuck_loss`), and ln 2, which rounds to 0.69.
"""

import math

import numpy as np

from backprop_lib.exercises.answers import is_blank
from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction


def _nonzero(generator, low, high):
    """A number with two decimals, easy to retype, of either sign and never near zero."""
    return round(float(generator.uniform(low, high) * generator.choice([-1, 1])), 2)


# --- 05.1 the fourth corner ---------------------------------------------------------------------------------


def fourth(z00, z01, z10):
    return z01 + z10 - z00  # w1 + w2 + b = (w2 + b) + (w1 + b) − b


FOURTH = Exercise(
    id="05.1",
    task="Write `fourth(z00, z01, z10)`: z at (1, 1), for a z = w1·x1 + w2·x2 + b that is known at the three "
    "other corners.",
    truth=fourth,
    inputs=lambda generator: tuple(_nonzero(generator, 0.3, 4.0) for _ in range(3)),
    examples=((-1.0, 2.0, 2.0),),
    explain="z00 = b, z01 = w2 + b, z10 = w1 + b, z11 = w1 + w2 + b. So z00 + z11 = z01 + z10: opposite "
    "corners have equal sums, whatever the weights are.",
    hints=(
        "Write down z at each corner in terms of w1, w2 and b. At (0, 0) only one of them is left.",
        "z00 = b, z01 = w2 + b, z10 = w1 + b. What do you get if you add z01 and z10?",
        "z01 + z10 = w1 + w2 + 2b. That is one b more than z at (1, 1) has, and b is z00.",
    ),
    misconceptions=(
        Misconception(
            "bias counted twice",
            "This is z01 + z10 = w1 + w2 + 2b. It has the bias twice, and z at (1, 1) has it once: take z00 "
            "away.",
            lambda z00, z01, z10: z01 + z10,
        ),
        Misconception(
            "bias added once more",
            "This is the sum of the three, w1 + w2 + 3b. z01 and z10 hold a bias each, and one is enough: "
            "take z00 away in place of adding it.",
            lambda z00, z01, z10: z00 + z01 + z10,
        ),
        Misconception(
            "bias taken away twice",
            "This is w1 + w2, without any bias. z at (1, 1) has it, too.",
            lambda z00, z01, z10: z01 + z10 - 2 * z00,
        ),
        Misconception(
            "plane through the mean",
            "This is the mean of the three. A plane goes on in a straight way: from (1, 0) to (1, 1) it "
            "rises as much as from (0, 0) to (0, 1).",
            lambda z00, z01, z10: (z00 + z01 + z10) / 3,
        ),
        Misconception(
            "mean of the neighbours",
            "This is the mean of the two neighbours: z in the middle of the square. It goes on rising, or "
            "falling, to the corner.",
            lambda z00, z01, z10: (z01 + z10) / 2,
        ),
        Misconception(
            "as XOR would have it",
            "This is z00, as if both corners had to get the same. XOR asks for that; a plane has no choice, "
            "as three corners fix it.",
            lambda z00, z01, z10: z00,
        ),
        Misconception(
            "sign turned",
            "The size is right, the sign is not: z01 + z10 − z00.",
            lambda z00, z01, z10: z00 - z01 - z10,
        ),
        Misconception(
            "rise in one direction",
            "This goes one step only: it starts at (0, 0) and adds how much z01 and z10 differ. Start at "
            "(1, 0), and add the rise from (0, 0) to (0, 1).",
            lambda z00, z01, z10: z00 + z01 - z10,
        ),
    ),
)


# --- 05.2 an output neuron for two features ----------------------------------------------------------------

FEATURES = ((0, 0), (1, 0), (1, 0), (1, 1))  # (OR, AND) at (0, 0), (0, 1), (1, 0), (1, 1)


def try_output(w_or, w_and, b):
    """Tell at which of the four points z2 = w_or·OR + w_and·AND + b is above 0: 1 there, else 0, or ½ at 0.

    What cannot be read comes back as it is, for the check to say so.

    >>> try_output(1.0, 1.0, -0.5)
    (0, 1, 1, 1)
    >>> try_output(1.0, ..., -0.5)
    Ellipsis
    """
    for given in (w_or, w_and, b):
        if is_blank(given):
            return ...
    try:
        w_or, w_and, b = (float(np.asarray(given, dtype=float).item()) for given in (w_or, w_and, b))
    except (TypeError, ValueError):
        return w_or, w_and, b
    return tuple(_side(w_or * f_or + w_and * f_and + b) for f_or, f_and in FEATURES)


def _side(z):
    return 0.5 if z == 0 else int(z > 0)


OUTPUT = Exercise(
    id="05.2",
    task="Choose `w_or`, `w_and` and `b` so that z2 = w_or·OR + w_and·AND + b is above 0 where XOR is 1, and "
    "below 0 where it is 0.",
    truth=lambda: try_output(1.0, -2.0, -0.5),
    parts=("at (0, 0)", "at (0, 1)", "at (1, 0)", "at (1, 1)"),
    explain="XOR is OR, but not AND. Any b below 0, a w_or that lifts it above 0, and a w_and that pulls it "
    "down again will do: 1, −2 and −0.5, for instance.",
    hints=(
        "XOR is 1 where OR is 1 and AND is not. Which of the two weights has to be negative?",
        "At (0, 0) both are 0, so z2 = b has to be below 0. At (0, 1) and (1, 0) OR alone has to lift it.",
        "At (1, 1) z2 = w_or + w_and + b has to be below 0 again. Take w_or = 1, b = −0.5: what is left for "
        "w_and?",
    ),
    misconceptions=(
        Misconception(
            "OR",
            "This network computes OR: right but for (1, 1), where z2 is above 0 still. AND has to pull it "
            "down there, by more than OR and b lift it.",
            lambda: (0, 1, 1, 1),
        ),
        Misconception(
            "AND",
            "This network computes AND: only (1, 1) gets above 0. OR should lift z2 above 0 by itself, and "
            "AND pull it down again.",
            lambda: (0, 0, 0, 1),
        ),
        Misconception(
            "always no",
            "Here z2 is below 0 everywhere. OR does not lift it above 0: w_or + b has to be positive.",
            lambda: (0, 0, 0, 0),
        ),
        Misconception(
            "always yes",
            "Here z2 is above 0 everywhere. Begin with (0, 0), where z2 is b alone and has to be below 0.",
            lambda: (1, 1, 1, 1),
        ),
        Misconception(
            "not AND",
            "This network computes 'not both': right but for (0, 0), where z2 is b alone. Let b be below 0, "
            "and OR lift it.",
            lambda: (1, 1, 1, 0),
        ),
        Misconception(
            "not OR",
            "Here only (0, 0) gets above 0. Let b be below 0, w_or lift z2 above it, and w_and pull it down.",
            lambda: (1, 0, 0, 0),
        ),
        Misconception(
            "not XOR",
            "All four are the wrong way round: turn every sign.",
            lambda: (1, 0, 0, 1),
        ),
        Misconception(
            "undecided at (0, 0)",
            "Nearly: at (0, 0) z2 is exactly 0, on the line itself. There it is b alone: choose b below 0.",
            lambda: (0.5, 1, 1, 0),
        ),
        Misconception(
            "undecided at (1, 1)",
            "Nearly: at (1, 1) z2 is exactly 0, on the line itself. AND has to pull a little more.",
            lambda: (0, 1, 1, 0.5),
        ),
        Misconception(
            "undecided at both zeros",
            "Nearly: where XOR is 0, z2 is exactly 0, on the line itself. Move the line between the points: "
            "choose b below 0.",
            lambda: (0.5, 1, 1, 0.5),
        ),
        Misconception(
            "undecided at the ones",
            "Nearly: where XOR is 1, z2 is exactly 0, on the line itself. OR has to lift a little more.",
            lambda: (0, 0.5, 0.5, 0),
        ),
    ),
)


# --- 05.3 one unit for all twins ----------------------------------------------------------------------------


def one_for_all(w1, b1, w2, count):
    return w1, b1, count * w2  # Σ w2·a over equal a is count·w2·a


def _twin_inputs(generator):
    w1 = np.array([_nonzero(generator, 0.3, 3.0) for _ in range(2)])
    return w1, _nonzero(generator, 0.3, 2.0), _nonzero(generator, 0.3, 2.0), int(generator.integers(2, 9))


ONE_FOR_ALL = Exercise(
    id="05.3",
    task="Write `one_for_all(w1, b1, w2, count)`: w1, b1 and w2 of a single hidden unit that does the work "
    "of `count` twins, each with this w1, b1 and w2.",
    truth=one_for_all,
    inputs=_twin_inputs,
    examples=((np.array([0.5, 0.5]), 0.0, 0.5, 4),),
    parts=("w1", "b1", "w2"),
    explain="All twins have the same a1, so z2 = w2·a1 + … + w2·a1 + b2 = (count·w2)·a1 + b2. A layer of "
    "twins can do what one unit can do.",
    hints=(
        "What do the twins add to z2 altogether? Each one adds w2·a1.",
        "The single unit has to have the same a1 as each twin. Which of the three numbers may not change "
        "then?",
        "a1 comes from w1 and b1, so these stay. Only the outgoing weight makes up for the others.",
    ),
    misconceptions=(
        Misconception(
            "nothing changed",
            "This is one twin as it is. It adds w2·a1 to z2, and all together add it `count` times.",
            lambda w1, b1, w2, count: (w1, b1, w2),
        ),
        Misconception(
            "all multiplied",
            "Here w1 and b1 were multiplied, too. That changes z1, and with it a1. The single unit has to "
            "see what each twin sees: only its outgoing weight grows.",
            lambda w1, b1, w2, count: (count * w1, count * b1, count * w2),
        ),
        Misconception(
            "multiplied on the way in",
            "Here the weights into the unit were multiplied. But a1 = f(z1) bends: f(4·z1) is not 4·f(z1). "
            "The twins' outputs are what adds up, so multiply w2.",
            lambda w1, b1, w2, count: (count * w1, count * b1, w2),
        ),
        Misconception(
            "w1 multiplied and w2",
            "Here w1 was multiplied as well. Each twin has the same a1, and so has the single unit: w1 "
            "stays.",
            lambda w1, b1, w2, count: (count * w1, b1, count * w2),
        ),
        Misconception(
            "biases added up",
            "Here the biases were added up as well. b1 is part of the z1 that each twin has: it stays.",
            lambda w1, b1, w2, count: (w1, count * b1, count * w2),
        ),
        Misconception(
            "mean in place of sum",
            "Here w2 was divided by the number of twins. z2 adds up over the units; nobody takes the mean.",
            lambda w1, b1, w2, count: (w1, b1, w2 / count),
        ),
        Misconception(
            "power in place of product",
            "This is w2 to the power of count. The twins stand side by side, so their parts are added; one "
            "after the other, they would multiply.",
            lambda w1, b1, w2, count: (w1, b1, w2**count),
        ),
        Misconception(
            "one too few",
            "This is (count − 1)·w2: the unit stands in for itself, too.",
            lambda w1, b1, w2, count: (w1, b1, (count - 1) * w2),
        ),
        Misconception(
            "one too many",
            "This is (count + 1)·w2: there are `count` twins altogether.",
            lambda w1, b1, w2, count: (w1, b1, (count + 1) * w2),
        ),
    ),
)


# --- 05.4 the answer that points share ----------------------------------------------------------------------


def shared_answer(targets):
    return targets.mean()  # where Σ (p − y) = 0


def _target_inputs(generator):
    """Two kinds of targets, unequal in number."""
    ones, zeros = generator.choice(range(1, 6), size=2, replace=False)
    return (generator.permutation(np.repeat([1.0, 0.0], [ones, zeros])),)


SHARED = Exercise(
    id="05.4",
    task="Write `shared_answer(targets)`: the one p that makes the cross-entropy of points with these "
    "targets smallest.",
    truth=shared_answer,
    inputs=_target_inputs,
    examples=((np.array([0.0, 1.0]),), (np.array([0.0, 1.0, 1.0]),), (np.array([0.0, 1.0, 1.0, 0.0]),)),
    explain="The gradient with respect to their common z is Σ (p − y). It is 0 where p is the mean of the "
    "targets: there the pulls up and the pulls down cancel.",
    hints=(
        "Each point pulls with p − y. At the best p the pulls cancel.",
        "All have the same p. So Σ (p − y) = n·p − Σ y, and this has to be 0.",
        "`targets` is an array: it has `.sum()`, `.mean()` and `len(targets)`.",
    ),
    misconceptions=(
        Misconception(
            "always ½",
            "½ is right where as many targets are 1 as are 0. Two to one, and it pays to lean to the two.",
            lambda targets: 0.5,
        ),
        Misconception(
            "majority",
            "This is the target of most. A vote costs dear: the others would get an answer that is wrong "
            "with certainty, and −ln of 0 has no end.",
            lambda targets: np.round(targets.mean()),
        ),
        Misconception(
            "median",
            "This is the target of most, and ½ where there is a tie. A vote costs dear: the others would get "
            "an answer that is wrong with certainty, and −ln of 0 has no end.",
            np.median,
        ),
        Misconception(
            "always 1",
            "This is the largest target. The points with 0 then get an answer wrong with certainty, and −ln "
            "of 0 has no end.",
            lambda targets: targets.max(),
        ),
        Misconception(
            "divided by four",
            "This divides by 4, whatever there is. Only the points that share the answer count.",
            lambda targets: targets.sum() / 4,
        ),
        Misconception(
            "not divided",
            "This is the sum of the targets. n·p has to be as large as that sum, so divide by n.",
            lambda targets: targets.sum(),
        ),
        Misconception(
            "odds",
            "These are the odds, ones to zeros. p is the share of the ones among all.",
            lambda targets: targets.sum() / (1 - targets).sum(),
        ),
        Misconception(
            "share of the zeros",
            "This is the share of the zeros. p is the probability of a 1.",
            lambda targets: 1 - targets.mean(),
        ),
        Misconception(
            "logit",
            "This is the best z. Asked for is p = σ(z).",
            lambda targets: math.log(targets.mean() / (1 - targets.mean())),
        ),
    ),
)


# --- 05.5 the height of a terrace ---------------------------------------------------------------------------


def stuck_loss():
    third = 1 / 3
    return -(math.log(third) + 2 * math.log(2 * third)) / 4  # the fourth point adds 0


STUCK_LOSS = Exercise(
    id="05.5",
    task="Three points, with targets 0, 1 and 1, share their best answer. The fourth is answered rightly, "
    "and with certainty. What is the cross-entropy, the mean over the four?",
    truth=stuck_loss,
    explain="p = ⅔ for the three: one with target 0 costs −ln(1 − ⅔), two with target 1 cost −ln ⅔ each, the "
    "fourth costs nothing. Divided by 4: (ln 3 + 2·ln 1.5) / 4.",
    hints=(
        "Begin with the answer that the three share: 05.4.",
        "A point with target 1 costs −ln p, one with target 0 costs −ln(1 − p). What does each of the four "
        "cost?",
        "The fourth costs −ln 1 = 0. Add the three others, and divide by 4. In Python: `math.log`.",
    ),
    misconceptions=(
        Misconception(
            "mean over three",
            "This is the mean over the three points that share. The fourth costs nothing, but it counts: "
            "divide by 4.",
            lambda: stuck_loss() * 4 / 3,
        ),
        Misconception(
            "sum in place of mean",
            "This is the sum. The loss is the mean over the four points.",
            lambda: stuck_loss() * 4,
        ),
        Misconception(
            "answered ½",
            "Here the three get ½. They have two ones and one zero: the best they can share is more than ½.",
            lambda: 3 * math.log(2) / 4,
        ),
        Misconception(
            "two share",
            "This is the height where two points share ½ and two are right. Here three share, and their best "
            "answer is another.",
            lambda: 2 * math.log(2) / 4,
        ),
        Misconception(
            "targets exchanged",
            "Here −ln p and −ln(1 − p) have changed places. With target 1 a point costs −ln p.",
            lambda: -(2 * math.log(1 / 3) + math.log(2 / 3)) / 4,
        ),
        Misconception(
            "one of each",
            "Here one point with target 1 was counted. There are two of them.",
            lambda: -(math.log(1 / 3) + math.log(2 / 3)) / 4,
        ),
        Misconception(
            "the ones alone",
            "Only the points with target 1 were counted. The one with target 0 costs −ln(1 − p).",
            lambda: -2 * math.log(2 / 3) / 4,
        ),
        Misconception(
            "the zero alone",
            "Only the point with target 0 was counted. Those with target 1 get ⅔ and not 1: they cost −ln ⅔ "
            "each.",
            lambda: -math.log(1 / 3) / 4,
        ),
        Misconception(
            "squared error",
            "This is the mean squared error. Asked for is the cross-entropy.",
            lambda: 1 / 6,
        ),
        Misconception(
            "logarithm to the base 2",
            "This is right in bits. Here ln is the natural logarithm: `math.log`.",
            lambda: stuck_loss() / math.log(2),
        ),
        Misconception(
            "logarithm to the base 10",
            "This takes logarithms to the base 10. Here ln is the natural one: `math.log`.",
            lambda: stuck_loss() / math.log(10),
        ),
        Misconception(
            "sign",
            "The size is right. A logarithm of a probability is negative, and the loss is minus it.",
            lambda: -stuck_loss(),
        ),
    ),
)


# --- 05.6 dead units ----------------------------------------------------------------------------------------


def dead_units(a1):
    return (a1 == 0).all(axis=0).sum()


def _relu_outputs(generator):
    """Outputs of five ReLU units for four samples: two or three units dead, others silent now and then."""
    a1 = np.round(generator.uniform(0.1, 3.0, (4, 5)), 2)
    a1[generator.random((4, 5)) < 0.3] = 0.0
    a1[:, generator.permutation(5)[: generator.integers(2, 4)]] = 0.0
    return (a1,)


DEAD = Exercise(
    id="05.6",
    task="Write `dead_units(a1)`: how many of the ReLU units are dead. `a1` has a row for each sample and a "
    "column for each unit.",
    truth=dead_units,
    inputs=_relu_outputs,
    examples=(
        (np.array([[0.0, 0.0], [0.0, 2.7], [0.0, 0.0], [0.0, 1.2]]),),
        (np.array([[0.0, 0.3], [1.5, 0.0], [0.2, 0.0], [0.0, 2.2]]),),
        (np.zeros((4, 3)),),
    ),
    explain="A column of zeros: whatever comes in, the unit is flat. Its slope is 0 for each sample, so no "
    "gradient passes, and no step will ever move its weights again.",
    hints=(
        "A unit is a column of a1. It is dead if all numbers in its column are 0.",
        "`a1 == 0` is True where a number is 0. `.all(axis=0)` asks of each column whether all are True.",
        "`.sum()` counts how many are True.",
    ),
    misconceptions=(
        Misconception(
            "silent once",
            "This counts units that are 0 for some sample. Every ReLU is silent now and then, which is its "
            "use: dead is who is 0 for all samples.",
            lambda a1: (a1 == 0).any(axis=0).sum(),
        ),
        Misconception(
            "rows in place of columns",
            "This counts samples for which all units are 0: rows. A unit is a column: `axis=0` runs down it.",
            lambda a1: (a1 == 0).all(axis=1).sum(),
        ),
        Misconception(
            "zeros counted",
            "This counts all zeros. A unit is dead if its whole column is 0, and it counts once.",
            lambda a1: (a1 == 0).sum(),
        ),
        Misconception(
            "the living",
            "This counts those that are alive. Asked for are the others.",
            lambda a1: (a1 > 0).any(axis=0).sum(),
        ),
        Misconception(
            "all counted",
            "This counts all units. Dead are only those whose whole column is 0.",
            lambda a1: a1.shape[1],
        ),
        Misconception(
            "share in place of count",
            "This is the share of dead units. Asked for is their number.",
            lambda a1: (a1 == 0).all(axis=0).mean(),
        ),
        Misconception(
            "one sample only",
            "This looks at the first sample alone. A unit that is silent there may answer another one.",
            lambda a1: (a1[0] == 0).sum(),
        ),
        Misconception(
            "last sample only",
            "This looks at the last sample alone. A unit that is silent there may answer another one.",
            lambda a1: (a1[-1] == 0).sum(),
        ),
        Misconception(
            "is there one",
            "This says whether there is a dead unit. Asked for is how many there are.",
            lambda a1: float((a1 == 0).all(axis=0).any()),
        ),
    ),
)


EXERCISES = (FOURTH, OUTPUT, ONE_FOR_ALL, SHARED, STUCK_LOSS, DEAD)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="05.a",
        question="One neuron learns XOR for 1000 steps, and its loss has stopped falling. Which probability "
        "does it give to (1, 1), where the target is 0?",
        confusions=(
            Confusion(
                0.0,
                0.5,
                "0 is what it should say. But to pull (1, 1) down, it has to pull its two neighbours down as "
                "well.",
            ),
            Confusion(
                1.0,
                0.5,
                "If each input pushes up, both together push more. But then (0, 0) should be low and (1, 1) "
                "high; the target of (1, 1) is 0, and this costs too much.",
            ),
            Confusion(
                0.67,
                0.5,
                "A line that gets three points right and gives up (1, 1) is possible. But to give up one "
                "point with certainty costs more than to shrug at all four.",
            ),
            Confusion(
                0.75,
                0.5,
                "A line can get three points of four right. But to be certain, and wrong, at the fourth "
                "costs more than to shrug at all four.",
            ),
            Confusion(
                0.25,
                0.5,
                "It would be pulled down by its target, but its neighbours pull it up as much.",
            ),
            Confusion(0.33, 0.5, "Its target pulls it down, but its two neighbours pull it up as much."),
        ),
    ),
    Prediction(
        id="05.b",
        question="Four hidden units all begin with weights of 0.5. After 5000 steps, how many different "
        "hidden units are there?",
        tolerance=0.01,
        confusions=(
            Confusion(
                4,
                1,
                "Each could learn something of its own, if it only got a gradient of its own. But equal "
                "units get equal gradients.",
            ),
            Confusion(
                2,
                1,
                "Two are what XOR needs. But no gradient knows of that: equal units get equal gradients.",
            ),
            Confusion(3, 1, "Nothing tells one unit from another: equal units get equal gradients."),
            Confusion(0, 1, "They do learn; but all four learn the same, so one kind is left."),
        ),
    ),
    Prediction(
        id="05.c",
        question="Two sigmoid units, 100 starts, 5000 steps each. How many of the 100 networks end with all "
        "four points right?",
        confusions=(
            Confusion(
                100,
                77,
                "The weights for it exist. But the way downhill from the start does not always lead there.",
            ),
            Confusion(50, 77, "It is better than a coin's toss, but one start in four or five gets stuck."),
            Confusion(
                0,
                77,
                "Most of them do get there, though nobody tells them which features to look for.",
            ),
        ),
    ),
    Prediction(
        id="05.d",
        question="With two hidden units each: which activation solves XOR from the most starts, sigmoid, "
        "tanh or ReLU?",
        options=("sigmoid", "tanh", "ReLU"),
        confusions=(
            Confusion(
                "ReLU",
                "sigmoid",
                "In deep and wide networks ReLU is hard to beat. In a narrow one it can switch a unit off "
                "for good, and there is none to spare.",
            ),
            Confusion(
                "tanh",
                "sigmoid",
                "The same weights bring tanh nearer to its flat ends than the sigmoid, and more of its "
                "starts get caught there.",
            ),
        ),
    ),
    Prediction(
        id="05.e",
        question="Of the ReLU networks with two units that did not solve XOR, how many per cent end with a "
        "dead unit?",
        confusions=(
            Confusion(
                100,
                67,
                "Dead units explain most failures, but not all: two living units can lump points together, "
                "too.",
            ),
            Confusion(
                0,
                67,
                "They die easily. A unit that starts with two negative weights is 0 at all four points: one "
                "in four is dead before the first step.",
            ),
            Confusion(50, 67, "It is more: with four points only, few of them decide over a unit's life."),
            Confusion(25, 67, "It is more: with four points only, few of them decide over a unit's life."),
        ),
    ),
)
