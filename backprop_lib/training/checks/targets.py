"""What `gradcheck` can be given, brought to one form: parameters to nudge, a loss, and claimed gradients."""

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.scalar import Value
from backprop_lib.nn import neurons
from backprop_lib.nn.module import Module
from backprop_lib.training.checks.claims import by_backward, result_numbers
from backprop_lib.training.checks.differences import one_number
from backprop_lib.training.checks.preserved import is_torch, torch_if_loaded, unrecorded
from backprop_lib.training.checks.slots import ArraySlot, of_neurons, slot_for
from backprop_lib.training.norms import as_array

FLOAT64 = float(np.finfo(np.float64).eps)


@dataclass
class Target:
    """slots: the parameters.  loss: () -> float.  claims: () -> one array (or None) for each slot.

    model: what has a state that passes through it may change, else None.
    samples, outputs: how many there are, where that is known.
    activations: parameter name -> outputs of its layer, (samples, units).
    single: sample number -> the Target for that sample alone; None where there are no samples to choose from.
    """

    slots: list
    loss: Callable
    claims: Callable
    model: object = None
    samples: int | None = None
    outputs: int | None = None
    activations: dict = field(default_factory=dict)
    single: Callable | None = None


def target_of(what, inputs, loss, parameters, gradients, rng):
    """Read the arguments of `gradcheck`. Raises: TypeError, ValueError for what does not fit together."""
    if gradients is not None and parameters is None:
        raise TypeError("gradcheck needs parameters={name: array} beside gradients={name: array}")
    if parameters is not None:
        if inputs or loss is not None or not callable(what) or _is_model(what):
            raise TypeError(
                "with parameters=…, gradcheck needs a function of no arguments that returns the loss, as in "
                "gradcheck(lambda: …, parameters=…), and no inputs or loss=…"
            )
        return _closure(what, parameters) if gradients is None else _claimed(what, parameters, gradients)
    if isinstance(getattr(what, "parameters", None), dict):
        return _by_hand(what, inputs, loss)
    if _is_model(what):
        return _model(what, inputs, loss)
    if not callable(what):
        raise TypeError(f"gradcheck needs a function or a model first; received {type(what).__name__}")
    if loss is not None:
        raise TypeError(
            "gradcheck takes loss=… with a model; a function returns what is to be checked itself"
        )
    return _function(what, inputs, rng)


def _is_model(what):
    return isinstance(what, Module | neurons.Module) or is_torch(what, "nn.Module")


# --- a function of inputs -----------------------------------------------------------------------------------


def _function(f, inputs, rng):
    fresh = [_fresh(entry) for entry in inputs]
    names = _names(f, inputs)
    leaves = {name: leaf for name, leaf in zip(names, fresh, strict=True) if _is_checked(leaf)}
    if not leaves:
        received = ", ".join(type(entry).__name__ for entry in inputs) or "no inputs"
        raise ValueError(
            "gradcheck needs at least one input with a gradient to check: a Value, or a Tensor or torch "
            f"tensor with requires_grad=True; received {received}"
        )
    weights = []

    def weighted(result):
        """Make one number of several: a sum with fixed random weights, which no entry can hide in."""
        numbers = result_numbers(result)
        if not weights:
            weights.append(
                rng.uniform(0.5, 1.5, numbers.shape) if numbers.size != 1 else np.ones(numbers.shape)
            )
        return weights[0]

    def loss():
        result = f(*fresh)
        return float((weighted(result) * result_numbers(result)).sum())

    def claims():
        result = f(*fresh)
        return by_backward(result, list(leaves.values()), weighted(result))

    return Target([slot_for(name, leaf) for name, leaf in leaves.items()], loss, claims)


def _fresh(entry):
    """Copy an input, so that the caller's keeps its numbers and its gradient."""
    if isinstance(entry, Tensor):
        return Tensor(entry.data, requires_grad=entry.requires_grad, label=entry.label)
    if isinstance(entry, Value):
        return Value(entry.data, label=entry.label)
    if is_torch(entry, "Tensor"):
        return entry.detach().clone().requires_grad_(entry.requires_grad)
    return entry


