"""Gradient checkpointing: a chain of layers cut into segments, and what it holds after each step."""

import traitlets

from backprop_lib.explorables.checkpointing import schedule as plan
from backprop_lib.explorables.checkpointing import words
from backprop_lib.explorables.explorable import Explorable, browser_side

DEPTHS = (4, 64)


class Checkpointing(Explorable):
    """A chain of layers, gone through forward and backward, with one checkpoint at the input of each segment.

    depth: n, the number of layers, 4 to 64.  segments: k, from 1 to n, or 0 to keep all without checkpoints.
    step: where in the schedule, from 0 to `steps`.  visited: [depth, segments, peak] for each pair that was
    chosen so far, in order.  show_all: whether the peaks of every k are drawn, visited or not.
    start: depth and segments as they were at first, where reset goes back to.
    With fewer layers, segments and step fall to what is possible there.

    What is counted, and how the chain is cut, is told in `checkpointing_schedule`.
    """

    _esm, _css = browser_side("checkpointing")

    depth = traitlets.Int(16).tag(sync=True)
    segments = traitlets.Int(1).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    visited = traitlets.List().tag(sync=True)
    show_all = traitlets.Bool(False).tag(sync=True)
    start = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, **state):
        super().__init__(**state)
        self._visit()
        self.set_trait("start", {"depth": self.depth, "segments": self.segments})

    @property
    def schedule(self):
        """The steps, from `checkpointing_schedule.schedule`; that at `step` says what is held now."""
        return plan.schedule(self.depth, self.segments)

    @property
    def steps(self):
        """The number of the last step: 3n with checkpoints, 2n where all is kept."""
        return len(self.schedule) - 1

    @property
    def held(self):
        """How many activations are held after the present step, the input among them."""
        return len(self.schedule[self.step].held)

    @property
    def peak(self):
        """The most activations held at a time."""
        return plan.peak(self.depth, self.segments)

    @property
    def evaluations(self):
        """How often a layer is computed forward, again or for the first time."""
        return plan.forward_evaluations(self.depth, self.segments)

    @property
    def sentence(self):
        """What the present step does and how much is held; then the peak and the price of the whole."""
        now = words.of_step(self.schedule, self.step)
        return f"{now}; {words.of_chain(self.depth, self.segments)}"

    def _visit(self):
        pair = [self.depth, self.segments, self.peak]
        if pair not in self.visited:
            self.visited = [*self.visited, pair]

    @traitlets.observe("depth", "segments")
    def _keep_what_is_possible(self, _):
        self.segments = min(self.segments, self.depth)
        self.step = min(self.step, self.steps)
        self._visit()

    # --- what is refused ------------------------------------------------------------------------------------

    @traitlets.validate("depth")
    def _check_depth(self, proposal):
        return _whole("depth", proposal.value, *DEPTHS)

    @traitlets.validate("segments")
    def _check_segments(self, proposal):
        limit = f"{self.depth}, the number of layers (0 keeps all)"
        return _whole("segments", proposal.value, 0, self.depth, limit)

    @traitlets.validate("step")
    def _check_step(self, proposal):
        return _whole("step", proposal.value, 0, self.steps)

    @traitlets.validate("visited")
    def _check_visited(self, proposal):
        for pair in proposal.value:
            if not _is_visit(pair):
                raise traitlets.TraitError(
                    f"visited holds [depth, segments, peak] of each pair that was chosen; received {pair!r}"
                )
        return [list(pair) for pair in proposal.value]


def checkpointing(depth=16, segments=1):
    """Cut a chain of layers into checkpointed segments, and find the cut that needs the least memory.

    depth: the number of layers, from 4 to 64.  segments: how many of them, from 1 to depth; 0 keeps all.

    Raises: traitlets.TraitError for what is out of these limits.

    >>> chain = checkpointing(depth=16, segments=2)
    >>> chain.peak, chain.evaluations
    (10, 32)
    >>> chain.segments = 0
    >>> chain.peak, chain.evaluations, chain.visited
    (17, 16, [[16, 2, 10], [16, 0, 17]])
    """
    return Checkpointing(depth=depth, segments=segments)


def _is_visit(pair):
    try:
        depth, segments, peak = pair
        return (
            DEPTHS[0] <= depth <= DEPTHS[1] and 0 <= segments <= depth and peak == plan.peak(depth, segments)
        )
    except (TypeError, ValueError):
        return False


def _whole(name, value, low, high, limit=None):
    if isinstance(value, bool) or not low <= value <= high:
        raise traitlets.TraitError(
            f"{name} is a whole number from {low} to {limit or high}; received {value}"
        )
    return value
