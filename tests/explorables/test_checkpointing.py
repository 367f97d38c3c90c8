"""Checkpointing in the next cell: its schedule against both engines at work, its state, what it refuses."""

import gc
import math
import re
import weakref
from itertools import pairwise

import numpy as np
import pytest
import traitlets

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.checkpoint import checkpoint
from backprop_lib.explorables.checkpointing import Checkpointing, checkpointing
from backprop_lib.explorables.checkpointing.schedule import boundaries, forward_evaluations, peak, schedule

EVERY = [(depth, segments) for depth in range(1, 65) for segments in range(depth + 1)]
SOME = [(4, k) for k in range(5)] + [(7, k) for k in range(8)] + [(16, k) for k in (0, 1, 3, 4, 5, 16)]


# --- the schedule -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 5, 16, 64])
def test_segments_cover_all_layers_and_differ_by_one_at_most(depth):
    for segments in range(1, depth + 1):
        ends = boundaries(depth, segments)
        lengths = [b - a for a, b in pairwise(ends)]
        assert (ends[0], ends[-1], len(lengths)) == (0, depth, segments)
        assert min(lengths) >= 1 and max(lengths) <= min(lengths) + 1
        assert lengths[-1] == math.ceil(depth / segments)


def test_peak_and_evaluations_are_those_of_the_schedule():
    for depth, segments in EVERY:
        steps = schedule(depth, segments)
        assert peak(depth, segments) == max(len(step.held) for step in steps)
        computed = [step for step in steps if step.kind in ("forward", "recompute")]
        assert forward_evaluations(depth, segments) == len(computed)
        assert len(steps) - 1 == len(computed) + depth


def test_whatever_a_step_reads_is_there_before_it_and_only_the_input_is_left():
    for depth, segments in EVERY:
        steps = schedule(depth, segments)
        for before, step in pairwise(steps):
            if step.kind == "backward":  # a pull-back may read what its layer was given, and what it made
                assert {step.layer - 1, step.layer} <= before.held
                assert before.gradient in (None, step.layer) and step.gradient == step.layer - 1
            else:
                assert step.layer - 1 in before.held and step.layer in step.held
            assert step.checkpoints <= step.held
        assert steps[-1].held == {0} and steps[-1].gradient == 0


@pytest.mark.parametrize("root", [2, 3, 4, 5, 6, 7, 8])
def test_the_square_root_is_the_only_best_number_of_segments(root):
    peaks = {k: peak(root**2, k) for k in range(root**2 + 1)}
    assert min(peaks.values()) == 2 * root
    assert [k for k, most in peaks.items() if most == 2 * root] == [root]


# --- the schedule against the engines -----------------------------------------------------------------------
# A chain of layers of one operation, tanh: a layer makes one array, which its pull-back reads.


class Watch:
    """Which a_i are alive when something happens: of each event, lists of (i, the i alive, arrays alive)."""

    def __init__(self):
        self.events = {"start": [], "made": [], "loss": [], "gradient": [], "end": []}
        self._made = []

    def add(self, layer, is_alive):
        self._made.append((layer, is_alive))

    def note(self, event, layer):
        alive = [i for i, is_alive in self._made if is_alive()]
        self.events[event].append((layer, set(alive), len(alive)))

    def layers(self, event):
        return [layer for layer, *_ in self.events[event]]

    def alive(self, *events):
        return [alive for event in events for _, alive, _ in self.events[event]]

    def arrays(self):
        return [arrays for event in self.events.values() for *_, arrays in event]


def pass_through(depth, segments, x, layer, way, watch):
    """Go forward and backward once; `way` is a `checkpoint`, called on every segment."""

    def part(first, last):
        def through(h):
            for i in range(first, last + 1):
                watch.note("start", i)
                h = layer(i, h)
                watch.note("made", i)
            return h

        return through

    def chain(h):
        if not segments:
            return part(1, depth)(h)
        for before, end in pairwise(boundaries(depth, segments)):
            h = way(part(before + 1, end), h)
        return h

    def loss(result):
        return (result * result).sum()  # its pull-back reads a_n

    L = loss(chain(x))
    watch.note("loss", depth)
    L.backward()
    watch.note("end", 0)
    return watch


def in_our_engine(depth, segments):
    watch, x = Watch(), Tensor(np.full(3, 0.5), requires_grad=True)

    def add(i, tensor):
        array = weakref.ref(tensor.data)
        watch.add(i, lambda: array() is not None)

    def layer(i, h):
        h = h.tanh()
        add(i, h)
        h.register_hook(lambda g: watch.note("gradient", i))
        return h

    add(0, x)
    return pass_through(depth, segments, x, layer, checkpoint, watch)


