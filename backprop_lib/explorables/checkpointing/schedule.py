"""What a chain of layers computes and holds, step by step, when it is cut into checkpointed segments.

A layer turns a_{i−1} into a_i, and its pull-back may read both. A segment keeps its input alone, which is its
checkpoint. Going backward, each segment, the last one too, is computed again from there, gone back through,
and let go. So does `checkpoint` of `backprop_lib` and of torch, called on every segment.
(torch's `checkpoint_sequential` spares its last segment; there 1 segment is to keep all.)

What is counted after each step: the results a_1 to a_n that are held, and the input a_0, which its caller
holds throughout. Not counted, as they are the same however the chain is cut: parameters, their gradients, and
the one gradient that is on its way. While layer i is computed forward, a_{i−1} is there, too: that is never
the peak.

With layers of one operation, torch holds exactly this, step by step. Our engine keeps one array more: the
result of the segment that is gone back through, to compare it with what is computed again. And within a
segment it lets go a little later.
"""

from itertools import pairwise
from typing import NamedTuple


class Step(NamedTuple):
    """One step, and what is there after it.

    kind: "start", "forward", "recompute" or "backward".  layer: 1 to n, and 0 at the start.
    segment: the first and the last layer of its segment.  held: the i of each a_i held.
    checkpoints: those of them that a segment will begin from again.
    gradient: the i of the a_i that ∂L/∂a_i has arrived at, None before there is any.
    """

    kind: str
    layer: int
    segment: tuple[int, int]
    held: frozenset[int]
    checkpoints: frozenset[int]
    gradient: int | None


def boundaries(depth, segments):
    """List where segments meet: 0, then the last layer of each. Their lengths differ by 1 at most.

    segments: 0, to keep all, cuts nowhere.

    >>> boundaries(16, 4), boundaries(16, 5), boundaries(16, 0)
    ([0, 4, 8, 12, 16], [0, 3, 6, 9, 12, 16], [0, 16])
    """
    return [j * depth // max(1, segments) for j in range(max(1, segments) + 1)]


def schedule(depth, segments):
    """List the steps of one forward and one backward pass, that before the first among them.

    depth: n, the number of layers.  segments: k, from 1 to n, each with a checkpoint; 0 keeps all.
    Returns: 3n + 1 steps; 2n + 1 where all is kept.

    >>> for step in schedule(4, 2)[4:7]:
    ...     print(step.kind, step.layer, sorted(step.held), sorted(step.checkpoints), step.gradient)
    forward 4 [0, 2, 4] [0, 2] None
    recompute 3 [0, 2, 3] [0, 2] 4
    recompute 4 [0, 2, 3, 4] [0, 2] 4
    """
    ends = boundaries(depth, segments)
    checkpoints = set(ends[:-1]) if segments else set()
    held = {0}
    steps = []

    def note(kind, layer, segment, gradient=None):
        now = frozenset(held)
        steps.append(Step(kind, layer, segment, now, now & checkpoints, gradient))

    note("start", 0, (1, ends[1]))
    for before, end in pairwise(ends):
        for layer in range(before + 1, end + 1):
            held.add(layer)
            if segments and layer - 1 not in checkpoints:
                held.discard(layer - 1)
            note("forward", layer, (before + 1, end))
    for before, end in reversed(list(pairwise(ends))):
        if segments:
            held.discard(end)  # it has passed its gradient on, and will come again
            for layer in range(before + 1, end + 1):
                held.add(layer)
                note("recompute", layer, (before + 1, end), end)
        for layer in range(end, before, -1):
            held.discard(layer)
            if layer == before + 1:
                checkpoints.discard(before)
                held.intersection_update(checkpoints | {0})
            note("backward", layer, (before + 1, end), layer - 1)
    return steps


def peak(depth, segments):
    """Count the most activations held at a time: k + ⌈n/k⌉, and n + 1 where all are kept.

    While the last segment is gone back through, there are k checkpoints and the results within it.

    >>> peak(16, 0), peak(16, 1), peak(16, 4), peak(16, 16)
    (17, 17, 8, 17)
    """
    return segments + -(-depth // segments) if segments else depth + 1


def forward_evaluations(depth, segments):
    """Count how often a layer is computed forward: n times, and n times again if there are checkpoints.

    >>> forward_evaluations(16, 0), forward_evaluations(16, 4)
    (16, 32)
    """
    return 2 * depth if segments else depth
