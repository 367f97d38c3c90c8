"""Lesson 10, the cost of gradients: passes and operations counted, forward mode, memory, shared batches.

Weights are (in, out), with z = xW + b; sizes lists the units of each layer, the inputs first.
"""

from itertools import pairwise

import numpy as np

from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction

EXACT = 1e-9  # what is counted may be off by one in a million


def _whole(generator, low, high):
    return int(generator.integers(low, high + 1))


# --- 10.1 forward passes of differences ---------------------------------------------------------------------


def forward_passes(n):
    return n + 1, 2 * n


FORWARD_PASSES = Exercise(
    id="10.1",
    task="Write `forward_passes(n)`: how many forward passes the gradient of a loss with n parameters takes, "
    "by one-sided and by central differences.",
    truth=forward_passes,
    inputs=lambda generator: (_whole(generator, 2, 100_000),),
    examples=((3,), (153,)),
    parts=("one-sided", "central"),
    relative_tolerance=EXACT,
    explain="Each parameter has to be nudged on its own. One-sided differences share the loss where nothing "
    "is nudged: n + 1. Central ones nudge each parameter up and down, and need that loss never: 2n.",
    hints=(
        "Take n = 1. Which losses does (L(w + ε) − L(w)) / ε need, and which does the central difference?",
        "With n parameters, which of these losses can all of them share?",
        "One-sided: L(w) once, and n nudges. Central: two nudges for each parameter.",
    ),
    misconceptions=(
        Misconception(
            "loss without a nudge forgotten",
            "One-sided differences compare each nudged loss with the one where nothing is nudged. That takes "
            "one pass more.",
            lambda n: (n, 2 * n),
        ),
        Misconception(
            "loss without a nudge again for each",
            "The loss where nothing is nudged is the same for all parameters: compute it once, and keep it.",
            lambda n: (2 * n, 2 * n),
        ),
        Misconception(
            "central with the middle",
            "Central differences need a step up and a step down. The loss in the middle is not used.",
            lambda n: (n + 1, 2 * n + 1),
        ),
        Misconception(
            "central with the middle, one-sided without",
            "It is the other way round: one-sided differences use the loss where nothing is nudged, central "
            "ones do not.",
            lambda n: (n, 2 * n + 1),
        ),
        Misconception(
            "middle each time",
            "This computes the loss in the middle again for each parameter, and for central differences it "
            "is not even used.",
            lambda n: (2 * n, 3 * n),
        ),
        Misconception(
            "one for each",
            "One pass for each parameter is too few: a difference has two ends.",
            lambda n: (n, n),
        ),
        Misconception(
            "one for each, and one",
            "That holds for one-sided differences. Central ones nudge each parameter twice, up and down.",
            lambda n: (n + 1, n + 1),
        ),
        Misconception(
            "all nudged at once",
            "With all parameters nudged at once, only their sum shows. Nudge one at a time.",
            lambda n: (2, 2),
        ),
    ),
)


# --- 10.2 operations of a layer -----------------------------------------------------------------------------


def flops(samples, n_in, n_out, first):
    forward = 2 * samples * n_in * n_out
    return forward, forward if first else 2 * forward


def _flops_but(unit=lambda samples, n_in, n_out: 2 * samples * n_in * n_out, first=1, others=2):
    """`flops` with another count for one product, or other numbers of products on the way back."""

    def mistaken(samples, n_in, n_out, is_first):
        product = unit(samples, n_in, n_out)
        return product, (first if is_first else others) * product

    return mistaken


def _dw_without_the_samples(samples, n_in, n_out, first):
    forward, one = 2 * samples * n_in * n_out, 2 * n_in * n_out
    return forward, one if first else forward + one


def _strictly(samples, n_in, n_out, first):
    dW, dX = n_in * n_out * (2 * samples - 1), samples * n_in * (2 * n_out - 1)
    return samples * n_out * (2 * n_in - 1), dW if first else dW + dX


