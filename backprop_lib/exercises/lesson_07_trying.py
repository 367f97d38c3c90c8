"""Trying a learner's PyTorch code: in PyTorch where it is installed, else in our engine, whose names are its.

Each `try_…` turns such code into a function from arrays to arrays, so that a check can compare numbers. `at`
says where it runs; the truths and the mistakes run in our engine, and need no PyTorch.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.exercises.answers import is_blank
from backprop_lib.exercises.lesson_07_pytorch import torch_or_none
from backprop_lib.exercises.trying import shown_as
from backprop_lib.training.norms import as_array
from backprop_lib.training.optimisers import SGD

# Exceptions that are mistakes of their own: a name for each, its type, what its message holds in one engine
# or the other.
SLIPS = {
    "a leaf changed in place": (RuntimeError, r"leaf Variable that requires grad|cannot be changed in place"),
    "no graph": (RuntimeError, r"does not require grad|depends on a Tensor with requires_grad"),
    "no gradient yet": (TypeError, r"NoneType"),
    "a number has no graph": (AttributeError, r"'float' object has no attribute 'backward'"),
    "a tuple": (TypeError, r"tuple|converted to an index"),
    "nothing kept": (ValueError, r"not enough values to unpack"),
    "a constant has no inputs": (AttributeError, r"'NoneType' object has no attribute"),
    "a pair has no inputs": (AttributeError, r"'tuple' object has no attribute"),
    "several numbers": (RuntimeError, r"only for scalar outputs|backward starts from one number"),
    "no variable": (AttributeError, r"no attribute 'variable'"),
}


@dataclass(frozen=True)
class Engine:
    """What the exercises need of an engine.

    tensor: (array, requires_grad) -> a tensor of float64.  sgd: (parameters, lr=…) -> an optimiser.
    apply: (steps, tensor) -> what a rule makes of the tensor; `steps` holds its `forward` and `backward`.
    """

    tensor: Callable
    sgd: Callable
    apply: Callable


class _Context:
    """The `ctx` of a rule: it keeps what `forward` saves for `backward`."""

    saved_tensors = ()

    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors


class _Applied:
    """The result of a rule in our engine, which knows no rules from outside: numbers, and the way back."""

    def __init__(self, steps, given):
        self._backward, self._given, self._context = steps["backward"], given, _Context()
        self._result = steps["forward"](self._context, given.detach())

    def detach(self):
        return self._result

    def backward(self, upstream):
        answer = self._backward(self._context, upstream)
        self._given.grad = answer[0] if isinstance(answer, tuple) and answer else answer


def ours():
    return Engine(lambda array, wanted=False: Tensor(array, requires_grad=wanted), SGD, _Applied)


def installed():
    """PyTorch, or our engine where it is not installed."""
    torch = torch_or_none()
    if torch is None:
        return ours()

    def tensor(array, wanted=False):
        return torch.tensor(array, dtype=torch.float64, requires_grad=wanted)

    def apply(steps, given):
        static = {name: staticmethod(step) for name, step in steps.items()}
        return type("Rule", (torch.autograd.Function,), static).apply(given)

    return Engine(tensor, torch.optim.SGD, apply)


def _slip(problem, *expected):
    """The name of the mistake that an exception means, if it is one of those expected; else raise it."""
    for name in expected:
        kind, words = SLIPS[name]
        if isinstance(problem, kind) and re.search(words, str(problem)):
            return name
    raise problem


def _arrays(*things):
    """Their numbers; in place of a gradient that is None, a text that says so."""
    return tuple("no gradient" if thing is None else as_array(thing) for thing in things)


# --- graphs as lists ----------------------------------------------------------------------------------------


class Node:
    """A node of PyTorch's graph, as far as a walk needs it. It notices whether anybody has looked at it."""

    def __init__(self, number, inputs, is_leaf):
        self.touched = False
        self._inputs = inputs
        self._name = "AccumulateGrad" if is_leaf else "MulBackward0"
        if is_leaf:
            self.variable = number

    @property
    def next_functions(self):
        self.touched = True
        return tuple((function, 0) for function in self._inputs)

    def name(self):
        self.touched = True
        return self._name


def leaves(leaves):
    """Turn `leaves(function)` into a function from a graph as lists to the numbers of the leaves it finds.

    inputs: for each node the numbers of its inputs, None for a constant, nothing at a leaf; node 0 is the
    loss. The leaves may come in any order.
    """

    def on_arrays(inputs):
        nodes = [None] * len(inputs)
        for i in reversed(range(len(inputs))):
            below = [None if j is None else nodes[j] for j in inputs[i]]
            nodes[i] = Node(i, below, is_leaf=not inputs[i])
        try:
            found = leaves(nodes[0])
        except AttributeError as problem:
            return _slip(problem, "a constant has no inputs", "a pair has no inputs", "no variable")
        if found is None and not any(node.touched for node in nodes if node):
            return ...  # nothing has been written yet
        if not isinstance(found, (list, tuple, set)):
            return found
        if found and all(isinstance(one, Node) for one in found):
            return "functions"
        return sorted(found)

    return shown_as(leaves, on_arrays)


# --- a rule of one's own ------------------------------------------------------------------------------------


def rule(forward, backward, at=installed):
    """Turn `forward(ctx, z)` and `backward(ctx, da)` into a function from (z, da) to (a, dz)."""
    steps = {"forward": _written(forward), "backward": _written(backward)}

    def on_arrays(z, da):
        engine = at()
        given = engine.tensor(z, True)
        try:
            a = engine.apply(steps, given)
            a.backward(engine.tensor(da))
        except (TypeError, ValueError) as problem:
            return _slip(problem, "a tuple", "nothing kept")
        return _arrays(a, given.grad)

    return on_arrays


