"""Lesson 00, start here: a production line, its knobs, and the blame of each, found by nudging.

The line: p = w2·(w1·x) + b, L = (p − y)², at x = 2, y = 3, w1 = 1.5, w2 = 2, b = −1.
"""

from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction

START = (1.5, 2.0, -1.0)  # w1, w2, b
BLAME = (16.0, 12.0, 4.0)
SMALL = 0.01


# --- 00.1 how the loss is made ------------------------------------------------------------------------------


def loss_of_three_short():
    return 9.0


LOSS_OF_A_MISS = Exercise(
    id="00.1",
    task="A product is 3 cm too short. What is the loss?",
    truth=loss_of_three_short,
    explain="The loss is the miss times itself: (−3)·(−3) = 9. Too short and too long count alike.",
    hints=(
        "The loss is the square of the miss.",
        "Squared means: the miss times itself. A miss of 2 gives 4.",
        "The miss is −3. What is −3 times −3?",
    ),
    misconceptions=(
        Misconception(
            "not squared",
            "This is the miss. The loss is the miss times itself: a product 2 cm too long has the loss 4.",
            lambda: 3.0,
        ),
        Misconception(
            "doubled",
            "This is the miss doubled. Squared means times itself; for a miss of 2 both give 4, for 3 they "
            "do not.",
            lambda: 6.0,
        ),
        Misconception(
            "negative",
            "The size is right, but a loss is never negative: −3 times −3 is positive.",
            lambda: -9.0,
        ),
        Misconception(
            "signed miss",
            "This is the miss, with its sign. The loss is the miss times itself, so the sign goes.",
            lambda: -3.0,
        ),
    ),
)


# --- 00.2 the line as a function ----------------------------------------------------------------------------


def loss(w1, w2, b):
    product = w2 * (w1 * 2.0) + b
    return (product - 3.0) ** 2


def _inputs(generator):
    return tuple(round(float(generator.uniform(low, low + 2)), 2) for low in (0.5, 1.0, -3.0))


THE_LINE = Exercise(
    id="00.2",
    task="Write `loss(w1, w2, b)` of the production line: x is 2, and the customer wants 3.",
    truth=loss,
    inputs=_inputs,
    examples=(START,),
    explain="First the three stations in their order, then the miss, then its square.",
    hints=(
        "The raw piece is 2 cm. The first station multiplies it by w1.",
        "The second station multiplies by w2, the third adds b: that is the product.",
        "Return (product − 3) squared, in Python `(product - 3.0) ** 2`.",
    ),
    misconceptions=(
        Misconception(
            "the product",
            "This is the product's length. The loss is its miss, product − 3, squared.",
            lambda w1, w2, b: w2 * w1 * 2.0 + b,
        ),
        Misconception(
            "not squared",
            "This is the miss. Square it: otherwise a product that is too short would have a loss below 0.",
            lambda w1, w2, b: w2 * w1 * 2.0 + b - 3.0,
        ),
        Misconception(
            "without a sign only",
            "This is the size of the miss, without its sign. The loss is the miss squared.",
            lambda w1, w2, b: abs(w2 * w1 * 2.0 + b - 3.0),
        ),
        Misconception(
            "b before w2",
            "Here b is added before the second station, so w2 stretches it as well. The order is: times w1, "
            "times w2, plus b.",
            lambda w1, w2, b: (w2 * (w1 * 2.0 + b) - 3.0) ** 2,
        ),
        Misconception(
            "no b",
            "The third station is missing: b is never added.",
            lambda w1, w2, b: (w2 * w1 * 2.0 - 3.0) ** 2,
        ),
        Misconception(
            "no raw piece",
            "The raw piece is missing: the first station makes w1 · 2 out of its 2 cm.",
            lambda w1, w2, b: (w2 * w1 + b - 3.0) ** 2,
        ),
    ),
)


# --- 00.3 blame by nudging ----------------------------------------------------------------------------------


def blame(before, after, nudge):
    return (after - before) / nudge


BLAME_BY_NUDGING = Exercise(
    id="00.3",
    task="Write `blame(before, after, nudge)`: how many times as much the loss rose as the knob was turned.",
    truth=blame,
    inputs=lambda generator: (
        round(float(generator.uniform(1, 5)), 3),
        round(float(generator.uniform(1, 5)), 3),
        round(float(generator.uniform(0.01, 0.2)), 3),
    ),
    examples=((4.0, 4.016, 0.001),),
    explain="The rise of the loss, divided by the nudge that made it. Where the loss falls, it is negative.",
    hints=(
        "By how much did the loss rise, from before to after?",
        "The knob was turned by `nudge`. How many nudges fit into that rise?",
        "Return (after − before) divided by nudge. From 4 to 4.016 by a nudge of 0.001, it is 16.",
    ),
    misconceptions=(
        Misconception(
            "before minus after",
            "The sign is turned around: this is positive where the loss falls. Take after − before.",
            lambda before, after, nudge: (before - after) / nudge,
        ),
        Misconception(
            "not divided",
            "This is the rise itself, and a smaller nudge would make the blame smaller. Divide by the nudge.",
            lambda before, after, nudge: after - before,
        ),
        Misconception(
            "multiplied",
            "The rise was multiplied by the nudge. How many times as much means: divide.",
            lambda before, after, nudge: (after - before) * nudge,
        ),
        Misconception(
            "ratio of the losses",
            "This compares the two losses, after / before. Compare the rise with the nudge.",
            lambda before, after, nudge: after / before,
        ),
        Misconception(
            "after alone",
            "Only the loss after the nudge is used. Its rise counts: first subtract what it was before.",
            lambda before, after, nudge: after / nudge,
        ),
        Misconception(
            "upside down",
            "This is nudge / rise, the fraction upside down. The rise goes on top.",
            lambda before, after, nudge: nudge / (after - before),
        ),
        Misconception(
            "no sign",
            "The sign is lost. Where the loss falls the blame is negative: it says which way to turn.",
            lambda before, after, nudge: abs(after - before) / nudge,
        ),
    ),
)