def _is_checked(leaf):
    return isinstance(leaf, Value) or (_is_tensor(leaf) and leaf.requires_grad)


def _is_tensor(thing):
    return isinstance(thing, Tensor) or is_torch(thing, "Tensor")


def _names(f, inputs):
    """Name inputs by their labels, else as the function does, else by number."""
    try:
        given = [
            name
            for name, parameter in inspect.signature(f).parameters.items()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        given = []
    given = given if len(given) >= len(inputs) else [f"input {i + 1}" for i in range(len(inputs))]
    labels = [getattr(entry, "label", "") for entry in inputs]
    names = [label or name for label, name in zip(labels, given, strict=False)]
    return names if len(set(names)) == len(names) else [f"input {i + 1}" for i in range(len(inputs))]


# --- a model and a loss -------------------------------------------------------------------------------------


def _model(model, inputs, loss):
    if not callable(loss) or len(inputs) not in (1, 2):
        raise TypeError(
            "gradcheck needs a model with samples, targets and a loss, as in gradcheck(model, X, y, "
            f"loss=nn.MSELoss()); received {len(inputs)} inputs and loss={loss!r}"
        )
    X, *targets = for_model(model, *inputs)
    leaves = _leaves(model)

    def run(model, X, targets):
        if isinstance(model, neurons.Module) and np.ndim(X) == 2:
            return loss([model(row) for row in X], *targets)
        return loss(model(X), *targets)

    target = Target(
        [slot_for(name, leaf) for name, leaf in leaves.items()],
        lambda: one_number(run(model, X, targets)),
        lambda: by_backward(run(model, X, targets), list(leaves.values())),
        model=model,
        samples=_length(X, 0),
        outputs=_length(targets[0], 1) if targets else None,
    )
    if any(slot.epsilon > FLOAT64 for slot in target.slots):
        _measure_in_float64(target, run, model, [X, *targets])
    return target


def _measure_in_float64(target, run, model, data):
    """Nudge a float64 copy in place of a float32 model, where rounding hides all but the first digits."""
    try:
        twin, (X, *targets) = in_float64(model, data)
        with unrecorded():
            one_number(run(twin, X, targets))
    except Exception:  # what cannot be copied, or takes float32 alone, is measured as it is
        return
    claim_epsilon = max(slot.epsilon for slot in target.slots)
    target.slots = [slot_for(name, leaf) for name, leaf in _leaves(twin).items()]
    for slot in target.slots:
        slot.claim_epsilon = claim_epsilon
    target.loss = lambda: one_number(run(twin, X, targets))


def in_float64(model, data):
    """Copy a model and its data in float64."""
    twin = copy.deepcopy(model)
    if is_torch(model, "nn.Module"):
        return twin.double(), [entry.double() if entry.is_floating_point() else entry for entry in data]
    for parameter in twin.parameters():
        parameter._data = parameter._data.astype(np.float64)  # `data = …` would keep the dtype
    return twin, data


def for_model(model, *data):
    """Turn arrays into torch tensors for a model of PyTorch's: floats in the dtype of its parameters."""
    if not is_torch(model, "nn.Module"):
        return data
    torch = torch_if_loaded()
    like = next(iter(model.parameters()), torch.zeros(()))

    def convert(entry):
        if isinstance(entry, torch.Tensor):
            return entry
        tensor = torch.as_tensor(np.asarray(entry), device=like.device)
        return tensor.to(like.dtype) if tensor.is_floating_point() else tensor

    return tuple(map(convert, data))


def _leaves(model):
    if isinstance(model, neurons.Module):
        leaves = of_neurons(model)
    else:
        leaves = {name: leaf for name, leaf in model.named_parameters() if leaf.requires_grad}
    if not leaves:
        raise ValueError(
            f"gradcheck needs a model with parameters that require a gradient; "
            f"this {type(model).__name__} has none"
        )
    return leaves


def _length(data, axis):
    shape = np.shape(data.data if isinstance(data, Tensor) else data)
    return shape[axis] if axis < len(shape) else None


def _by_hand(model, inputs, loss):
    """Read a network with its equations written out: `parameters` (a dict), forward, backward, loss."""
    if len(inputs) != 2 or loss is not None:
        raise TypeError(
            f"gradcheck needs samples and targets for this {type(model).__name__}, which has a loss of its "
            f"own: gradcheck(model, X, y); received {len(inputs)} inputs and loss={loss!r}"
        )
    X, y = map(np.asarray, inputs)
    twin = copy.copy(model)  # shares the parameters, and keeps z1, a1, … of its own
    twin.forward(X)
    target = _claimed(lambda: model.loss(X, y), model.parameters, None)
    names = [slot.name for slot in target.slots]

    def claims():
        twin.forward(X)
        return _checked_gradients(twin.backward(y), target.slots)

    target.claims = claims
    target.samples, target.outputs = len(X), _length(y, 1)
    outputs = {name: getattr(twin, f"a{name[1:]}", None) for name in names}
    target.activations = {name: a for name, a in outputs.items() if isinstance(a, np.ndarray)}
    if len(X) > 1:
        target.single = lambda i: _by_hand(model, (X[i : i + 1], y[i : i + 1]), None)
    return target


# --- a loss without arguments -------------------------------------------------------------------------------


def _closure(run, parameters):
    """Take gradients by backward: of Tensors, Values or torch tensors, or of a model's parameters."""
    if _is_model(parameters):
        model, leaves = parameters, _leaves(parameters)
    else:
        model, leaves = None, _as_dict("parameters", parameters)
    slots = [slot_for(name, leaf) for name, leaf in leaves.items()]
    return Target(
        slots, lambda: one_number(run()), lambda: by_backward(run(), list(leaves.values())), model=model
    )


def _claimed(run, parameters, gradients):
    """Take gradients as somebody claims them."""
    slots = []
    for name, array in _as_dict("parameters", parameters).items():
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
            received = f"dtype {array.dtype}" if isinstance(array, np.ndarray) else type(array).__name__
            raise TypeError(
                f"gradcheck needs {name} as an array of floats, to nudge it in place; received {received}"
            )
        if not array.flags.writeable:
            raise ValueError(f"gradcheck nudges {name} in place, but this array is read-only")
        slots.append(ArraySlot(name, array))
    if gradients is None:  # by hand: its own backward gives them later
        return Target(slots, lambda: one_number(run()), None)
    claimed = _checked_gradients(gradients, slots)
    return Target(slots, lambda: one_number(run()), lambda: claimed)


def _as_dict(what, held):
    if not isinstance(held, dict) or not held:
        received = "an empty dict" if isinstance(held, dict) else type(held).__name__
        raise TypeError(f"gradcheck needs {what} as {{name: array}}; received {received}")
    return {str(name): entry for name, entry in held.items()}


def _checked_gradients(gradients, slots):
    """Copy claimed gradients, one for each slot. A transposed one is kept: it tells where the mistake is."""
    gradients = _as_dict("gradients", gradients)
    names = [slot.name for slot in slots]
    if set(gradients) != set(names):
        raise ValueError(
            f"gradcheck needs one gradient for each parameter: {', '.join(names)}; "
            f"received gradients for {', '.join(gradients)}"
        )
    claimed = []
    for slot in slots:
        gradient = gradients[slot.name]
        if gradient is not None:
            gradient = np.array(as_array(gradient))
            if gradient.shape not in (slot.shape, slot.shape[::-1]):
                raise ValueError(
                    f"the gradient of {slot.name} needs the shape of {slot.name}, {slot.shape}; "
                    f"received shape {gradient.shape}"
                )
        claimed.append(gradient)
    return claimed