FLOPS = Exercise(
    id="10.2",
    task="Write `flops(samples, n_in, n_out, first)`: the multiplications and additions in the matrix "
    "products of a layer, forward and backward. `first` is True for the first layer.",
    truth=flops,
    inputs=lambda generator: (
        _whole(generator, 2, 64),
        _whole(generator, 3, 200),
        _whole(generator, 3, 200),
        bool(generator.integers(2)),
    ),
    examples=((32, 100, 50, False), (32, 100, 50, True)),
    parts=("forward", "backward"),
    relative_tolerance=EXACT,
    explain="Each of the three products, XW, Xᵀdz and dz·Wᵀ, takes samples · in · out multiplications and "
    "about as many additions. The first layer's X is data, and nobody asks for its gradient: one product "
    "less.",
    hints=(
        "z = XW has samples · n_out entries. Each adds up n_in products.",
        "Backward: dW = Xᵀdz and dX = dz·Wᵀ. Write the three sizes that meet in each of them.",
        "All three products take 2 · samples · n_in · n_out. Backward has two of them, in the first layer "
        "one.",
    ),
    misconceptions=(
        Misconception(
            "backward as forward",
            "Backward is not one product but two: dW = Xᵀdz for the weights, and dX = dz·Wᵀ for the layer "
            "before. Only the first layer has one.",
            _flops_but(others=1),
        ),
        Misconception(
            "first layer as the others",
            "The first layer needs dW, but no dX: its X is data, which nobody changes.",
            _flops_but(first=2),
        ),
        Misconception(
            "nothing for the first layer",
            "The first layer saves dX, but not dW: its weights are trained, too.",
            _flops_but(first=0),
        ),
        Misconception(
            "first and others exchanged",
            "The other way round: the first layer has one product on the way back, the others two.",
            _flops_but(first=2, others=1),
        ),
        Misconception(
            "multiplications alone",
            "These are the multiplications alone. Each product is added to a sum, so there are about as many "
            "additions.",
            _flops_but(unit=lambda samples, n_in, n_out: samples * n_in * n_out),
        ),
        Misconception(
            "multiplications alone, backward as forward",
            "These are multiplications alone: each is followed by an addition. And backward has two "
            "products, dW and dX, where forward has one; only the first layer needs no dX.",
            _flops_but(unit=lambda samples, n_in, n_out: samples * n_in * n_out, others=1),
        ),
        Misconception(
            "one addition less",
            "Strictly, a sum of n_in numbers takes one addition less. But b is added, too: so people count "
            "as many additions as multiplications, and so does this exercise.",
            _flops_but(unit=lambda samples, n_in, n_out: samples * n_out * (2 * n_in - 1)),
        ),
        Misconception(
            "one addition less in each product",
            "Strictly, each sum takes one addition less than it has numbers. It hardly matters: count as "
            "many additions as multiplications.",
            _strictly,
        ),
        Misconception(
            "bias counted",
            "The biases are counted here. Asked for are the matrix products, which are nearly all of the "
            "work.",
            lambda samples, n_in, n_out, first: (
                flops(samples, n_in, n_out, first)[0] + samples * n_out,
                flops(samples, n_in, n_out, first)[1],
            ),
        ),
        Misconception(
            "batch forgotten",
            "This is the count for a single sample. All of it is done for each sample.",
            _flops_but(unit=lambda samples, n_in, n_out: 2 * n_in * n_out),
        ),
        Misconception(
            "dW without the samples",
            "dW has n_in · n_out entries, but each of them adds up one product for every sample.",
            _dw_without_the_samples,
        ),
        Misconception(
            "forward counted with backward",
            "The second number has the forward product in it, too. Asked for is the way back alone.",
            _flops_but(first=2, others=3),
        ),
        Misconception(
            "entries added",
            "This adds n_in and n_out. Every input meets every output: they multiply.",
            _flops_but(unit=lambda samples, n_in, n_out: 2 * samples * (n_in + n_out)),
        ),
    ),
)


# --- 10.3 forward mode --------------------------------------------------------------------------------------


def push(x, dx, W, b):
    a = np.tanh(x @ W + b)
    da = (1 - a**2) * (dx @ W)
    return a, da


def _push_but(change):
    """`push` with another da, from a, z and what dx has become in z."""

    def mistaken(x, dx, W, b):
        z = x @ W + b
        return np.tanh(z), change(np.tanh(z), z, dx @ W, b)

    return mistaken


def _push_inputs(generator):
    n_in, n_out = generator.choice([2, 3, 4, 5], 2, replace=False)
    shapes = (n_in,), (n_in,), (n_in, n_out), (n_out,)
    return tuple(np.round(generator.uniform(0.2, 0.9, s) * generator.choice([-1, 1], s), 2) for s in shapes)


