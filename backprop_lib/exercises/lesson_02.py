"""Lesson 02, chain rule and graphs: multiply along a path, add over the paths, wait for all users.

The smallest network: z1 = w1·x, ŷ = w2·z1, L = ½(y − ŷ)².
The graph with several paths: h = 2x, q = h·h + h, where dq/dx = 26 at x = 3.
"""

import math

from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction


def _number(generator, low, high):
    """A number with two decimals, easy to retype, of either sign and never near zero."""
    return round(float(generator.uniform(low, high) * generator.choice([-1, 1])), 2)


# --- 02.1 a chain of two ------------------------------------------------------------------------------------


def dy_dx(x):
    h = x**2
    return math.cos(h) * 2 * x  # the slope of sin at h, times the slope of x² at x


CHAIN_OF_TWO = Exercise(
    id="02.1",
    task="Write `dy_dx(x)`: the derivative of y = sin(x²).",
    truth=dy_dx,
    inputs=lambda generator: (_number(generator, 0.3, 2.0),),
    examples=((3.0,),),
    explain="Name the number in between: h = x², y = sin h. Then dy/dh = cos h, taken at h, and dh/dx = 2x. "
    "The product is cos(x²)·2x.",
    hints=(
        "There are two stages: h = x², then y = sin h. Which slope does each one have?",
        "The slope of sin is cos, taken at the number that enters sin. The slope of x² is 2x.",
        "Multiply the two: cos(…) · 2x. What enters sin?",
    ),
    misconceptions=(
        Misconception(
            "inner derivative forgotten",
            "This is cos(x²) alone, the slope of the second stage. Before it the nudge went through x²: "
            "multiply by that slope too.",
            lambda x: math.cos(x**2),
        ),
        Misconception(
            "outer derivative forgotten",
            "This is 2x alone, the slope of the first stage. The nudge goes on through sin: multiply by its "
            "slope too.",
            lambda x: 2 * x,
        ),
        Misconception(
            "outer slope at x",
            "This is cos(x)·2x. The slope of sin is to be taken where sin stands: x² enters it, not x.",
            lambda x: math.cos(x) * 2 * x,
        ),
        Misconception(
            "slope of the slope",
            "This is cos(2x): the inner derivative was put into cos. It multiplies: cos(x²) · 2x, each slope "
            "at what enters its own stage.",
            lambda x: math.cos(2 * x),
        ),
        Misconception(
            "added along the path",
            "This is cos(x²) + 2x. Along a path the slopes multiply, as gears do: twice as far, then three "
            "times as far, is six times as far.",
            lambda x: math.cos(x**2) + 2 * x,
        ),
        Misconception(
            "slope of cos",
            "The sign is turned: −sin is the derivative of cos, and here it is sin that is derived. Its "
            "derivative is +cos.",
            lambda x: -math.cos(x**2) * 2 * x,
        ),
        Misconception(
            "sin kept",
            "This is sin(x²)·2x: the outer function itself in place of its slope, which is cos.",
            lambda x: math.sin(x**2) * 2 * x,
        ),
        Misconception(
            "sin squared",
            "This is the derivative of (sin x)². Here x is squared first, and sin comes after.",
            lambda x: 2 * math.sin(x) * math.cos(x),
        ),
    ),
)


# --- 02.2 the smallest network ------------------------------------------------------------------------------


def dL_dw1(x, y, w1, w2):
    z1 = w1 * x
    y_hat = w2 * z1
    dy_hat = y_hat - y  # ½ · 2(y − ŷ) · (−1)
    dz1 = dy_hat * w2
    return dz1 * x


def _loss(x, y, w1, w2):
    return 0.5 * (y - w2 * w1 * x) ** 2


def _network_inputs(generator):
    return tuple(_number(generator, 0.3, 2.0) for _ in range(4))