def in_torch(depth, segments, early_stop=False):
    import torch
    from torch.multiprocessing.reductions import StorageWeakRef
    from torch.utils.checkpoint import checkpoint, set_checkpoint_early_stop

    watch, x = Watch(), torch.full((3,), 0.5, dtype=torch.float64, requires_grad=True)

    def add(i, tensor):
        storage = StorageWeakRef(tensor.untyped_storage())
        watch.add(i, lambda: not storage.expired())

    def layer(i, h):
        h = h.tanh()
        add(i, h)
        h.grad_fn.register_prehook(lambda g: watch.note("gradient", i))
        return h

    def way(part, h):
        return checkpoint(part, h, use_reentrant=False)

    add(0, x)
    # By default it leaves a segment, by an exception, as soon as the last array that is read is there.
    with set_checkpoint_early_stop(early_stop):
        return pass_through(depth, segments, x, layer, way, watch)


def of(steps, *kinds):
    return [step for step in steps if step.kind in kinds]


@pytest.fixture
def without_the_collector():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.usefixtures("without_the_collector")
@pytest.mark.parametrize(("depth", "segments"), SOME)
def test_our_engine_computes_and_holds_what_the_schedule_says(depth, segments):
    steps, watch = schedule(depth, segments), in_our_engine(depth, segments)
    assert watch.layers("made") == [step.layer for step in of(steps, "forward", "recompute")]
    assert max(map(len, watch.alive(*watch.events))) == peak(depth, segments)
    # One array more: our engine keeps the result of a segment, to compare it with what is computed again.
    assert max(watch.arrays()) == peak(depth, segments) + (segments > 0)
    again = of(steps, "recompute")
    assert watch.alive("made")[depth:] == [step.held | {step.segment[1]} for step in again]
    assert watch.alive("loss", "end") == [steps[depth].held, steps[-1].held]
    # Forward it holds a segment until the segment's end, to see what it uses: never more than at the peak.
    for alive, step in zip(watch.alive("start")[1:depth], steps[1:], strict=False):
        assert step.held <= alive <= step.held | set(range(step.segment[0], step.layer))


@pytest.mark.needs("torch")
@pytest.mark.usefixtures("without_the_collector")
@pytest.mark.parametrize(("depth", "segments"), SOME)
def test_torch_computes_and_holds_what_the_schedule_says_step_by_step(depth, segments):
    in_torch(2, 1)  # the first checkpoint of a process imports more, and an exception there holds its frames
    gc.collect()
    steps, watch = schedule(depth, segments), in_torch(depth, segments)
    assert watch.layers("made") == [step.layer for step in of(steps, "forward", "recompute")]
    held = {kind: [step.held for step in of(steps, kind)] for kind in ("forward", "recompute", "backward")}
    assert watch.alive("start")[1:depth] + watch.alive("loss") == held["forward"]
    assert watch.alive("made")[depth:] == held["recompute"]
    assert watch.layers("gradient") == list(range(depth, 0, -1))
    assert watch.alive("gradient")[1:] + watch.alive("end") == held["backward"]
    assert max(watch.arrays()) == peak(depth, segments)
    assert in_torch(depth, segments, early_stop=True).layers("start") == watch.layers("start")


# --- the sentence -------------------------------------------------------------------------------------------

WHOLE = (
    "16 layers in 4 segments of 4: peak 8 in place of 17; "
    "16 + 16 layer evaluations: 2 forward passes in place of 1"
)
SENTENCES = {
    0: "nothing is computed yet, and only the input a0 is there; 1 activation held",
    1: "compute layer 1; 2 activations held",
    2: "compute layer 2, let a1 go; 2 activations held",
    4: "compute layer 4, let a3 go, keep a4 as a checkpoint; 2 activations held",
    16: "compute layer 16, let a15 go; 5 activations held",
    17: "let a16 go and recompute layers 13–16 from the checkpoint a12, now layer 13; 5 activations held",
    20: "recompute layers 13–16 from the checkpoint a12, now layer 16; 8 activations held",
    21: "back through layer 16 to a15, let a16 go; 7 activations held",
    24: "back through layer 13 to a12, let a13 and the checkpoint a12 go; 3 activations held",
    32: "back through layer 9 to a8, let a9 and the checkpoint a8 go; 2 activations held",
    41: "recompute layers 1–4 from the input a0, now layer 1; 2 activations held",
    48: "back through layer 1 to the input a0, let a1 go; 1 activation held",
}