PUSH = Exercise(
    id="10.3",
    task="Write `push(x, dx, W, b)`: the layer's output a = tanh(xW + b), and da, how a answers to a nudge "
    "of x in the direction dx.",
    truth=push,
    inputs=_push_inputs,
    parts=("a", "da"),
    explain="A nudge passes each operation on its way: dz = dx·W, as b stands still, and da = tanh′(z)·dz. "
    "It is the chain rule once more, multiplied from the front.",
    hints=(
        "How does z = xW + b answer to a nudge of x? Does b move?",
        "dz = dx @ W. Then the slope of tanh, which is 1 − a².",
        "`a = np.tanh(x @ W + b)`, `da = (1 - a**2) * (dx @ W)`, and return both.",
    ),
    misconceptions=(
        Misconception(
            "slope forgotten",
            "This da is dx·W: how z answers. On its way to a it also passes tanh, so multiply by its slope.",
            _push_but(lambda a, z, dz, b: dz),
        ),
        Misconception(
            "bias nudged",
            "The nudge has b added to it. b stands still while x moves, so z answers by dx·W alone.",
            _push_but(lambda a, z, dz, b: (1 - a**2) * (dz + b)),
        ),
        Misconception(
            "slope from z",
            "The slope of tanh is 1 − a², and not 1 − z².",
            _push_but(lambda a, z, dz, b: (1 - z**2) * dz),
        ),
        Misconception(
            "slope of the sigmoid",
            "a(1 − a) is the slope of the sigmoid. That of tanh is 1 − a².",
            _push_but(lambda a, z, dz, b: a * (1 - a) * dz),
        ),
        Misconception(
            "square forgotten",
            "The slope of tanh is 1 − a²: the square is missing.",
            _push_but(lambda a, z, dz, b: (1 - a) * dz),
        ),
        Misconception(
            "slope alone",
            "This is tanh's slope. Multiply it by what arrives there, dx·W.",
            _push_but(lambda a, z, dz, b: 1 - a**2),
        ),
        Misconception(
            "tanh of the nudge",
            "The nudge was sent through tanh, as if it were a value. A nudge only gets multiplied, by the "
            "slope at the place where x is.",
            _push_but(lambda a, z, dz, b: np.tanh(dz)),
        ),
        Misconception(
            "slope at the nudge",
            "The slope was taken at dx·W. It belongs to the place where the layer is, z = xW + b.",
            _push_but(lambda a, z, dz, b: (1 - np.tanh(dz) ** 2) * dz),
        ),
        Misconception(
            "value added",
            "This is a + da. A rate is no new value: return da alone.",
            _push_but(lambda a, z, dz, b: a + (1 - a**2) * dz),
        ),
        Misconception(
            "a without tanh",
            "da is right. But the first part is z: the output is its tanh.",
            lambda x, dx, W, b: (x @ W + b, push(x, dx, W, b)[1]),
        ),
    ),
)


# --- 10.4 which end to begin from ---------------------------------------------------------------------------


def cost(sizes):
    one_pass = sum(m * n for m, n in pairwise(sizes))
    return sizes[0] * one_pass, sizes[-1] * one_pass


def _cost_but(forward=lambda sizes: sizes[0], reverse=lambda sizes: sizes[-1], a_pass=None):
    """`cost` with other numbers of passes, or another cost of one."""

    def mistaken(sizes):
        each = sum(m * n for m, n in pairwise(sizes)) if a_pass is None else a_pass(sizes)
        return forward(sizes) * each, reverse(sizes) * each

    return mistaken


def _sizes(generator):
    """Three to five layers, of different sizes."""
    return [int(n) for n in generator.choice(np.arange(2, 60), generator.integers(3, 6), replace=False)]


