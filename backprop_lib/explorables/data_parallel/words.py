"""What the picture of the data-parallel workers says; js/data_parallel/words.js writes the same."""

import math

from backprop_lib.explorables import words


def sentence(workers):
    """Say how the averages compare and why, and where the copies are after the steps.

    workers: a `DataParallel`.
    """
    shards = workers.shards
    head = f"{sum(shards)} samples on {_count(len(shards), 'worker')}"
    if len(shards) > 1:
        head += f", {_listed(shards)}"
    if not workers.together:
        return f"{head}: {_apart(workers)}"
    return f"{head}: {_averages(workers)}{_together(workers)}"


def _averages(workers):
    shards, total = workers.shards, sum(workers.shards)
    if workers.sends == "sums":
        told = f"the sum of all sums ÷ {total} is {pair(workers.weighted)}, the gradient of the full batch"
        adds = f"; {_who(_empty(shards), 'adds', 'add')} 0" if 0 in shards else ""
        return f"{told}: every sample counts 1/{total}{adds}"
    if workers.averaged is None:
        who = _who(_empty(shards), "has", "have")
        return (
            f"{who} no samples and so no mean: 0 ÷ 0 is no number, and added to the others it leaves "
            "no result to anyone. Where each worker sends its sum, an empty shard adds 0"
        )
    if min(shards) == max(shards):
        agree = f"{pair(workers.averaged)}: every sample counts 1/{total}"
        if len(shards) == 1:
            return f"its mean is that of the full batch, {agree}"
        return f"equal shards, so the mean of the means is the gradient of the full batch, {agree}"
    off = math.dist(workers.averaged, workers.full)
    small, large = shards.index(min(shards)), shards.index(max(shards))
    return (
        f"the mean of the means is {pair(workers.averaged)}, "
        f"the gradient of the full batch {pair(workers.full)}. It is off by {words.number(off)}, "
        f"for each sample of worker {small + 1} counts {words.number(max(shards) / min(shards))} times "
        f"as much as one of worker {large + 1}"
    )


def _together(workers):
    taken, copies = workers.taken, workers.copies
    if taken == 0:
        return ""
    if len(copies) == 1:
        return f". After {_count(taken, 'step')} its parameters are {place(copies[0])}"
    told = f". After {_count(taken, 'step')} all copies are equal, {place(copies[0])}"
    shards = workers.shards
    if workers.sends == "sums" or min(shards) == max(shards):
        return f"{told}, as on one machine"
    return f"{told}; one machine would be at {place(workers.alone)}"


def _apart(workers):
    shards, copies = workers.shards, workers.copies
    if len(shards) == 1:
        told = "with one there is nothing to average"
        if workers.taken == 0:
            return told
        return f"{told}. After {_count(workers.taken, 'step')} its parameters are {place(copies[0])}"
    if workers.taken == 0:
        return (
            f"no all-reduce. All copies are still equal, {place(copies[0])}; "
            "from the first step on each worker follows its own samples"
        )
    dw, db = workers.spread
    stay = f"; {_who(_empty(shards), 'has', 'have')} none, and no gradient to follow" if 0 in shards else ""
    return (
        f"no all-reduce. After {_count(workers.taken, 'step')} the copies differ by up to "
        f"{words.number(dw)} in w and {words.number(db)} in b, for each worker follows its own samples{stay}"
    )


def pair(gradient):
    """Write a gradient.

    >>> pair((0.5, -0.25))
    '(+0.5, −0.25)'
    """
    return f"({', '.join(map(words.signed, gradient))})"


def place(copy):
    """Write the parameters of a copy.

    >>> place((0.5, -0.25))
    '(w, b) = (0.5, −0.25)'
    """
    return f"(w, b) = ({', '.join(map(words.number, copy))})"


def _empty(shards):
    return [k for k, count in enumerate(shards, start=1) if count == 0]


def _who(numbers, one, several):
    """Write who does it, with the verb that goes with it.

    >>> _who([2], "has", "have"), _who([1, 3, 4], "has", "have")
    ('worker 2 has', 'workers 1, 3 and 4 have')
    """
    many = len(numbers) > 1
    return f"worker{'s' if many else ''} {_listed(numbers)} {several if many else one}"


def _count(number, name):
    return f"{number} {name}{'' if number == 1 else 's'}"


def _listed(numbers):
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}" if first else last