@pytest.mark.parametrize("step", SENTENCES)
def test_the_sentence_says_what_a_step_does(step):
    chain = checkpointing(16, 4)
    chain.step = step
    assert chain.sentence == f"step {step} of 48: {SENTENCES[step]}; {WHOLE}" == repr(chain)


CHAINS = {
    (16, 0): "16 layers, all kept: peak 17; 16 layer evaluations: 1 forward pass",
    (16, 1): "16 layers in 1 segment of 16: peak 17, as when all are kept; 16 + 16 layer evaluations: "
    "2 forward passes in place of 1",
    (16, 5): "16 layers in 5 segments of 3 or 4: peak 9 in place of 17; 16 + 16 layer evaluations: "
    "2 forward passes in place of 1",
    (64, 64): "64 layers in 64 segments of 1: peak 65, as when all are kept; 64 + 64 layer evaluations: "
    "2 forward passes in place of 1",
}


@pytest.mark.parametrize(("depth", "segments"), CHAINS)
def test_the_sentence_says_what_the_chain_costs(depth, segments):
    assert checkpointing(depth, segments).sentence.endswith(f"; {CHAINS[depth, segments]}")


def test_the_sentence_where_all_is_kept_and_where_each_layer_is_a_segment():
    chain = checkpointing(8, 0)
    chain.step = 3
    assert "step 3 of 16: compute layer 3, keep a3; 4 activations held" in chain.sentence
    chain.step = 9
    assert "back through layer 8 to a7, let a8 go; 8 activations held" in chain.sentence
    chain.segments, chain.step = 8, 3
    assert "compute layer 3, keep a3 as a checkpoint; 4 activations held" in chain.sentence
    chain.step = 11
    assert "step 11 of 24: recompute layer 7 from the checkpoint a6; 8 activations held" in chain.sentence


# --- its state ----------------------------------------------------------------------------------------------


def test_what_can_be_read():
    chain = checkpointing(16, 4)
    assert (chain.depth, chain.segments, chain.step, chain.steps) == (16, 4, 0, 48)
    assert (chain.peak, chain.evaluations, chain.held) == (8, 32, 1)
    chain.step = 20
    assert chain.held == 8 == len(chain.schedule[20].held)
    assert chain.start == {"depth": 16, "segments": 4}


def test_each_pair_that_is_chosen_is_remembered_once():
    chain = checkpointing()
    assert chain.visited == [[16, 1, 17]]
    for segments in (2, 4, 2, 0):
        chain.segments = segments
    chain.depth = 25
    assert chain.visited == [[16, 1, 17], [16, 2, 10], [16, 4, 8], [16, 0, 17], [25, 0, 26]]


def test_fewer_layers_leave_what_is_possible():
    chain = checkpointing(16, 12)
    chain.step = 48
    chain.depth = 9
    assert (chain.depth, chain.segments, chain.step) == (9, 9, 27)
    assert chain.visited == [[16, 12, 14], [9, 9, 10]]
    chain.segments = 0
    assert chain.step == 18


def test_what_the_browser_sends_is_taken_as_it_is():
    chain = checkpointing(16, 12)
    chain.step = 40
    sent = {"depth": 9, "segments": 3, "step": 27, "visited": [[16, 12, 14], [9, 3, 6]]}
    chain.set_state(sent)
    assert {name: getattr(chain, name) for name in sent} == sent


REFUSED = [
    ("depth", 3, "depth is a whole number from 4 to 64; received 3"),
    ("depth", 65, "depth is a whole number from 4 to 64; received 65"),
    (
        "segments",
        17,
        "segments is a whole number from 0 to 16, the number of layers (0 keeps all); received 17",
    ),
    ("segments", -1, "segments is a whole number from 0 to 16, the number of layers"),
    ("step", 49, "step is a whole number from 0 to 48; received 49"),
    ("step", True, "step is a whole number from 0 to 48; received True"),
    ("visited", [[16, 4, 7]], "visited holds [depth, segments, peak] of each pair that was chosen; received"),
    ("visited", [3], "visited holds [depth, segments, peak] of each pair that was chosen; received 3"),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_what_is_refused(name, value, message):
    chain = Checkpointing()
    before = getattr(chain, name)
    with pytest.raises(traitlets.TraitError, match=re.escape(message)):
        setattr(chain, name, value)
    assert getattr(chain, name) == before


def test_more_segments_than_layers_are_refused_from_the_start():
    with pytest.raises(traitlets.TraitError, match="segments is a whole number from 0 to 8"):
        checkpointing(8, 9)