COST = Exercise(
    id="10.4",
    task="Write `cost(sizes)`: how many multiplications by a weight the whole Jacobian takes, in forward "
    "mode and in reverse mode.",
    truth=cost,
    inputs=lambda generator: (_sizes(generator),),
    examples=(([3, 100, 1000],), ([784, 100, 10],)),
    parts=("forward mode", "reverse mode"),
    relative_tolerance=EXACT,
    explain="A pass meets every weight once, in either direction. Forward mode makes one for each input, "
    "reverse mode one for each output. So the narrow end is the one to begin from.",
    hints=(
        "How many weights lie between a layer of m units and one of n? Add them up over the network.",
        "A pass meets each weight once. How many passes does each mode need (exercise 02.5)?",
        "`sum(m * n for m, n in zip(sizes, sizes[1:]))`, times `sizes[0]` or `sizes[-1]`.",
    ),
    misconceptions=(
        Misconception(
            "modes exchanged",
            "The modes are exchanged. Forward mode begins from an input, so it needs a pass for each input.",
            _cost_but(lambda sizes: sizes[-1], lambda sizes: sizes[0]),
        ),
        Misconception(
            "one pass each",
            "This is one pass each. It fills one column of the Jacobian, or one row.",
            _cost_but(lambda sizes: 1, lambda sizes: 1),
        ),
        Misconception(
            "reverse in one pass",
            "Reverse mode needs one pass for each output. It is a single one only where there is one loss.",
            _cost_but(reverse=lambda sizes: 1),
        ),
        Misconception(
            "forward in one pass",
            "Forward mode needs one pass for each input: a pass tells how all answers to this one.",
            _cost_but(forward=lambda sizes: 1),
        ),
        Misconception(
            "a pass for each entry",
            "This makes a pass for each entry of the Jacobian. One pass fills a whole column, or a whole "
            "row.",
            _cost_but(lambda sizes: sizes[0] * sizes[-1], lambda sizes: sizes[0] * sizes[-1]),
        ),
        Misconception(
            "units in place of weights",
            "This counts units. A pass multiplies by each weight, and between m units and n there are m · n.",
            _cost_but(a_pass=sum),
        ),
        Misconception(
            "passes alone",
            "This is the number of passes. How many multiplications does one of them take?",
            _cost_but(a_pass=lambda sizes: 1),
        ),
        Misconception(
            "layers multiplied",
            "The weights of the layers were multiplied. A pass meets one layer after the other: add them up.",
            _cost_but(a_pass=lambda sizes: int(np.prod([float(m * n) for m, n in pairwise(sizes)]))),
        ),
        Misconception(
            "ends alone",
            "This takes the inputs times the outputs for a pass, as if nothing lay between. Add up the "
            "weights of all layers.",
            _cost_but(a_pass=lambda sizes: sizes[0] * sizes[-1]),
        ),
    ),
)


# --- 10.5 bytes ---------------------------------------------------------------------------------------------


def training_bytes(sizes, samples, itemsize):
    parameters = sum(m * n + n for m, n in pairwise(sizes))
    kept = 2 * samples * sum(sizes[1:])
    return 4 * parameters * itemsize, kept * itemsize


def _bytes_but(
    parameters=lambda m, n: m * n + n, copies=4, kept=None, scale=lambda samples, itemsize: itemsize
):
    """`training_bytes` with other counts; `scale` multiplies the model's."""

    def mistaken(sizes, samples, itemsize):
        model = copies * sum(parameters(m, n) for m, n in pairwise(sizes))
        numbers = 2 * samples * sum(sizes[1:]) if kept is None else kept(sizes, samples)
        return model * scale(samples, itemsize), numbers * itemsize

    return mistaken


def _numbers_not_bytes(sizes, samples, itemsize):
    return training_bytes(sizes, samples, 1)


def _bits_not_bytes(sizes, samples, itemsize):
    return training_bytes(sizes, samples, 8 * itemsize)