SMALLEST_NETWORK = Exercise(
    id="02.2",
    task="Write `dL_dw1(x, y, w1, w2)`: ∂L/∂w1 for z1 = w1·x, ŷ = w2·z1, L = ½(y − ŷ)².",
    truth=dL_dw1,
    inputs=_network_inputs,
    examples=((2.0, 1.0, 0.5, -1.5),),
    explain="Three slopes stand along the path from L to w1: ŷ − y, then w2, then x. For w2 the path is one "
    "step shorter: (ŷ − y)·z1.",
    hints=(
        "First compute ŷ. Then walk back from L: to ŷ, to z1, to w1. Each step gives one factor.",
        "The first factor is ŷ − y, as derived above. From ŷ = w2·z1, which is the slope on the way to z1?",
        "The last one: in z1 = w1·x, what multiplies w1?",
    ),
    misconceptions=(
        Misconception(
            "sign",
            "The size is right, the sign is not. The inner derivative of y − ŷ is −1, so the first factor is "
            "ŷ − y.",
            lambda x, y, w1, w2: -dL_dw1(x, y, w1, w2),
        ),
        Misconception(
            "½ forgotten",
            "This is twice the gradient: the ½ in front of the square cancels the 2 that the square gives.",
            lambda x, y, w1, w2: 2 * dL_dw1(x, y, w1, w2),
        ),
        Misconception(
            "2 forgotten",
            "This is half of the gradient: the square gives a factor 2, which cancels the ½.",
            lambda x, y, w1, w2: dL_dw1(x, y, w1, w2) / 2,
        ),
        Misconception(
            "w2 left out",
            "This is (ŷ − y)·x. Between ŷ and z1 stands the second weight, and its slope w2 is a factor too.",
            lambda x, y, w1, w2: (w2 * w1 * x - y) * x,
        ),
        Misconception(
            "x left out",
            "This is (ŷ − y)·w2, which is ∂L/∂z1. One step remains, from z1 = w1·x to w1.",
            lambda x, y, w1, w2: (w2 * w1 * x - y) * w2,
        ),
        Misconception(
            "w1 in place of x",
            "This is (ŷ − y)·w2·w1, the gradient of x. For w1 the last factor is what w1 multiplies: x.",
            lambda x, y, w1, w2: (w2 * w1 * x - y) * w2 * w1,
        ),
        Misconception(
            "the other weight",
            "This is (ŷ − y)·w1·x, which is ∂L/∂w2. On the way to w1 the path goes through w2's neuron.",
            lambda x, y, w1, w2: (w2 * w1 * x - y) * w1 * x,
        ),
        Misconception(
            "one factor alone",
            "This is ŷ − y, that is ∂L/∂ŷ. Two steps remain: to z1, and to w1.",
            lambda x, y, w1, w2: w2 * w1 * x - y,
        ),
        Misconception(
            "added along the path",
            "This is (ŷ − y) + w2 + x. Along a path the slopes multiply.",
            lambda x, y, w1, w2: (w2 * w1 * x - y) + w2 + x,
        ),
        Misconception(
            "loss in place of its slope",
            "This starts with the loss ½(y − ŷ)² itself. It should start with its slope, ŷ − y.",
            lambda x, y, w1, w2: _loss(x, y, w1, w2) * w2 * x,
        ),
        Misconception(
            "slope of the network",
            "This is w2·x: how ŷ answers to w1. The loss answers to ŷ with one more factor, ŷ − y.",
            lambda x, y, w1, w2: w2 * x,
        ),
        Misconception(
            "forward pass left outside",
            "Right at the notebook's own numbers only: ŷ comes from the cell above. Compute it inside the "
            "function.",
            lambda x, y, w1, w2: (-1.5 - y) * w2 * x,
        ),
    ),
)


# --- 02.3 two paths -----------------------------------------------------------------------------------------


def two_paths(x):
    u, v = x**2, math.sin(x)
    through_u = v * 2 * x  # y = u·v answers to u with v, and u to x with 2x
    through_v = u * math.cos(x)
    return through_u + through_v


TWO_PATHS = Exercise(
    id="02.3",
    task="Write `two_paths(x)`: dy/dx for y = u·v with u = x² and v = sin x.",
    truth=two_paths,
    inputs=lambda generator: (_number(generator, 0.4, 2.5),),
    examples=((3.0,),),
    explain="Through u: v · 2x. Through v: u · cos x. A nudge of x goes both ways at once, so the two are "
    "added.",
    hints=(
        "Take the path through u first: how does y = u·v answer to u, and how does u answer to x?",
        "In a product the slope for one factor is the other factor. So the path through u gives v · 2x.",
        "The path through v gives u · cos x. What is done with the two paths?",
    ),
    misconceptions=(
        Misconception(
            "path through u alone",
            "This is the path through u, v·2x. A nudge of x also moves v: add that path.",
            lambda x: math.sin(x) * 2 * x,
        ),
        Misconception(
            "path through v alone",
            "This is the path through v, u·cos x. A nudge of x also moves u: add that path.",
            lambda x: x**2 * math.cos(x),
        ),
        Misconception(
            "product of the slopes",
            "This is 2x·cos x, u's slope times v's. They lie on different paths. Multiply along each path, "
            "then add.",
            lambda x: 2 * x * math.cos(x),
        ),
        Misconception(
            "paths multiplied",
            "Here the two paths were multiplied. A nudge takes both at once, and what arrives is added.",
            lambda x: (math.sin(x) * 2 * x) * (x**2 * math.cos(x)),
        ),
        Misconception(
            "slopes added",
            "This is 2x + cos x: the slopes of u and v. Each has still to pass the product, where the slope "
            "is the other factor.",
            lambda x: 2 * x + math.cos(x),
        ),
        Misconception(
            "own factor",
            "Here each path was multiplied by its own factor: u·2x + v·cos x. In u·v the slope for u is v, "
            "and the slope for v is u.",
            lambda x: x**2 * 2 * x + math.sin(x) * math.cos(x),
        ),
        Misconception(
            "no inner derivatives",
            "This is v + u: how y answers to u and to v. Each path goes on to x: by 2x, and by cos x.",
            lambda x: math.sin(x) + x**2,
        ),
        Misconception(
            "paths subtracted",
            "Here one path was subtracted from the other: v·2x − u·cos x. Paths add. A minus could only come "
            "from a slope, and that of sin is +cos.",
            lambda x: math.sin(x) * 2 * x - x**2 * math.cos(x),
        ),
        Misconception(
            "shared number counted twice",
            "This is twice the derivative. Two paths lead to x, and each counts once.",
            lambda x: 2 * two_paths(x),
        ),
    ),
)