# --- 00.4 a small step --------------------------------------------------------------------------------------


def after_small_step():
    w1 = 1.5 - 0.01 * 16
    w2 = 2.0 - 0.01 * 12
    b = -1.0 - 0.01 * 4
    return loss(w1, w2, b)


def _after(turn):
    """The loss after each knob was turned by `turn(blame)`."""
    return loss(*(knob + turn(share) for knob, share in zip(START, BLAME, strict=True)))


SMALL_STEP = Exercise(
    id="00.4",
    task="What is the loss after every knob was turned against its blame, by 0.01 × blame?",
    truth=after_small_step,
    explain="All three knobs go down, each by a hundredth of its blame, and the loss falls.",
    hints=(
        "All three blames are positive: which way does each knob turn?",
        "w1 goes from 1.5 to 1.5 − 0.01 × 16. Do the same with w2 and b, each with its own blame.",
        "`loss(1.5 - 0.01 * 16, ..., ...)`: fill in the other two.",
    ),
    misconceptions=(
        Misconception(
            "turned up",
            "The knobs were turned up. A positive blame says that the loss rises that way: subtract.",
            lambda: _after(lambda share: SMALL * share),
        ),
        Misconception(
            "full blame",
            "The knobs were turned by their whole blame. Turn each by 0.01 × blame.",
            lambda: _after(lambda share: -share),
        ),
        Misconception(
            "all alike",
            "Every knob was turned by 0.01. Who has more blame turns further: 0.01 × blame.",
            lambda: _after(lambda share: -SMALL),
        ),
        Misconception(
            "only w1",
            "Only w1 was turned. w2 and b have their share of the blame, and turn too.",
            lambda: loss(START[0] - SMALL * BLAME[0], *START[1:]),
        ),
        Misconception(
            "not turned",
            "This is the loss before the step. Turn the knobs first, then ask for the loss.",
            lambda: loss(*START),
        ),
    ),
)


# --- 00.5 what nudging costs --------------------------------------------------------------------------------


def runs(knobs):
    return knobs + 1


COST_OF_NUDGING = Exercise(
    id="00.5",
    task="Write `runs(knobs)`: how many runs of the line are needed to nudge each of so many knobs once.",
    truth=runs,
    inputs=lambda generator: (int(generator.integers(4, 100)),),
    examples=((3,), (1_000_000,)),
    explain="One run before any nudge, which all share, and one run for each knob.",
    hints=(
        "With one knob: one run before the nudge, and one after it.",
        "The run before the nudge is the same for all knobs. How often do you need it?",
        "3 knobs need 4 runs.",
    ),
    misconceptions=(
        Misconception(
            "without the first run",
            "One run is missing: the loss before any nudge, with which all others are compared.",
            lambda knobs: knobs,
        ),
        Misconception(
            "two for each knob",
            "This runs the line twice for each knob. The loss before the nudge is the same for all of them: "
            "one run is enough.",
            lambda knobs: 2 * knobs,
        ),
        Misconception(
            "one for all",
            "This is 2 for any number of knobs. If all are nudged in one run, nobody knows which one made "
            "the loss rise.",
            lambda knobs: 2,
        ),
        Misconception(
            "every pair",
            "This is a run for every pair of knobs. Each knob is nudged alone, the others stay.",
            lambda knobs: knobs**2,
        ),
    ),
)


EXERCISES = (LOSS_OF_A_MISS, THE_LINE, BLAME_BY_NUDGING, SMALL_STEP, COST_OF_NUDGING)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="00.a",
        question="At w1 = 0.5 the product is 2 cm too short. If w1 is turned up a little there, does the "
        "loss rise or fall?",
        options=("rise", "fall"),
        confusions=(
            Confusion(
                "rise",
                "fall",
                "It rises where the product is too long. Here it is too short, so a longer one is better.",
            ),
        ),
    ),
    Prediction(
        id="00.b",
        question="Which knob is most to blame: w1, w2 or b?",
        options=("w1", "w2", "b"),
        confusions=(
            Confusion(
                "w2",
                "w1",
                "w2 comes later and is the larger number, but that does not decide. A nudge of w2 counts 3 "
                "times, for the 3 cm that enter there; one of w1 counts 2 times and is doubled by w2: 4.",
            ),
            Confusion(
                "b",
                "w1",
                "b comes last, and nothing after it makes its nudge larger. A nudge of w1 passes two "
                "stretches.",
            ),
        ),
    ),
    Prediction(
        id="00.c",
        question="Every knob is turned down by its whole blame. Will the loss be zero, smaller or larger?",
        options=("zero", "smaller", "larger"),
        confusions=(
            Confusion(
                "zero",
                "larger",
                "Blame is not the distance to the goal. It says how fast the loss changes here, no more.",
            ),
            Confusion(
                "smaller",
                "larger",
                "The way is right, but the step is far too long: it goes over the goal and up again.",
            ),
        ),
    ),
    Prediction(
        id="00.d",
        question="A million knobs, and one run takes a thousandth of a second. How many minutes does it take "
        "to nudge every knob once?",
    ),
)
