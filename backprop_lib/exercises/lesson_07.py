"""Lesson 07, PyTorch: its graph, rules of one's own, layers, and a step of training, as its users write them.

A learner's answer runs in PyTorch where it is installed. The truths and the mistakes run in our engine, whose
methods have the same names: they are the same lines.
"""

import numpy as np

from backprop_lib.engine.recording import no_grad
from backprop_lib.exercises import lesson_07_trying as trying
from backprop_lib.exercises.lesson_07_pytorch import as_it_starts, in_pytorch, times_as_long
from backprop_lib.exercises.lesson_07_trying import ours
from backprop_lib.exercises.registry import Confusion, Exercise, Misconception, Prediction
from backprop_lib.exercises.trying import shown_as

__all__ = ["EXERCISES", "PREDICTIONS", "as_it_starts", "in_pytorch", "times_as_long", "train_step", "trying"]


def _numbers(generator, *shape):
    return generator.normal(size=shape).round(2)


# --- 07.1 which leaves does backward reach? -----------------------------------------------------------------


def leaves(function):
    found, seen, todo = [], set(), [function]
    while todo:
        function = todo.pop()
        if function is None or function in seen:
            continue
        seen.add(function)
        if hasattr(function, "variable"):
            found.append(function.variable)
        todo += [below for below, _ in function.next_functions]
    return found


def _walk(*, keep=lambda function: hasattr(function, "variable"), below=None, once=True, skip=True):
    """`leaves` with one of its choices exchanged for a mistaken one."""

    def mistaken(function):
        found, seen, todo = [], set(), [function]
        while todo:
            function = todo.pop()
            if (skip and function is None) or (once and function in seen):
                continue
            seen.add(function)
            if keep(function):
                found.append(function.variable)
            inputs = [one for one, _ in function.next_functions]
            todo += inputs if below is None else below(inputs)
        return found

    return trying.leaves(mistaken)


def _one_step(function):
    inputs = [one for one, _ in function.next_functions if one is not None]
    return [one.variable for one in inputs if hasattr(one, "variable")]


def _functions(function):
    found = [function]
    for one in found:
        found += [below for below, _ in one.next_functions if below is not None and below not in found]
    return [one for one in found if hasattr(one, "variable")]


def _pairs(function):
    return [one.variable for one in function.next_functions if not one.next_functions]


def _graph_inputs(generator):
    """Four computed nodes and three leaves; not every leaf is used, and some inputs are constants."""
    inputs = []
    for i in range(4):
        first, second = (int(j) for j in generator.integers(i + 1, 7, size=2))
        inputs.append((None, first) if generator.random() < 0.4 else (first, second))
    return ([*inputs, (), (), ()],)


# The two neurons of lesson 01: 5 is w2, 8 is w1 and 9 is b.
_TWO_NEURONS = [(1,), (2, None), (3,), (4, 9), (5, 6), (), (7,), (8, None), (), ()]

LEAVES = Exercise(
    id="07.1",
    task="Write `leaves(function)`: a list of the variables of all leaves behind this node, each once.",
    truth=trying.leaves(leaves),
    inputs=_graph_inputs,
    examples=((_TWO_NEURONS,), ([(1, 1), (2, None), ()],), ([(1, 2), (2, 3), (3, 3), (), ()],)),
    explain="It is a walk as in lesson 03, by `next_functions` in place of `parents`. What it lists will get "
    "a gradient from `backward`. If a parameter of yours is missing in it, the graph was cut on the way.",
    hints=(
        "Begin with `todo = [function]`. While something is left, take one out, look at it, and put its "
        "inputs in.",
        "`for below, _ in function.next_functions:` gives the inputs. A leaf is a node with a `variable`: "
        '`hasattr(function, "variable")`.',
        "A constant is `None`: skip it. And a node may be the input of several others: remember in a set "
        "which you have seen.",
    ),
    misconceptions=(
        Misconception(
            "constants not skipped",
            "At a constant there is no node, but `None`, and `None` has no inputs. Skip it.",
            _walk(skip=False),
        ),
        Misconception(
            "pairs not unpacked",
            "`next_functions` holds pairs, and a pair is no node. Write `for below, _ in "
            "function.next_functions`.",
            trying.leaves(_pairs),
        ),
        Misconception(
            "once for each path",
            "Leaves come up several times, once for each path that leads to them. Remember the nodes that "
            "you have seen, as in lesson 03.",
            _walk(once=False),
        ),
        Misconception(
            "first input only",
            "This follows the first input of each node alone. A product has two: put all of them on your "
            "list.",
            _walk(below=lambda inputs: inputs[:1]),
        ),
        Misconception(
            "last input only",
            "This follows the last input of each node alone. Put all of them on your list.",
            _walk(below=lambda inputs: inputs[-1:]),
        ),
        Misconception(
            "one step only",
            "These are the leaves right below the node that came. Most lie further down: go on from each "
            "input to its inputs.",
            trying.leaves(_one_step),
        ),
        Misconception(
            "a variable at every node",
            'Only the node of a leaf has a `variable`. Ask first: `hasattr(function, "variable")`.',
            _walk(keep=lambda function: True),
        ),
        Misconception(
            "nodes in place of variables",
            "These are the nodes. Asked for are the tensors whose `.grad` they fill: `function.variable`.",
            trying.leaves(_functions),
        ),
    ),
)