# --- 02.4 when a node may send ------------------------------------------------------------------------------


def ready(users, sent):
    return all(user in sent for user in users)


def _ready_inputs(generator):
    """A node with three users in a longer graph, one of which has not sent."""
    users = sorted(generator.choice(range(2, 9), size=3, replace=False).tolist())
    missing = generator.choice(users)
    return users, [node for node in range(9, 1, -1) if node != missing]


READY = Exercise(
    id="02.4",
    task="Write `ready(users, sent)`: True if a node with these users may send its gradient on, given the "
    "nodes that have sent, else False.",
    truth=ready,
    inputs=_ready_inputs,
    examples=(
        ([3, 4], [4]),  # h, before m has sent and after it
        ([3, 4], [4, 3]),
        ([], []),  # q, the result
        ([2], [4, 3]),  # x, before h has sent and after it
        ([2], [4, 3, 2]),
        ([4], []),  # m, before q has sent and after it
        ([4], [4]),
        ([4, 5], [6, 4]),  # a node of a longer graph
        ([4, 5], [6, 5]),
        ([4, 5], [6, 5, 4]),
    ),
    explain="A gradient is complete when every user has sent its part; only then may it go on. The result "
    "has no users, so it waits for nobody and starts.",
    hints=(
        "In the order that works, q sends first, then m, then h. For whom does h wait?",
        "h is used by m and by q, and waits for both. Ask of each number in `users` whether it is in `sent`.",
        "Python has `all(… for user in users)`. Without users it is True, as it should be.",
    ),
    misconceptions=(
        Misconception(
            "one user is enough",
            "Here a node sends as soon as one of its users has. So does the recursion: h sends before all "
            "has arrived, and has to send again. Wait for all users.",
            lambda users, sent: not users or any(user in sent for user in users),
        ),
        Misconception(
            "any, and the result never starts",
            "Two slips: one user is enough here, where all must have sent; and the result, which has no "
            "users, never starts.",
            lambda users, sent: any(user in sent for user in users),
        ),
        Misconception(
            "first user only",
            "Only the first user is asked, and the node does not wait for the others. Ask all of them.",
            lambda users, sent: not users or users[0] in sent,
        ),
        Misconception(
            "last user only",
            "Only the last user is asked, and the node does not wait for the others. Ask all of them.",
            lambda users, sent: not users or users[-1] in sent,
        ),
        Misconception(
            "users counted",
            "This compares numbers: as many have sent as the node has users. But it must be its own users "
            "that have sent, and not any nodes.",
            lambda users, sent: len(sent) >= len(users),
        ),
        Misconception(
            "nobody else may have sent",
            "This is True only if the users have sent and nobody else. Others may have sent too; it is "
            "enough that no user is missing.",
            lambda users, sent: set(users) == set(sent),
        ),
        Misconception(
            "the result never starts",
            "Nearly: all users are asked, but the result has none, and here it never starts. It waits for "
            "nobody, so it is ready.",
            lambda users, sent: bool(users) and ready(users, sent),
        ),
        Misconception(
            "the other way round",
            "This is True where it should be False: a node is ready when all its users have sent, not while "
            "one is missing.",
            lambda users, sent: not ready(users, sent),
        ),
    ),
)


# --- 02.5 counting passes -----------------------------------------------------------------------------------


def passes(inputs, outputs):
    return inputs, outputs  # forward mode: one for each input; reverse mode: one for each output


