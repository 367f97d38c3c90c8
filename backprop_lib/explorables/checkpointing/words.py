"""What a checkpointed chain does, in words; the browser side (js/checkpointing/words.js) says the same."""

from backprop_lib.explorables.checkpointing.schedule import peak


def of_step(steps, position):
    """Say what the step at `position` does, and how many activations are held after it.

    steps: from `schedule`.

    >>> from backprop_lib.explorables.checkpointing.schedule import schedule
    >>> of_step(schedule(16, 4), 24)
    'step 24 of 48: back through layer 13 to a12, let a13 and the checkpoint a12 go; 3 activations held'
    """
    step = steps[position]
    told = {"start": _start, "forward": _forward, "recompute": _recompute, "backward": _backward}[step.kind]
    last = len(steps) - 1
    before = steps[position - 1].held if position else frozenset()
    return f"step {position} of {last}: {told(step, sorted(before - step.held))}; {_held(len(step.held))}"


def of_chain(depth, segments):
    """Say what the whole schedule costs: memory at its peak, and layers computed forward.

    >>> of_chain(16, 4)
    '16 layers in 4 segments of 4: peak 8 in place of 17; 16 + 16 layer evaluations: 2 forward passes in place of 1'
    """  # noqa: E501
    if not segments:
        return f"{depth} layers, all kept: peak {depth + 1}; {depth} layer evaluations: 1 forward pass"
    most = peak(depth, segments)
    saved = f" in place of {depth + 1}" if most <= depth else ", as when all are kept"
    return (
        f"{depth} layers in {_segments(depth, segments)}: peak {most}{saved}; "
        f"{depth} + {depth} layer evaluations: 2 forward passes in place of 1"
    )


def _start(step, gone):
    return "nothing is computed yet, and only the input a0 is there"


def _forward(step, gone):
    i = step.layer
    told = [f"compute layer {i}"]
    if gone:
        told.append(f"let {_names(gone)} go")
    if i in step.checkpoints:
        told.append(f"keep a{i} as a checkpoint")
    elif not step.checkpoints:
        told.append(f"keep a{i}")
    return ", ".join(told)


def _recompute(step, gone):
    first, last = step.segment
    whole = f"layer {first}" if first == last else f"layers {first}–{last}"
    source = f"the checkpoint a{first - 1}" if first > 1 else "the input a0"
    now = f", now layer {step.layer}" if first < last else ""
    let_go = f"let {_names(gone)} go and " if gone else ""
    return f"{let_go}recompute {whole} from {source}{now}"


def _backward(step, gone):
    reached = f"a{step.gradient}" if step.gradient else "the input a0"
    return f"back through layer {step.layer} to {reached}, let {_names(gone)} go"


def _names(gone):
    """Name what is let go: a layer's result, and the checkpoint that its segment began from."""
    *checkpoint, result = gone
    return " and ".join([f"a{result}", *(f"the checkpoint a{i}" for i in checkpoint)])


def _held(count):
    return f"{count} activation{'' if count == 1 else 's'} held"


def _segments(depth, segments):
    least, more = divmod(depth, segments)
    count = "1 segment" if segments == 1 else f"{segments} segments"
    return f"{count} of {least}" + (f" or {least + 1}" if more else "")