# --- 07.2 a rule of one's own -------------------------------------------------------------------------------


class Sigmoid:
    def forward(ctx, z):
        a = 1 / (1 + (-z).exp())
        ctx.save_for_backward(a)
        return a

    def backward(ctx, da):
        (a,) = ctx.saved_tensors
        return da * a * (1 - a)


def _rule(back, keep=lambda z, a: (a,), forward=lambda z: z.sigmoid()):
    """A rule that keeps `keep(z, a)`, and goes back by `back(da, what was kept)`."""

    def forward_and_keep(ctx, z):
        a = forward(z)
        ctx.save_for_backward(*keep(z, a))
        return a

    def backward(ctx, da):
        return back(da, ctx.saved_tensors)

    return trying.rule(forward_and_keep, backward, at=ours)


def _unpacked(back):
    def go_back(da, kept):
        (one,) = kept
        return back(da, one)

    return go_back


def _keep_z(z, a):
    return (z,)


RULE = Exercise(
    id="07.2",
    task="Write the sigmoid's rule: `forward(ctx, z)` keeps what is needed and returns a, `backward(ctx, "
    "da)` returns dz.",
    truth=shown_as(Sigmoid, trying.rule(Sigmoid.forward, Sigmoid.backward, at=ours)),
    inputs=lambda generator: (_numbers(generator, 3), _numbers(generator, 3)),
    examples=((np.array([1.0, -2.0]), np.array([1.0, 0.5])),),
    parts=("a", "dz"),
    explain="Forward keeps a, the output, as PyTorch's own does. Backward gets da and returns da · a · (1 − "
    "a): upstream times local derivative, already multiplied.",
    hints=(
        "Forward: `a = 1 / (1 + (-z).exp())`. Which of z and a does the slope need? Keep that one.",
        "`ctx.save_for_backward(a)` keeps it; `(a,) = ctx.saved_tensors` gives it back. Mind the comma: "
        "what comes back is a tuple.",
        "Backward returns upstream × local derivative: `da * a * (1 - a)`.",
    ),
    misconceptions=(
        Misconception(
            "upstream left out",
            "This is the local derivative alone. Our rules in lesson 03 returned that, and the engine "
            "multiplied. Here `backward` multiplies itself: times `da`.",
            _rule(_unpacked(lambda da, a: a * (1 - a))),
        ),
        Misconception(
            "z in place of a",
            "This is da · z · (1 − z). The slope is a · (1 − a), with the output: keep a.",
            _rule(_unpacked(lambda da, z: da * z * (1 - z)), _keep_z),
        ),
        Misconception(
            "sigmoid of the sigmoid",
            "The slope is taken at a in place of z: σ(a) · (1 − σ(a)). What you kept is a already.",
            _rule(_unpacked(lambda da, a: da * a.sigmoid() * (1 - a.sigmoid()))),
        ),
        Misconception(
            "tuple not unpacked",
            "`ctx.saved_tensors` is a tuple, even if it holds one tensor. Write `(a,) = ctx.saved_tensors`, "
            "with the comma.",
            _rule(lambda da, kept: da * kept),
        ),
        Misconception(
            "nothing kept",
            "`ctx.saved_tensors` is empty: `forward` has kept nothing. There, write "
            "`ctx.save_for_backward(a)`.",
            _rule(_unpacked(lambda da, a: da * a * (1 - a)), lambda z, a: ()),
        ),
        Misconception(
            "slope of tanh",
            "1 − a² is the slope of tanh. That of the sigmoid is a · (1 − a).",
            _rule(_unpacked(lambda da, a: da * (1 - a * a))),
        ),
        Misconception(
            "upstream handed on",
            "`da` comes back unchanged. On the way through the sigmoid it is multiplied by the slope.",
            _rule(_unpacked(lambda da, a: da * 1.0)),
        ),
        Misconception(
            "minus in the exponent forgotten",
            "This sigmoid falls where it should rise: it has eᶻ for e⁻ᶻ.",
            _rule(_unpacked(lambda da, a: da * a * (1 - a)), forward=lambda z: (-z).sigmoid()),
        ),
    ),
)