PASSES = Exercise(
    id="02.5",
    task="Write `passes(inputs, outputs)`: how many passes the whole Jacobian takes, as (forward, reverse).",
    truth=passes,
    inputs=lambda generator: (int(generator.integers(9, 1000)), int(generator.integers(2, 9))),
    examples=((3, 1), (1, 8), (1_000_000, 1)),
    parts=("forward", "reverse"),
    explain="A forward pass starts at one input and fills a column; a reverse pass starts at one output and "
    "fills a row. With one loss, reverse mode needs one pass.",
    hints=(
        "Fill the picture's table pass by pass. Which cells does one pass fill, in either mode?",
        "A forward pass starts from one input, and fills its column.",
        "A reverse pass starts from one output, and fills its row. How many rows are there?",
    ),
    misconceptions=(
        Misconception(
            "modes exchanged",
            "The two changed places. Forward mode starts anew at each input, reverse mode at each output.",
            lambda inputs, outputs: (outputs, inputs),
        ),
        Misconception(
            "one number a pass",
            "This counts the numbers in the table. One pass fills a whole column, or a whole row.",
            lambda inputs, outputs: (inputs * outputs, inputs * outputs),
        ),
        Misconception(
            "one number a pass in forward mode",
            "Reverse is right. A forward pass fills a whole column at once, however many outputs there are.",
            lambda inputs, outputs: (inputs * outputs, outputs),
        ),
        Misconception(
            "one reverse pass always",
            "Forward is right. One reverse pass is enough for one output only: it starts anew at each.",
            lambda inputs, outputs: (inputs, 1),
        ),
        Misconception(
            "a pass for both ends",
            "This is inputs + outputs. A mode starts from one end only: from the inputs or from the outputs.",
            lambda inputs, outputs: (inputs + outputs, inputs + outputs),
        ),
        Misconception(
            "one forward pass more",
            "This is one pass too many, as in nudging, where the unmoved value is needed too. Here a pass "
            "carries exact rates.",
            lambda inputs, outputs: (inputs + 1, outputs),
        ),
        Misconception(
            "the cheaper mode for both",
            "This is the smaller of the two for both modes. Each mode has its own count.",
            lambda inputs, outputs: (min(inputs, outputs), min(inputs, outputs)),
        ),
    ),
)


EXERCISES = (CHAIN_OF_TWO, SMALLEST_NETWORK, TWO_PATHS, READY, PASSES)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="02.a",
        question="The step shrinks from 1e-8 to 1e-12. Will the measured slope get closer to the truth, stay "
        "the same, or get worse?",
        options=("closer", "same", "worse"),
        confusions=(
            Confusion(
                "closer",
                "worse",
                "On paper it would. But a float keeps 16 digits, and the two values agree in most of them: "
                "few are left in their difference.",
            ),
            Confusion(
                "same",
                "worse",
                "The round-off in the values stays the same size; but it is divided by the step, which "
                "shrinks.",
            ),
        ),
    ),
    Prediction(
        id="02.b",
        question="Which stage lets nothing through at x = −0.4: the first (× 2), the second (ReLU), the "
        "third (× −1.5) or the fourth (tanh)?",
        confusions=(
            Confusion(1, 2, "Doubling makes a nudge larger; it is never flat."),
            Confusion(3, 2, "A negative slope turns a nudge around; it does not stop it."),
            Confusion(
                4,
                2,
                "Far from 0 tanh is flat indeed. But here it receives 0, where it is steepest.",
            ),
        ),
    ),
    Prediction(
        id="02.c",
        question="Which number will the engine leave in x.grad, for q = h·h + h and h = 2x at x = 3?",
        tolerance=0.01,
        confusions=(
            Confusion(
                26,
                52,
                "That is the right derivative. But the engine calls h once for m and once for q, and each "
                "time h sends all that it holds.",
            ),
            Confusion(
                28,
                52,
                "It would be, if q called h before m. Here m comes first, and by the time of its second call "
                "h holds 13 already.",
            ),
            Confusion(
                24,
                52,
                "That is the way through m. h also stands in the sum, and it is called for that too.",
            ),
        ),
    ),
    Prediction(
        id="02.d",
        question="If every node waits for its users, how many visits does the walk back through ten diamonds "
        "make?",
        tolerance=0.01,
        confusions=(
            Confusion(1024, 31, "That many paths there are. But many paths share a node, and it sends once."),
            Confusion(
                2048, 31, "That is of the order of the paths. But paths share nodes, and a node sends once."
            ),
            Confusion(
                40,
                31,
                "Each diamond has four corners, but the last one of each is the first of the next.",
            ),
            Confusion(30, 31, "Three for each diamond, and one more: the number where it all begins."),
            Confusion(10, 31, "One for each diamond; but a diamond adds three nodes."),
        ),
    ),
)
