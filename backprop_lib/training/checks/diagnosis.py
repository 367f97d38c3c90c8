"""Diagnosis: what flows forward and backward through a model, layer by layer, and what looks ill."""

from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from backprop_lib.engine.batched import Tensor
from backprop_lib.nn.module import Module
from backprop_lib.training.checks.differences import one_number
from backprop_lib.training.checks.first_non_finite import GradientWatch, first_backward, first_forward
from backprop_lib.training.checks.preserved import is_torch, preserved
from backprop_lib.training.checks.tables import short, table
from backprop_lib.training.checks.targets import for_model
from backprop_lib.training.norms import as_array

# A unit is dead when it is 0 for every sample; a layer is reported from this share of dead units on.
DEAD = 0.25
# A sigmoid or tanh is saturated where its slope is below this share of the largest, 1/4 or 1; a layer is
# reported when more than half of its outputs are.
FLAT, SATURATED = 0.05, 0.5
# Gradients vanish or explode when those at the first and the last layer with parameters differ by more
# than this factor. At their outputs: in the gradient of a weight, growing inputs can hide a shrinking ∂L/∂z.
APART = 100.0


@dataclass(frozen=True)
class LayerSignals:
    """What one layer put out, and the gradient that came back to its output.

    name, kind, shape: "1", "ReLU", (samples, units).
    mean, std, zeros: of the outputs; zeros is the share of exact zeros.
    dead, units: how many units (columns) are 0 for every sample, of how many.
    saturated: the share of outputs on a flat end; None but for a sigmoid or tanh.
    gradient_rms: the root mean square of ∂L/∂(output); None where no gradient came.
    """

    name: str
    kind: str
    shape: tuple
    mean: float
    std: float
    zeros: float
    dead: int
    units: int
    saturated: float | None
    gradient_rms: float | None