# --- 07.3 our weights in PyTorch's layers -------------------------------------------------------------------


def to_pytorch(W1, b1, W2, b2):
    return {"0.weight": W1.T, "0.bias": b1, "2.weight": W2.T, "2.bias": b2}


def _named(names, turn=lambda W: W.T, bias=lambda b: b):
    def mistaken(W1, b1, W2, b2):
        return dict(zip(names, (turn(W1), bias(b1), turn(W2), bias(b2)), strict=True))

    return mistaken


_NAMES = ("0.weight", "0.bias", "2.weight", "2.bias")
_WITHOUT_ACTIVATION = ("0.weight", "0.bias", "1.weight", "1.bias")
_FROM_ONE = ("1.weight", "1.bias", "2.weight", "2.bias")


def _layers_inputs(generator):
    n_in, hidden, n_out = (int(size) for size in generator.permutation([2, 3, 4, 5])[:3])
    shapes = (n_in, hidden), (hidden,), (hidden, n_out), (n_out,)
    return tuple(_numbers(generator, *shape) for shape in shapes)


TO_PYTORCH = Exercise(
    id="07.3",
    task="Write `to_pytorch(W1, b1, W2, b2)`: a dict of our arrays, (in, out), under the names and in the "
    "shapes of `Sequential(Linear, ReLU, Linear)`.",
    truth=to_pytorch,
    inputs=_layers_inputs,
    examples=((np.array([[1.0, 2.0, 3.0]]), np.zeros(3), np.array([[4.0], [5.0], [6.0]]), np.ones(1)),),
    explain="PyTorch computes XWᵀ + b with weights (out, in), so each W is turned on its side. A bias is a "
    "row either way. The ReLU has no parameters, but it has a number.",
    hints=(
        "`Linear(10, 20)` has a weight of shape (20, 10). Ours has (10, 20). And the bias?",
        "The names are position, dot, `weight` or `bias`. At which position is the second Linear?",
        '`return {"0.weight": W1.T, "0.bias": b1, …}`, and two more.',
    ),
    misconceptions=(
        Misconception(
            "not transposed",
            "The names are right, but the weights are (in, out), as ours. PyTorch stores (out, in).",
            _named(_NAMES, turn=lambda W: W),
        ),
        Misconception(
            "reshape in place of the transpose",
            "The shapes are right, the entries are not: `reshape` reads the numbers row after row into new "
            "rows. `W.T` turns rows into columns.",
            _named(_NAMES, turn=lambda W: W.reshape(W.shape[::-1])),
        ),
        Misconception(
            "activation not counted",
            "The weights are right, but the second Linear stands at position 2: the ReLU between has "
            "position 1, though it has no parameters.",
            _named(_WITHOUT_ACTIVATION),
        ),
        Misconception(
            "activation not counted, nor transposed",
            "The ReLU has position 1, so the second Linear has 2. And weights are (out, in) there: `W.T`.",
            _named(_WITHOUT_ACTIVATION, turn=lambda W: W),
        ),
        Misconception(
            "counted from 1",
            "Positions are counted from 0, and the ReLU is counted, too: the Linears are 0 and 2.",
            _named(_FROM_ONE),
        ),
        Misconception(
            "names of our own",
            "These are our names. PyTorch has position, dot, `weight` or `bias`.",
            _named(("W1", "b1", "W2", "b2")),
        ),
        Misconception(
            "bias as a column",
            "The weights are right. A bias is a plain row of numbers in PyTorch, too: hand it over as it is.",
            _named(_NAMES, bias=lambda b: b[:, None]),
        ),
        Misconception(
            "bias as a matrix",
            "The weights are right. Each bias has one size too many: (out,), not (1, out).",
            _named(_NAMES, bias=lambda b: b[None, :]),
        ),
        Misconception(
            "layers swapped",
            "The two layers have changed places: W1 belongs to position 0.",
            lambda W1, b1, W2, b2: to_pytorch(W2, b2, W1, b1),
        ),
    ),
)