TRAINING_BYTES = Exercise(
    id="10.5",
    task="Write `training_bytes(sizes, samples, itemsize)`: the bytes that belong to the parameters when "
    "Adam trains them, and the bytes of the activations that are kept for the way back.",
    truth=training_bytes,
    inputs=lambda generator: (_sizes(generator), _whole(generator, 2, 300), int(generator.choice([2, 4, 8]))),
    examples=(([784, 100, 10], 64, 4), ([784, 100, 10], 64, 8)),
    parts=("parameters", "activations"),
    relative_tolerance=EXACT,
    explain="A parameter comes with its gradient, its m and its v: four numbers, whatever the batch. Each "
    "layer keeps z and a for each sample. So the first grows with the weights, the second with units and "
    "batch.",
    hints=(
        "A layer from m to n units has m · n weights and n biases. What else does Adam keep for each?",
        "Four numbers for each parameter: itself, gradient, m and v. Two for each unit and sample: z and a.",
        "`4 * parameters * itemsize`, and `2 * samples * sum(sizes[1:]) * itemsize`.",
    ),
    misconceptions=(
        Misconception(
            "batch forgotten",
            "The activations are those of a single sample. Each sample of the batch has its own.",
            _bytes_but(kept=lambda sizes, samples: 2 * sum(sizes[1:])),
        ),
        Misconception(
            "parameters for activations",
            "The second number counts parameters. Activations belong to units, and there is one for each "
            "sample.",
            _bytes_but(
                kept=lambda sizes, samples: 2 * samples * sum(m * n + n for m, n in pairwise(sizes)),
            ),
        ),
        Misconception(
            "one for each unit",
            "The second number is half of what is kept. Each layer keeps its z and its a.",
            _bytes_but(kept=lambda sizes, samples: samples * sum(sizes[1:])),
        ),
        Misconception(
            "inputs counted",
            "The inputs are counted as a layer. They are there anyway, and have no z.",
            _bytes_but(kept=lambda sizes, samples: 2 * samples * sum(sizes)),
        ),
        Misconception(
            "last layer left out",
            "The last layer is left out. It has a z and an a like the others.",
            _bytes_but(kept=lambda sizes, samples: 2 * samples * sum(sizes[1:-1])),
        ),
        Misconception(
            "parameters alone",
            "The first number has the parameters alone. While Adam trains, each has a gradient, an m and a "
            "v.",
            _bytes_but(copies=1),
        ),
        Misconception(
            "Adam forgotten",
            "The first number has parameters and gradients. Adam keeps two more for each, m and v.",
            _bytes_but(copies=2),
        ),
        Misconception(
            "one of four missing",
            "The first number has three for each parameter. There are four: itself, gradient, m and v.",
            _bytes_but(copies=3),
        ),
        Misconception(
            "biases forgotten",
            "The biases are missing: a layer from m to n units has m · n + n parameters.",
            _bytes_but(parameters=lambda m, n: m * n),
        ),
        Misconception(
            "parameters for each sample",
            "The first number grows with the batch. All samples share the same parameters, and their "
            "gradients are added up.",
            _bytes_but(scale=lambda samples, size: samples * size),
        ),
        Misconception(
            "numbers, not bytes",
            "This counts numbers. Each takes `itemsize` bytes: 8 in float64, 4 in float32.",
            _numbers_not_bytes,
        ),
        Misconception(
            "bits, not bytes",
            "This counts bits. `itemsize` is in bytes already.",
            _bits_not_bytes,
        ),
    ),
)


# --- 10.6 segments ------------------------------------------------------------------------------------------