@dataclass(frozen=True)
class ParameterSignals:
    """The norms of one parameter and of its gradient, which is None where no gradient came.

    ratio: gradient_norm / norm; None without a gradient, or for a parameter that is 0.
    """

    name: str
    shape: tuple
    norm: float
    gradient_norm: float | None

    @property
    def ratio(self):
        return self.gradient_norm / self.norm if self.gradient_norm is not None and self.norm else None


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What `diagnose` found: printed, two tables and the findings.

    loss: the loss.  layers: `LayerSignals` in the order of the forward pass.  parameters: `ParameterSignals`.
    findings: sentences on what looks ill; none if nothing does.
    ok: whether there are none.
    """

    loss: float
    layers: list
    parameters: list
    findings: list

    @property
    def ok(self):
        return not self.findings

    def __repr__(self):
        head = ("layer", "kind", "mean", "std", "zeros", "dead units", "saturated", "gradient rms")
        rows = [
            (
                layer.name,
                layer.kind,
                short(_above_noise(layer.mean, layer.std), 3),
                short(_above_noise(layer.std, layer.mean), 3),
                f"{layer.zeros:.0%}",
                f"{layer.dead} of {layer.units}",
                "" if layer.saturated is None else f"{layer.saturated:.0%}",
                _or_none(layer.gradient_rms),
            )
            for layer in self.layers
        ]
        norms = [("parameter", "norm", "gradient norm", "ratio")]
        norms += [(p.name, short(p.norm, 3), *map(_or_none, self._gradient(p))) for p in self.parameters]
        lines = [f"diagnose: loss {short(self.loss)}", *table([head, *rows]), "", *table(norms), ""]
        return "\n".join([*lines, *(f"→ {line}" for line in self.findings or ["nothing looks ill"])])

    def _gradient(self, parameter):
        """Give gradient norm and ratio; rounding in place of 0 shows beside the others of the layer."""
        if parameter.gradient_norm is None:
            return None, None
        layer = parameter.name.rpartition(".")[0]
        beside = [p.gradient_norm or 0.0 for p in self.parameters if p.name.rpartition(".")[0] == layer]
        norm = _above_noise(parameter.gradient_norm, max(beside))
        return norm, norm and parameter.ratio


def _above_noise(number, scale):
    """Write 0 for what only rounding can have left: its digits differ between machines."""
    return 0.0 if abs(number) < 1e-13 * abs(scale) else number


def _or_none(number):
    return "none" if number is None else short(number, 3)


def diagnose(model, X, y, loss):
    """Run a model forward and backward once, and tell how signals and gradients fare on the way.

    model: a Module of ours, or one of PyTorch's.  X, y: samples and targets; arrays will do for either.
    loss: a function (or a loss module) of model(X) and y that returns one number.

    Reported are, in this order: the first value that is not finite and what made it, the same for gradients
    on the way back, dead and saturated units, gradients that vanish or explode, parameters without one.
    The thresholds are DEAD, FLAT, SATURATED and APART at the top of the module.

    Returns: a `Diagnosis`. The model is left as it was: parameters and their `grad`, running statistics,
    training mode, hooks, random generators.
    Raises: TypeError for a model or loss that is none; whatever model and loss raise.

    >>> from backprop_lib.nn import Linear, MSELoss, ReLU, Sequential
    >>> model = Sequential(Linear(2, 4), ReLU(), Linear(4, 1))
    >>> model[0].bias.data[:] = -100.0
    >>> found = diagnose(model, np.ones((3, 2)), np.ones((3, 1)), MSELoss())
    >>> found.findings[0]
    'layer 1 (ReLU): 4 of 4 units are dead, 0 for every sample of this batch: no gradient passes through them'
    """
    if not (isinstance(model, Module) or is_torch(model, "nn.Module")):
        raise TypeError(
            f"diagnose needs a model that is an nn.Module, ours or PyTorch's; received {type(model).__name__}"
        )
    if not callable(loss):
        raise TypeError(f"diagnose needs a loss that can be called, loss(output, y); received {loss!r}")
    X, y = (data.detach() if hasattr(data, "detach") else data for data in for_model(model, X, y))
    calls = []
    with preserved(model), np.errstate(all="ignore"), ExitStack() as hooks:
        names = dict(_named(model))
        for module in names:
            handle = module.register_forward_hook(_recorder(names[module], calls))
            hooks.callback(handle.remove)
        for parameter in model.parameters():
            parameter.grad = None
        result = loss(model(X), y)
        number = one_number(result)
        if not hasattr(result, "requires_grad"):
            raise TypeError(
                "diagnose needs a loss that returns a Tensor, so that backward can start from it; it "
                f"returned {type(result).__name__}: return the result itself, not .data or .item()"
            )
        strange = first_forward(model, X, y, result, calls)
        watch = GradientWatch(result, calls) if isinstance(result, Tensor) else None
        if result.requires_grad:
            result.backward()
        layers = [_signals(call) for call in calls]
        parameters = [_norms(name, parameter) for name, parameter in model.named_parameters()]
        if watch is not None:
            watch.remove()
        if strange is None:
            strange = first_backward(watch, calls, parameters)
    findings = [strange] if strange else []
    findings += _findings(layers, parameters)
    return Diagnosis(number, layers, parameters, findings)


@dataclass
class Call:
    """One layer at work: inputs and output as the engine has them, copies of the numbers, the gradient."""

    name: str
    kind: str
    inputs: tuple
    output: object
    numbers: np.ndarray
    inputs_finite: bool
    gradient: np.ndarray | None = None


def _named(model):
    """List the modules that have no others in them, with their names; a model may be such a one itself."""
    modules = list(model.named_modules())
    return [
        (module, name or type(module).__name__)
        for name, module in modules
        if not any(part is not module for part in module.modules())
    ]


def _recorder(name, calls):
    def record(module, inputs, output):
        if not hasattr(output, "register_hook"):
            return
        again = sum(call.name.partition(" call ")[0] == name for call in calls)
        finite = all(np.isfinite(as_array(i)).all() for i in inputs if hasattr(i, "register_hook"))
        full_name = f"{name} call {again + 1}" if again else name
        call = Call(full_name, type(module).__name__, inputs, output, as_numbers(output), finite)
        calls.append(call)
        if output.requires_grad:
            output.register_hook(lambda gradient: setattr(call, "gradient", as_numbers(gradient)))

    return record


def as_numbers(tensor):
    """Copy the numbers out: what works in place later must not reach them."""
    return np.array(as_array(tensor))


def _signals(call):
    numbers = call.numbers
    columns = numbers.reshape(-1, numbers.shape[-1]) if numbers.ndim else numbers.reshape(1, 1)
    slopes = {"Sigmoid": lambda a: 4.0 * a * (1.0 - a), "Tanh": lambda a: 1.0 - a * a}
    slope = slopes.get(call.kind)
    return LayerSignals(
        name=call.name,
        kind=call.kind,
        shape=numbers.shape,
        mean=float(numbers.mean()) if numbers.size else np.nan,
        std=float(numbers.std()) if numbers.size else np.nan,
        zeros=float((numbers == 0.0).mean()) if numbers.size else 0.0,
        dead=int((columns == 0.0).all(axis=0).sum()) if numbers.size else 0,
        units=columns.shape[1],
        saturated=None if slope is None else float((slope(numbers) < FLAT).mean()),
        gradient_rms=None if call.gradient is None else float(np.sqrt(np.mean(call.gradient**2))),
    )


def _norms(name, parameter):
    gradient = None if parameter.grad is None else float(np.linalg.norm(as_array(parameter.grad)))
    norm = float(np.linalg.norm(as_array(parameter.data)))
    return ParameterSignals(name, tuple(parameter.shape), norm, gradient)


def _findings(layers, parameters):
    findings = []
    for layer in layers:
        at = f"layer {layer.name} ({layer.kind})"
        if layer.kind == "ReLU" and layer.dead >= DEAD * layer.units and layer.dead:
            findings.append(
                f"{at}: {layer.dead} of {layer.units} units are dead, 0 for every sample of this batch: "
                "no gradient passes through them"
            )
        if layer.saturated is not None and layer.saturated > SATURATED:
            findings.append(
                f"{at}: {layer.saturated:.0%} of the outputs are saturated: there the slope is below "
                f"{FLAT:.0%} of the largest, and little gradient passes"
            )
    findings += _first_against_last(layers, {p.name.rpartition(".")[0] for p in parameters})
    findings += _without_gradient(parameters)
    return findings


def _first_against_last(layers, with_parameters):
    """Compare the gradients at the outputs of the first and the last layer with parameters."""
    trained = [layer for layer in layers if layer.name in with_parameters]
    sizes = [layer.gradient_rms for layer in trained]
    if len(trained) < 2 or None in sizes or not np.isfinite(sizes).all() or not sizes[-1]:
        return []
    ratio = sizes[0] / sizes[-1]
    way = f"from layer {trained[-1].name} back to layer {trained[0].name}, gradients"
    if 0.0 < ratio < 1.0 / APART:
        return [f"{way} shrink by a factor of {short(ratio, 1)} (root mean square): vanishing"]
    if ratio > APART:
        return [f"{way} grow by a factor of {short(ratio, 1)} (root mean square): exploding"]
    return []


def _without_gradient(parameters):
    none = [p.name for p in parameters if p.gradient_norm is None]
    zero = [p.name for p in parameters if p.gradient_norm == 0.0]
    findings = []
    if none:
        findings.append(f"no gradient reaches {', '.join(none)}: frozen, or not used for this loss")
    if zero:
        findings.append(f"the gradient is exactly 0 for {', '.join(zero)}: a step will not move them")
    return findings