# --- 07.4 a batch in pieces ---------------------------------------------------------------------------------


def add_up(model, X, y, size):
    for i in range(0, len(X), size):
        rows, targets = X[i : i + size], y[i : i + size]
        loss = ((model(rows) - targets) ** 2).mean()
        (loss * len(rows) / len(X)).backward()


def _pieces(share, end=lambda X, size: len(X)):
    """`add_up` with other shares: share(rows in the piece, X, size)."""

    def mistaken(model, X, y, size):
        for i in range(0, end(X, size), size):
            rows, targets = X[i : i + size], y[i : i + size]
            loss = ((model(rows) - targets) ** 2).mean()
            (loss * share(len(rows), X, size)).backward()

    return trying.add_up(mistaken, at=ours)


def _last_piece(share):
    """`backward` stands below the loop."""

    def mistaken(model, X, y, size):
        for i in range(0, len(X), size):
            rows, targets = X[i : i + size], y[i : i + size]
            loss = ((model(rows) - targets) ** 2).mean()
        (loss * share(len(rows), X)).backward()

    return trying.add_up(mistaken, at=ours)


def _no_backward(model, X, y, size):
    model(X)


def _all_at_once(model, X, y, size):
    ((model(X) - y) ** 2).mean().backward()


def _one_backward(model, X, y, size):
    pieces = [(X[i : i + size], y[i : i + size]) for i in range(0, len(X), size)]
    (sum(((model(rows) - targets) ** 2).sum() for rows, targets in pieces) / len(X)).backward()


def _not_reduced(model, X, y, size):
    ((model(X[:size]) - y[:size]) ** 2).backward()


def _item_first(model, X, y, size):
    ((model(X[:size]) - y[:size]) ** 2).mean().item().backward()


def _batch_inputs(generator):
    """A batch whose last piece is shorter than the others."""
    size = int(generator.integers(2, 5))
    count = size * int(generator.integers(2, 4)) + int(generator.integers(1, size))
    return _numbers(generator, count, 3), _numbers(generator, count, 1), _numbers(generator, 3, 1), size


def _whole(X, size):
    return len(X) - len(X) % size