def segmented(n, k):
    longest = -(-n // k)
    return k + longest, 2 * n


def _segmented_but(held=None, evaluated=None):
    """`segmented` with another peak, or other evaluations."""

    def mistaken(n, k):
        most, evaluations = segmented(n, k)
        return most if held is None else held(n, k), evaluations if evaluated is None else evaluated(n, k)

    return mistaken


def _cut(generator):
    n = _whole(generator, 12, 200)
    return n, _whole(generator, 3, n // 2)


SEGMENTED = Exercise(
    id="10.6",
    task="Write `segmented(n, k)`: the most results held at a time, for n layers in k segments as equal as "
    "can be, and how often a layer is computed forward.",
    truth=segmented,
    inputs=lambda generator: _cut(generator),
    examples=((16, 2), (16, 5), (64, 8)),
    parts=("the most results held", "layers computed forward"),
    relative_tolerance=EXACT,
    explain="While the last segment is gone back through, k checkpoints are there, and the results within "
    "it. A few long segments or many checkpoints: the sum is smallest in between, at k ≈ √n, where it is "
    "about 2√n.",
    hints=(
        "When is most held? The last segment has been computed again, and all checkpoints are still there.",
        "The longest segment has ⌈n/k⌉ layers. In Python `-(-n // k)` rounds up.",
        "`k + -(-n // k)`. And each layer runs forward twice: at first, and in its segment again.",
    ),
    misconceptions=(
        Misconception(
            "checkpoints forgotten",
            "This is one segment. The inputs of all segments are held as well, or the others could not "
            "begin.",
            _segmented_but(held=lambda n, k: -(-n // k)),
        ),
        Misconception(
            "segment forgotten",
            "These are the checkpoints. While a segment is gone back through, its own results are held, too.",
            _segmented_but(held=lambda n, k: k),
        ),
        Misconception(
            "one checkpoint alone",
            "This has the results of one segment, and its input. The inputs of the other segments are held, "
            "too.",
            _segmented_but(held=lambda n, k: 1 + -(-n // k)),
        ),
        Misconception(
            "input not counted",
            "This is one too few: the input x counts, as the checkpoint of the first segment.",
            _segmented_but(held=lambda n, k: k - 1 + -(-n // k)),
        ),
        Misconception(
            "a checkpoint too many",
            "This is one too many. k segments have k inputs, and what the last one puts out is among its own "
            "results.",
            _segmented_but(held=lambda n, k: k + 1 + -(-n // k)),
        ),
        Misconception(
            "rounded down",
            "This rounds n / k down. Where it does not come out even, some segments have one layer more.",
            _segmented_but(held=lambda n, k: k + n // k),
        ),
        Misconception(
            "not rounded",
            "This has fractions of a layer in it. The longest segment has ⌈n / k⌉ layers.",
            _segmented_but(held=lambda n, k: k + n / k),
        ),
        Misconception(
            "all held again",
            "This holds all segments at once. Each is let go before the one in front of it is computed "
            "again.",
            _segmented_but(held=lambda n, k: k + n),
        ),
        Misconception(
            "multiplied",
            "Checkpoints and segment were multiplied. They lie side by side in memory: add them.",
            _segmented_but(held=lambda n, k: k * -(-n // k)),
        ),
        Misconception(
            "the larger of the two",
            "This is the larger of the two. Checkpoints and segment are held at the same time: add them.",
            _segmented_but(held=lambda n, k: max(k, -(-n // k))),
        ),
        Misconception(
            "the best whatever k is",
            "This is 2√n, which only the best k reaches. What does it come to with this k?",
            _segmented_but(held=lambda n, k: 2 * n**0.5),
        ),
        Misconception(
            "nothing computed again",
            "The layers are computed forward twice: at first, and in their segment again on the way back.",
            _segmented_but(evaluated=lambda n, k: n),
        ),
        Misconception(
            "passes, not layers",
            "Two forward passes, yes. Asked for is how often a layer is computed, n for each pass.",
            _segmented_but(evaluated=lambda n, k: 2),
        ),
        Misconception(
            "last segment spared",
            "This spares the last segment. It could be, but `checkpoint` does not know which one is last: "
            "every segment is computed again.",
            _segmented_but(evaluated=lambda n, k: 2 * n - -(-n // k)),
        ),
        Misconception(
            "again from the very beginning",
            "This goes back to the very beginning for each segment. A segment begins from its own "
            "checkpoint.",
            _segmented_but(evaluated=lambda n, k: n * (k + 1)),
        ),
        Misconception(
            "backward counted",
            "This counts the way back, too. Forward alone, each layer runs twice.",
            _segmented_but(evaluated=lambda n, k: 3 * n),
        ),
    ),
)


# --- 10.7 gradients of several workers ----------------------------------------------------------------------


def average(gradients, counts):
    total = sum(count * g for count, g in zip(counts, gradients, strict=True))
    return total / sum(counts)


def _average_by(weights):
    """Add up the gradients with these weights, worked out from the counts."""

    def mistaken(gradients, counts):
        chosen = weights(np.array(counts, dtype=float))
        return sum(weight * g for weight, g in zip(chosen, gradients, strict=True))

    return mistaken


def _shards(generator):
    workers = _whole(generator, 2, 4)
    counts = [int(count) for count in generator.choice(np.arange(1, 20), workers, replace=False)]
    signs = generator.choice([-1, 1], (workers, 3))
    return list(np.round(generator.uniform(0.2, 2.0, (workers, 3)) * signs, 2)), counts


AVERAGE = Exercise(
    id="10.7",
    task="Write `average(gradients, counts)`: the gradient of the full batch's mean loss, from a list of the "
    "workers' mean gradients, and a list of how many samples each has.",
    truth=average,
    inputs=_shards,
    examples=(([np.array([1.0, 2.0]), np.array([5.0, -2.0])], [9, 3]),),
    explain="count · mean is the sum over a shard. All sums together, divided by all samples, is the mean "
    "over the batch: each sample counts the same, wherever it was worked on.",
    hints=(
        "What is a worker's mean gradient times its number of samples?",
        "Add up the sums of all shards. How many samples are there in all?",
        "`total = sum(count * g for count, g in zip(counts, gradients))`, divided by `sum(counts)`.",
    ),
    misconceptions=(
        Misconception(
            "mean of the means",
            "This is the mean of the means. The samples of a small shard then count for more than those of a "
            "large one: weigh each mean with its number of samples.",
            _average_by(lambda counts: np.full(len(counts), 1 / len(counts))),
        ),
        Misconception(
            "sum of the means",
            "This is the sum of the means. It grows with the number of workers: two workers would take steps "
            "twice as long.",
            _average_by(np.ones_like),
        ),
        Misconception(
            "sum over the samples",
            "This is the sum over all samples. Asked for is the mean: divide by their number.",
            _average_by(lambda counts: counts),
        ),
        Misconception(
            "divided by the workers",
            "The sums of the shards are right, but they were divided by the number of workers. Divide by the "
            "number of samples.",
            _average_by(lambda counts: counts / len(counts)),
        ),
        Misconception(
            "divided twice",
            "The weights count / all samples add up to 1 already. Dividing by the number of workers after "
            "that makes it too small.",
            _average_by(lambda counts: counts / counts.sum() / len(counts)),
        ),
        Misconception(
            "multiplied by the workers",
            "This is the right gradient, times the number of workers. That factor makes up for a division by "
            "DDP; here nobody has divided.",
            _average_by(lambda counts: counts / counts.sum() * len(counts)),
        ),
        Misconception(
            "weights upside down",
            "The small shards weigh more. Where there are more samples, the mean stands for more of the "
            "batch.",
            _average_by(lambda counts: (1 / counts) / (1 / counts).sum()),
        ),
        Misconception(
            "means divided by their counts",
            "Each gradient was divided by its number of samples. It is a mean already: multiply, to make it "
            "a sum again.",
            _average_by(lambda counts: 1 / counts),
        ),
        Misconception(
            "means divided by the samples",
            "The means were added up, and divided by all samples. Make sums out of the means first.",
            _average_by(lambda counts: np.full(len(counts), 1 / counts.sum())),
        ),
        Misconception(
            "weights by the other's count",
            "The counts belong to the shards in the order of the gradients; here they were turned round.",
            _average_by(lambda counts: counts[::-1] / counts.sum()),
        ),
    ),
)

EXERCISES = (FORWARD_PASSES, FLOPS, PUSH, COST, TRAINING_BYTES, SEGMENTED, AVERAGE)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="10.a",
        question="The smallest GPT-2 has 124 million parameters. Say backprop takes a second for its "
        "gradient. How long do central differences take?",
        options=("an hour", "a month", "years"),
        confusions=(
            Confusion(
                "an hour",
                "years",
                "An hour has 3600 seconds. But it takes two forward passes for every one of 124 million "
                "parameters.",
            ),
            Confusion(
                "a month",
                "years",
                "A month has 2.6 million seconds, and there are 248 million forward passes to make.",
            ),
        ),
    ),
    Prediction(
        id="10.b",
        question="A network of 64 layers answers one batch: under `no_grad`, and ready for `backward`. How "
        "much memory does the second take, compared with the first?",
        options=("as much", "twice as much", "over ten times as much"),
        confusions=(
            Confusion(
                "as much",
                "over ten times as much",
                "The same numbers are computed. But under no_grad each is let go when the next layer has "
                "used it, and here all of them wait for the way back.",
            ),
            Confusion(
                "twice as much",
                "over ten times as much",
                "Double would be one more for each number that is there at a time. But under no_grad only a "
                "layer or so is there at a time, and here all 64.",
            ),
        ),
    ),
    Prediction(
        id="10.c",
        question="64 layers are cut into 8 segments of 8. To what does the most memory at a time fall, "
        "compared with keeping all?",
        options=("half", "a quarter", "an eighth"),
        confusions=(
            Confusion(
                "an eighth",
                "a quarter",
                "A segment is an eighth of the chain. But the inputs of all eight segments are held as well.",
            ),
            Confusion(
                "half",
                "a quarter",
                "Less is left than that: 8 inputs of segments, and the 8 results of one segment.",
            ),
        ),
    ),
    Prediction(
        id="10.d",
        question="12 samples: one worker has 9, another 3. Each takes the mean gradient of its own. Is the "
        "mean of both means the gradient of the whole batch's mean loss?",
        options=("the same", "another"),
        confusions=(
            Confusion(
                "the same",
                "another",
                "With equal shards it is. Here each of the 3 samples counts as much as three of the 9.",
            ),
        ),
    ),
)