def _written(function):
    """A function that says when it is still to be written."""

    def written(ctx, given):
        answer = function(ctx, given)
        if is_blank(answer):
            raise NotImplementedError
        return answer

    return written


# --- training -----------------------------------------------------------------------------------------------


class Model:
    """A layer without a bias, which notices what goes through it."""

    def __init__(self, weights):
        self.weights, self.inputs = weights, []

    def __call__(self, rows):
        self.inputs.append(rows)
        return rows @ self.weights

    def parameters(self):
        return [self.weights]

    def zero_grad(self):
        self.weights.grad = None


def add_up(add_up, at=installed):
    """Turn `add_up(model, X, y, size)` into a function from arrays to the gradient of the model's weights W.

    X: (rows, in).  y: (rows, out).  W: (in, out).
    """

    def on_arrays(X, y, W, size):
        engine, passes = at(), []
        model = Model(engine.tensor(W, True))
        model.weights.register_hook(lambda gradient: passes.append(1))
        try:
            add_up(model, engine.tensor(X), engine.tensor(y), size)
        except (AttributeError, RuntimeError) as problem:
            return _slip(problem, "a number has no graph", "several numbers")
        if not model.inputs:
            return ...  # nothing has been written yet
        (gradient,) = _arrays(model.weights.grad)
        if type(gradient) is not str and np.allclose(gradient, 2 * X.T @ (X @ W - y) / y.size):
            if any(rows.ndim == 2 and len(rows) > size for rows in model.inputs):
                return "all at once"
            if len(passes) < len(model.inputs):
                return "one backward for all"
        return gradient

    return shown_as(add_up, on_arrays)


class _Watched(list):
    """A list that notices whether anybody has looked into it."""

    touched = False

    def __iter__(self):
        self.touched = True
        return super().__iter__()

    def __getitem__(self, position):
        self.touched = True
        return super().__getitem__(position)

    def __len__(self):
        self.touched = True
        return super().__len__()


def update(update, at=installed):
    """Turn `update(parameters, lr)` into a function from arrays to W and b after two steps.

    X: (rows, in).  y: (rows, out).  W: (in, out).  b: (out,).  The loss is the mean squared error.
    """

    def on_arrays(X, y, W, b, lr):
        engine = at()
        rows, targets, weights, bias = engine.tensor(X), engine.tensor(y), *_leaves(engine, W, b)
        touched = False
        for _ in range(2):
            parameters = _Watched([weights, bias])
            ((rows @ weights + bias - targets) ** 2).mean().backward()
            try:
                update(parameters, lr)
            except (RuntimeError, TypeError) as problem:
                return _slip(problem, "a leaf changed in place", "no gradient yet")
            touched = touched or parameters.touched
        return _arrays(weights, bias) if touched else ...

    return shown_as(update, on_arrays)


class Optimizer:
    """An optimiser that counts its steps."""

    def __init__(self, optimizer):
        self._optimizer, self.steps = optimizer, 0

    def zero_grad(self, **settings):
        self._optimizer.zero_grad(**settings)

    def step(self):
        self.steps += 1
        self._optimizer.step()


def train_step(train_step, at=installed):
    """Turn `train_step(model, optimizer, X, y)` into a function from arrays to what three calls of it do.

    X: (rows, in).  y: (rows, out).  W: (in, out).
    Returns: the three losses, W afterwards, and how many steps the optimiser took.
    """

    def on_arrays(X, y, W, lr):
        engine, losses = at(), []
        model = Model(engine.tensor(W, True))
        optimizer = Optimizer(engine.sgd(model.parameters(), lr=lr))
        for _ in range(3):
            try:
                losses.append(train_step(model, optimizer, engine.tensor(X), engine.tensor(y)))
            except (AttributeError, RuntimeError) as problem:
                return _slip(problem, "a number has no graph", "no graph", "several numbers")
        if not model.inputs:
            return ...  # nothing has been written yet
        if any(hasattr(loss, "backward") for loss in losses):
            return "a tensor came back"
        if None in losses:
            return "nothing came back"
        return np.array(losses, float), as_array(model.weights), optimizer.steps

    return shown_as(train_step, on_arrays)


# --- hooks --------------------------------------------------------------------------------------------------


def watch(watch, at=installed):
    """Turn `watch(layers, x)` into a function from arrays to the gradient of each layer's output.

    x: (rows, n).  weights: a matrix (n, n) for each layer, which is tanh(xW).  dy: (rows, n), what arrives at
    the last one.
    """

    def on_arrays(x, weights, dy):
        engine = at()
        calls = []
        layers = [_tanh_layer(W, calls) for W in _leaves(engine, *weights)]
        found = watch(layers, engine.tensor(x, True))
        if found is None and not calls:
            return ...  # nothing has been written yet
        if not isinstance(found, tuple) or len(found) != 2 or is_blank(found[0]):
            return found
        output, gradients = found
        (output * engine.tensor(dy)).sum().backward()
        if not isinstance(gradients, dict):
            return gradients
        if set(gradients) != set(range(len(layers))):
            return list(gradients)
        return tuple("no gradient" if gradients[i] is None else gradients[i] for i in range(len(layers)))

    return shown_as(watch, on_arrays)


def _tanh_layer(weights, calls):
    def layer(x):
        calls.append(x)
        return (x @ weights).tanh()

    return layer


def _leaves(engine, *arrays):
    return [engine.tensor(array, True) for array in arrays]