ADD_UP = Exercise(
    id="07.4",
    task="Write `add_up(model, X, y, size)`: go through the batch in pieces of `size` rows, and call "
    "`backward` for each, so that the gradients add up to that of the whole batch's mean squared error.",
    truth=trying.add_up(add_up, at=ours),
    inputs=_batch_inputs,
    examples=((np.array([[1.0], [2.0], [3.0]]), np.zeros((3, 1)), np.array([[1.0]]), 2),),
    explain="The mean over the batch is Σ loss · rows/all, so each piece counts by its share of the rows. "
    "After its `backward` a piece's graph is gone: only one is in memory at a time.",
    hints=(
        "`for i in range(0, len(X), size):` and the rows `X[i : i + size]`. The last piece may be shorter.",
        "The loss of a piece is `((model(rows) - targets) ** 2).mean()`. Before `backward`, multiply it by "
        "its share of the batch.",
        "The share is `len(rows) / len(X)`.",
    ),
    misconceptions=(
        Misconception(
            "means added up",
            "Each piece gave the gradient of its own mean, and they were added: with n equal pieces that is "
            "n times too much. Multiply each loss by its share of the rows.",
            _pieces(lambda rows, X, size: 1.0),
        ),
        Misconception(
            "mean of the means",
            "This divides by the number of pieces. The last piece has fewer rows and counts too much so: "
            "take its share of the rows, `len(rows) / len(X)`.",
            _pieces(lambda rows, X, size: 1 / -(-len(X) // size)),
        ),
        Misconception(
            "size for the rows of the piece",
            "The share is size/len(X) for every piece, but the last one has fewer rows: `len(rows)`.",
            _pieces(lambda rows, X, size: size / len(X)),
        ),
        Misconception(
            "sum in place of the mean",
            "This is the gradient of the sum over the batch: len(X) times that of the mean.",
            _pieces(lambda rows, X, size: float(rows)),
        ),
        Misconception(
            "divided twice",
            "`.mean()` has divided by the rows of the piece already, and then it was divided by those of the "
            "batch. Multiply by `len(rows)` in between.",
            _pieces(lambda rows, X, size: 1 / len(X)),
        ),
        Misconception(
            "last rows left out",
            "The shorter piece at the end was left out. Let the loop run to `len(X)`; a slice stops at the "
            "end by itself.",
            _pieces(lambda rows, X, size: rows / len(X), end=_whole),
        ),
        Misconception(
            "last piece only",
            "This is the last piece alone, with its share: `backward` has to be called in the loop.",
            _last_piece(lambda rows, X: rows / len(X)),
        ),
        Misconception(
            "mean of the last piece only",
            "This is the mean of the last piece alone: `backward` has to be called in the loop, for each.",
            _last_piece(lambda rows, X: 1.0),
        ),
        Misconception(
            "backward not called",
            "The model was used, but nobody called `backward`: there is no gradient yet.",
            trying.add_up(_no_backward, at=ours),
        ),
        Misconception(
            "all at once",
            "The gradient is right, but the whole batch went through the model at once. Say it is too large "
            "for that: take `size` rows at a time.",
            trying.add_up(_all_at_once, at=ours),
        ),
        Misconception(
            "one backward for all",
            "The gradient is right, but the graphs of all pieces were in memory until the one `backward`. "
            "Call it for each piece: the gradients add up by themselves.",
            trying.add_up(_one_backward, at=ours),
        ),
        Misconception(
            "not one number",
            "`backward` starts from one number, and this loss has one for each row: take its `.mean()`.",
            trying.add_up(_not_reduced, at=ours),
        ),
        Misconception(
            "item before backward",
            "`item()` gives a plain number, which has no graph and no `backward`. Go back from the tensor.",
            trying.add_up(_item_first, at=ours),
        ),
    ),
)


# --- 07.5 changing parameters -------------------------------------------------------------------------------


def update(parameters, lr):
    with no_grad():
        for w in parameters:
            w -= lr * w.grad
            w.grad = None


def _recorded(parameters, lr):
    for w in parameters:
        w -= lr * w.grad
        w.grad = None


def _another_tensor(parameters, lr):
    for w in parameters:
        w = w - lr * w.grad
        w.grad = None


def _reset_first(parameters, lr):
    with no_grad():
        for w in parameters:
            w.grad = None
            w -= lr * w.grad


def _changed_by(change, reset=True):
    def mistaken(parameters, lr):
        with no_grad():
            for w in parameters:
                w += change(w, lr)
                if reset:
                    w.grad = None

    return trying.update(mistaken, at=ours)


def _regression_inputs(generator):
    shapes = (5, 3), (5, 2), (3, 2), (2,)
    return *(_numbers(generator, *shape) for shape in shapes), round(float(generator.uniform(0.05, 0.3)), 2)


_X, _y, _W = np.array([[1.0], [2.0]]), np.array([[1.0], [0.0]]), np.array([[0.5]])

UPDATE = Exercise(
    id="07.5",
    task="Write `update(parameters, lr)`: a step of gradient descent for each tensor in the list, in place; "
    "then forget its gradient.",
    truth=trying.update(update, at=ours),
    inputs=_regression_inputs,
    examples=((_X, _y, _W, np.array([0.0]), 0.1),),
    parts=("W", "b"),
    explain="Under `no_grad` the change is not recorded, so w stays a leaf. `-=` changes the tensor that the "
    "model holds. And with `grad = None`, the next `backward` starts afresh.",
    hints=(
        "`with no_grad():` around everything, and in it a loop over the parameters.",
        "`w -= lr * w.grad` changes w itself. `w = w - …` makes another tensor, which the model does not "
        "know.",
        "Last, in the loop: `w.grad = None`.",
    ),
    misconceptions=(
        Misconception(
            "no_grad forgotten",
            "A leaf that wants a gradient may not be changed in place while PyTorch records. Put the change "
            "under `with no_grad():`.",
            trying.update(_recorded, at=ours),
        ),
        Misconception(
            "another tensor",
            "Nothing has changed. Did the step go to another tensor? `w = w - …` makes a new one and calls "
            "it w; the model still holds the old one. Change that in place: `w -= …`.",
            trying.update(_another_tensor, at=ours),
        ),
        Misconception(
            "gradients kept",
            "The first step is right, the second too long: it still holds the gradient of the first, as "
            "`backward` adds. Forget it after the step: `w.grad = None`.",
            _changed_by(lambda w, lr: -lr * w.grad, reset=False),
        ),
        Misconception(
            "reset first",
            "The gradient was forgotten before it was used: `w.grad` is None. First the step, then "
            "`w.grad = None`.",
            trying.update(_reset_first, at=ours),
        ),
        Misconception(
            "uphill",
            "This adds the gradient, and goes uphill. Take it away.",
            _changed_by(lambda w, lr: lr * w.grad),
        ),
        Misconception(
            "learning rate left out",
            "The step is the whole gradient. Multiply it by `lr`.",
            _changed_by(lambda w, lr: -1.0 * w.grad),
        ),
        Misconception(
            "replaced by the step",
            "Here w is −lr · gradient. It should go that far from where it was.",
            _changed_by(lambda w, lr: -lr * w.grad - w.detach()),
        ),
        Misconception(
            "the gradient's sign alone",
            "Each entry moves by lr, whatever the size of its gradient. Take the gradient, not its sign.",
            _changed_by(lambda w, lr: -lr * np.sign(w.grad)),
        ),
    ),
)


# --- 07.6 one step of training ------------------------------------------------------------------------------


def train_step(model, optimizer, X, y):
    optimizer.zero_grad()
    loss = ((model(X) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()


def _training(*order, loss_of=lambda p, y: ((p - y) ** 2).mean(), result=lambda loss: loss.item()):
    """`train_step` with its parts in another order; "forward" has to be among them."""

    def mistaken(model, optimizer, X, y):
        for part in order:
            if part == "forward":
                loss = loss_of(model(X), y)
            elif part == "backward":
                loss.backward()
            elif part == "item":
                loss = loss.item()
            else:
                getattr(optimizer, part)()
        return result(loss)

    return trying.train_step(mistaken, at=ours)


def _not_recorded(model, optimizer, X, y):
    optimizer.zero_grad()
    with no_grad():
        loss = ((model(X) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()


def _loss_afterwards(model, optimizer, X, y):
    train_step(model, optimizer, X, y)
    return ((model(X) - y) ** 2).mean().item()


_ORDER = ("zero_grad", "forward", "backward", "step")


def _step_inputs(generator):
    X, y, W, _, lr = _regression_inputs(generator)
    return X, y, W, lr


TRAIN_STEP = Exercise(
    id="07.6",
    task="Write `train_step(model, optimizer, X, y)`: one step on the mean squared error of this batch; "
    "return the loss before the step, as a plain number.",
    truth=trying.train_step(train_step, at=ours),
    inputs=_step_inputs,
    examples=((_X, _y, _W, 0.1),),
    parts=("losses", "W", "steps"),
    explain="Forget, forward, back, step. And `item()` hands out a number without a graph: a list of loss "
    "tensors would keep the graphs of a whole epoch alive.",
    hints=(
        "Five lines: `optimizer.zero_grad()`, the loss, `loss.backward()`, `optimizer.step()`, `return`.",
        "The loss is `((model(X) - y) ** 2).mean()`.",
        "Return `loss.item()`, a plain number.",
    ),
    misconceptions=(
        Misconception(
            "zero_grad forgotten",
            "The first step is right. The second goes by the gradients of both, as `backward` adds. Begin "
            "with `optimizer.zero_grad()`.",
            _training("forward", "backward", "step"),
        ),
        Misconception(
            "nothing to step by",
            "The optimiser took its steps, but W stands still: at `step()` there is no gradient. Was "
            "`backward` called, and `zero_grad` not in between?",
            _training("forward", "backward", "zero_grad", "step"),
        ),
        Misconception(
            "no step",
            "The gradients are there, but W stands still: nobody called `optimizer.step()`.",
            _training("zero_grad", "forward", "backward"),
        ),
        Misconception(
            "step before backward",
            "The optimiser steps before `backward` has run, so each step goes by the gradient of the call "
            "before, and the first by none.",
            _training("forward", "step", "zero_grad", "backward"),
        ),
        Misconception(
            "sum in place of the mean",
            "This is the sum of the squares. The mean is asked for: its gradient does not grow with the "
            "batch.",
            _training(*_ORDER, loss_of=lambda p, y: ((p - y) ** 2).sum()),
        ),
        Misconception(
            "difference not squared",
            "This is the mean of the differences, in which errors of opposite sign cancel. Square them "
            "first.",
            _training(*_ORDER, loss_of=lambda p, y: (p - y).mean()),
        ),
        Misconception(
            "item before backward",
            "`item()` gives a plain number, which has no graph and no `backward`. Go back first, and take "
            "the number last.",
            _training("zero_grad", "forward", "item", "backward", "step"),
        ),
        Misconception(
            "a tensor returned",
            "This returns the loss itself, a tensor with its history. Who keeps a list of them keeps all "
            "their graphs. Return `loss.item()`.",
            _training(*_ORDER, result=lambda loss: loss),
        ),
        Misconception(
            "nothing returned",
            "W takes the right steps, perhaps, but nothing comes back: `return loss.item()`.",
            _training(*_ORDER, result=lambda loss: None),
        ),
        Misconception(
            "loss after the step",
            "The step is right. But this is the loss after it, from a second forward pass. The first one has "
            "told the loss already.",
            trying.train_step(_loss_afterwards, at=ours),
        ),
        Misconception(
            "not one number",
            "`backward` starts from one number, and this loss has one for each row: take its `.mean()`.",
            _training(*_ORDER, loss_of=lambda p, y: (p - y) ** 2),
        ),
        Misconception(
            "forward under no_grad",
            "Under `no_grad` nothing is recorded, so there is no graph to go back by. The forward pass of "
            "training stays outside.",
            trying.train_step(_not_recorded, at=ours),
        ),
    ),
)


# --- 07.7 hooks ---------------------------------------------------------------------------------------------


def watch(layers, x):
    gradients = {}
    for i, layer in enumerate(layers):
        x = layer(x)
        x.register_hook(lambda gradient, i=i: gradients.update({i: gradient}))
    return x, gradients


def _late(layers, x):
    gradients = {}
    for i, layer in enumerate(layers):
        x = layer(x)
        x.register_hook(lambda gradient: gradients.update({i: gradient}))  # noqa: B023 (the mistake)
    return x, gradients


def _in_order_of_arrival(layers, x):
    gradients = {}
    for layer in layers:
        x = layer(x)
        x.register_hook(lambda gradient: gradients.update({len(gradients): gradient}))
    return x, gradients


def _inputs_watched(layers, x):
    gradients = {}
    for i, layer in enumerate(layers):
        x.register_hook(lambda gradient, i=i: gradients.update({i: gradient}))
        x = layer(x)
    return x, gradients


def _outputs_kept(layers, x):
    outputs = {}
    for i, layer in enumerate(layers):
        outputs[i] = x = layer(x)
    return x, outputs


def _read_at_once(layers, x):
    gradients = {}
    for i, layer in enumerate(layers):
        x = layer(x)
        x.retain_grad()
        gradients[i] = x.grad
    return x, gradients


def _watch_inputs(generator):
    return _numbers(generator, 2, 3), _numbers(generator, 3, 3, 3), _numbers(generator, 2, 3)


WATCH = Exercise(
    id="07.7",
    task="Write `watch(layers, x)`: apply the layers one after the other; return the last output, and a dict "
    "that holds, after `backward`, the gradient of the output of layer i under i.",
    truth=trying.watch(watch, at=ours),
    inputs=_watch_inputs,
    examples=((np.array([[0.5]]), np.array([[[2.0]], [[-1.0]]]), np.array([[1.0]])),),
    explain="A hook runs later, when `backward` comes by. Then the loop is long over, so each hook needs its "
    "own i. And it returns None, which leaves the gradient as it is.",
    hints=(
        "In the loop: `x = layer(x)`, then `x.register_hook(…)` with a function that puts its argument into "
        "the dict, under i.",
        "A function made in a loop looks up `i` when it is called, and then the loop is over. `lambda "
        "gradient, i=i: …` keeps the i of its own round.",
        "`gradients.update({i: gradient})` puts it in, and returns None. After the loop: `return x, "
        "gradients`.",
    ),
    misconceptions=(
        Misconception(
            "all under the last i",
            "All hooks wrote under the same number. They run after the loop, and look up `i` only then. Give "
            "each its own: `lambda gradient, i=i: …`.",
            trying.watch(_late, at=ours),
        ),
        Misconception(
            "in order of arrival",
            "The gradients are right, the numbers turned around: `backward` reaches the last layer first. "
            "Use the layer's number.",
            trying.watch(_in_order_of_arrival, at=ours),
        ),
        Misconception(
            "inputs watched",
            "These are the gradients of each layer's input: the hook was set before the layer was applied.",
            trying.watch(_inputs_watched, at=ours),
        ),
        Misconception(
            "outputs kept",
            "These are the outputs themselves, from the forward pass. The gradients come later, to the "
            "hooks.",
            trying.watch(_outputs_kept, at=ours),
        ),
        Misconception(
            "read at once",
            "`x.grad` was read while going forward, when there is no gradient yet: None. A hook is called "
            "when it is there.",
            trying.watch(_read_at_once, at=ours),
        ),
    ),
)


EXERCISES = (LEAVES, RULE, TO_PYTORCH, ADD_UP, UPDATE, TRAIN_STEP, WATCH)


# --- predictions --------------------------------------------------------------------------------------------

PREDICTIONS = (
    Prediction(
        id="07.a",
        question="Which step loses the digits: making the tensor, `.double()`, or the tanh?",
        options=("tensor", "double", "tanh"),
        confusions=(
            Confusion(
                "double",
                "tensor",
                "`.double()` makes room for more digits. But it does not know which: they were gone already.",
            ),
            Confusion("tanh", "tensor", "PyTorch's tanh is as exact as ours. It was given another number."),
        ),
    ),
    Prediction(
        id="07.b",
        question="After `L.backward()`, what does PyTorch's `a1.grad` hold: 0.296, 0 or None?",
        options=("0.296", "0", "None"),
        confusions=(
            Confusion(
                "0.296",
                "None",
                "That gradient did pass through: without it there would be none at w1. But it was not kept.",
            ),
            Confusion("0", "None", "0 would be a gradient. There is nothing at all."),
        ),
    ),
    Prediction(
        id="07.c",
        question="Two equal halves of a batch, each with the mean of its own rows. Their gradients add up: "
        "how many times that of the whole batch is it?",
        confusions=(
            Confusion(
                1.0,
                2.0,
                "So it would be for sums. But each half was averaged over half of the rows.",
            ),
            Confusion(0.5, 2.0, "Each half is divided by half as many rows, so its part is twice as large."),
        ),
    ),
    Prediction(
        id="07.d",
        question="PyTorch's second `L.backward()` on the same graph: is the gradient of the leaf then the "
        "same, twice as large, or is there an error?",
        options=("same", "twice", "error"),
        confusions=(
            Confusion(
                "twice",
                "error",
                "It would be, as in lesson 03, if there were still something to go back by.",
            ),
            Confusion("same", "error", "Gradients are never replaced, they add. But it does not come to it."),
        ),
    ),
    Prediction(
        id="07.e",
        question="a1 is set to 0 through `.data`, between forward and backward. The gradient of w1 is then "
        "right, wrong, or is there an error?",
        options=("right", "wrong", "error"),
        confusions=(
            Confusion(
                "right",
                "wrong",
                "The local derivative of the sigmoid is worked out from a1 on the way back, and there a1 is "
                "0.",
            ),
            Confusion("error", "wrong", "One would wish so. `.data` goes behind PyTorch's back."),
        ),
    ),
    Prediction(
        id="07.f",
        question="After `model.eval()`, does a forward pass keep nothing for a backward pass, less than in "
        "training, or as much?",
        options=("nothing", "less", "as much"),
        confusions=(
            Confusion(
                "nothing",
                "as much",
                "The name suggests it. But `eval()` only tells some layers to behave differently.",
            ),
            Confusion(
                "less",
                "as much",
                "These layers have nothing that `eval()` would switch off. Recording goes on.",
            ),
        ),
    ),
)
