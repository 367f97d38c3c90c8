"""Optimisers: rules by which parameters follow their gradients downhill. Names and defaults are PyTorch's.

A parameter is a `Tensor` or a `Value`: anything with `data` and `grad`. Each rule is written once for both:
arrays change in place, numbers are replaced. In the formulas θ is a parameter, g its gradient, η the learning
rate `lr`, λ the `weight_decay`.

>>> from backprop_lib.engine.batched import Tensor
>>> w = Tensor([1.0, -2.0], requires_grad=True)
>>> optimizer = SGD([w], lr=0.25)
>>> for _ in range(3):
...     optimizer.zero_grad()
...     (w * w).sum().backward()
...     optimizer.step()
>>> w.data  # each step halves it: w − 0.25 · 2w
array([ 0.125, -0.25 ])
"""

import copy
import math
import reprlib
from numbers import Real

import numpy as np


class Optimizer:
    """What all optimisers share: the list of parameters, the learning rate, and what is remembered of each.

    params: an iterable of Tensors or Values, such as `model.parameters()`.  lr: the learning rate, one for
    all; it may be set at any time, and schedules do so.

    A subclass writes its rule in `_update`, names its constructor's settings in `settings`, and the arrays
    that it keeps of a parameter between steps in `remembers`.

    Raises: TypeError for what is no list of parameters, ValueError for an empty list, for the same parameter
    twice, and for a setting out of its range.
    """

    settings = ("lr",)
    remembers = ()

    def __init__(self, params, lr):
        self.parameters = read_parameters(params, type(self).__name__)
        self.lr = lr
        self.initial_lr = None  # where the first schedule began
        self._state = [None] * len(self.parameters)

    @property
    def lr(self):
        """The learning rate η, a finite number of 0 or more."""
        return self._lr

    @lr.setter
    def lr(self, lr):
        self._lr = self._at_least_0("lr", lr)

    def step(self):
        """Change each parameter by the rule. One whose `grad` is None is passed over, with its state.

        Gradients that are infinite or NaN are used as they are, as in PyTorch.

        Raises: TypeError, ValueError when a gradient does not fit its parameter. Then nothing has changed.
        """
        ready = with_gradients(self.parameters, f"{type(self).__name__}.step")
        with np.errstate(all="ignore"):
            self._update(ready)

    def _update(self, ready):
        """Apply the rule to `ready`: pairs of a parameter's position and the parameter."""
        raise NotImplementedError

    def zero_grad(self):
        """Forget the gradients, so that the next `backward` starts afresh: None for arrays, 0 for Values."""
        for parameter in self.parameters:
            parameter.grad = None if isinstance(parameter.data, np.ndarray) else 0.0

    # --- saving ---------------------------------------------------------------------------------------------

    def state_dict(self):
        """Copy the settings and all that is remembered, so that training can go on from here later.

        Returns: a dict of numbers and arrays, for `load_state_dict`. The parameters themselves are not in it.
        """
        return {
            "optimizer": type(self).__name__,
            "settings": {name: getattr(self, name) for name in self.settings},
            "initial_lr": self.initial_lr,
            "state": copy.deepcopy(self._state),
        }

    def load_state_dict(self, state):
        """Take over what `state_dict` gave, settings included: the next steps are then the same, bit for bit.

        Raises: TypeError for what is no such dict; ValueError for the state of another optimiser, or of
        parameters of other shapes. Then nothing has changed.
        """
        who = type(self).__name__
        if not isinstance(state, dict) or not {"optimizer", "settings", "initial_lr", "state"} <= set(state):
            raise TypeError(f"{who}.load_state_dict needs what state_dict() gave; received {_shown(state)}")
        if state["optimizer"] != who:
            raise ValueError(
                f"{who}.load_state_dict needs a state of {who}; received one of {state['optimizer']}"
            )
        if len(state["state"]) != len(self.parameters):
            raise ValueError(
                f"{who}.load_state_dict received the state of {len(state['state'])} parameters; "
                f"this optimiser has {len(self.parameters)}"
            )
        loaded = type(self)(self.parameters, **state["settings"])  # which checks the settings
        loaded.initial_lr = state["initial_lr"]
        loaded._state = [self._read(position, kept) for position, kept in enumerate(state["state"])]
        vars(self).update(vars(loaded))

    def _read(self, position, kept):
        """Copy what is kept of one parameter, in that parameter's dtype."""
        if kept is None:
            return None
        parameter, read = self.parameters[position], copy.deepcopy(kept)
        for name in self.remembers:
            shape, expected = np.shape(kept[name]), np.shape(parameter.data)
            if shape != expected:
                raise ValueError(
                    f"{type(self).__name__}.load_state_dict needs {name} of shape {expected} for "
                    f"{_name(position, parameter)}; received shape {shape}"
                )
            read[name] = _zeros_like(parameter.data)
            read[name] += kept[name]
        return read

    # --- words and checks -----------------------------------------------------------------------------------

    def _at_least_0(self, name, value):
        name = f"{type(self).__name__}'s {name}"
        return number(name, value, "a number of 0 or more", lambda x: 0 <= x < math.inf)

    def __repr__(self):
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)
        return f"{type(self).__name__}({shown})"


class SGD(Optimizer):
    """Stochastic gradient descent, with or without momentum.

        g ← g + λ θ                     weight decay: the gradient of ½ λ ‖θ‖²
        v ← μ v + (1 − τ) g             velocity; v = g in the first step
        g ← v,  or g + μ v (Nesterov)
        θ ← θ − η g

    params, lr: as in `Optimizer`.  momentum: μ, usually 0.9.  dampening: τ.  weight_decay: λ.
    nesterov: look ahead along the velocity; needs a momentum, and no dampening.

    Source: Polyak (1964); Nesterov (1983) in the form of Sutskever, Martens, Dahl & Hinton (2013).

    >>> from backprop_lib.engine.batched import Tensor
    >>> w = Tensor([10.0], requires_grad=True)
    >>> optimizer = SGD([w], lr=0.1, momentum=0.9)
    >>> for _ in range(3):
    ...     w.grad = np.array([1.0])
    ...     optimizer.step()
    ...     print(w.data.round(3))  # steps of 0.1 · (1, 1.9, 2.71): it gathers speed
    [9.9]
    [9.71]
    [9.439]
    """

    settings = ("lr", "momentum", "dampening", "weight_decay", "nesterov")
    remembers = ("momentum_buffer",)

    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(params, lr)
        self.momentum = self._at_least_0("momentum", momentum)
        self.dampening = number("SGD's dampening", dampening, "a finite number", math.isfinite)
        self.weight_decay = self._at_least_0("weight_decay", weight_decay)
        self.nesterov = bool(nesterov)
        if self.nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise ValueError(
                "SGD with nesterov=True needs a momentum above 0, such as 0.9, and dampening=0; "
                f"received momentum={self.momentum}, dampening={self.dampening}"
            )

    def _update(self, ready):
        lr, momentum, weight_decay = self._lr, self.momentum, self.weight_decay
        for position, parameter in ready:
            gradient = parameter.grad
            if weight_decay:
                gradient = gradient + weight_decay * parameter.data
            if momentum:
                velocity = self._velocity(position, gradient)
                gradient = gradient + momentum * velocity if self.nesterov else velocity
            parameter.data -= lr * gradient

    def _velocity(self, position, gradient):
        kept = self._state[position]
        if kept is None:
            kept = self._state[position] = {"momentum_buffer": _zeros_like(self.parameters[position].data)}
            kept["momentum_buffer"] += gradient
        else:
            kept["momentum_buffer"] *= self.momentum
            kept["momentum_buffer"] += (1.0 - self.dampening) * gradient
        return kept["momentum_buffer"]


class Adam(Optimizer):
    """Steps of about η in each coordinate, whatever the scale of its gradient.

        g ← g + λ θ                     weight decay
        m ← β₁ m + (1 − β₁) g           average of recent gradients
        v ← β₂ v + (1 − β₂) g²          average of their squares
        θ ← θ − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)

    m and v start at 0; after t steps the factors 1 − βᵗ make up for that.

    params, lr: as in `Optimizer`.  betas: (β₁, β₂), each at least 0 and below 1.  eps: ε above 0, in the
    units of a gradient.  weight_decay: λ.

    Source: Kingma & Ba (2015).

    >>> from backprop_lib.engine.batched import Tensor
    >>> w = Tensor([1.0, 1.0], requires_grad=True)
    >>> optimizer = Adam([w], lr=0.1)
    >>> w.grad = np.array([0.001, -1000.0])
    >>> optimizer.step()
    >>> w.data.round(3)
    array([0.9, 1.1])
    """

    settings = ("lr", "betas", "eps", "weight_decay")
    remembers = ("exp_avg", "exp_avg_sq")

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr)
        who = type(self).__name__
        self.betas = _read_betas(f"{who}'s betas", betas)
        # PyTorch takes 0 too; where a gradient has always been 0, the step would then be 0 / 0.
        self.eps = number(f"{who}'s eps", eps, "a number above 0, such as 1e-8", lambda x: 0 < x < math.inf)
        self.weight_decay = self._at_least_0("weight_decay", weight_decay)

    def _update(self, ready):
        beta1, beta2 = self.betas
        for position, parameter in ready:
            kept = self._state[position]
            if kept is None:
                zeros = _zeros_like(parameter.data)
                kept = self._state[position] = {"step": 0, "exp_avg": zeros, "exp_avg_sq": copy.copy(zeros)}
            gradient = self._decay(parameter)
            kept["step"] += 1
            kept["exp_avg"] *= beta1
            kept["exp_avg"] += (1.0 - beta1) * gradient
            kept["exp_avg_sq"] *= beta2
            kept["exp_avg_sq"] += (1.0 - beta2) * (gradient * gradient)
            step_size = self._lr / (1.0 - beta1 ** kept["step"])
            scale = math.sqrt(1.0 - beta2 ** kept["step"])
            parameter.data -= step_size * kept["exp_avg"] / (kept["exp_avg_sq"] ** 0.5 / scale + self.eps)

    def _decay(self, parameter):
        """Let the weights decay; return the gradient to go on with."""
        if self.weight_decay:
            return parameter.grad + self.weight_decay * parameter.data
        return parameter.grad


class AdamW(Adam):
    """Adam with decoupled weight decay: the weights shrink by themselves, apart from their gradients.

        θ ← θ − η λ θ                   then as `Adam` without weight decay

    Adam divides by √v, and so would take the decay back from weights with large gradients.

    params, lr, betas, eps: as in `Adam`.  weight_decay: λ.

    Source: Loshchilov & Hutter (2019).

    >>> from backprop_lib.engine.batched import Tensor
    >>> w = Tensor([1.0], requires_grad=True)
    >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
    >>> w.grad = np.array([0.0])
    >>> optimizer.step()
    >>> w.data  # 1 − 0.1 · 0.5
    array([0.95])
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(params, lr, betas, eps, weight_decay)

    def _decay(self, parameter):
        parameter.data *= 1.0 - self._lr * self.weight_decay
        return parameter.grad


def _zeros_like(data):
    return np.zeros_like(data) if isinstance(data, np.ndarray) else 0.0


# --- reading arguments --------------------------------------------------------------------------------------


def number(name, value, wanted, fits):
    """Read one number, or say what was `wanted`.

    >>> number("SGD's lr", 1, "a number of 0 or more", lambda x: x >= 0)
    1.0
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} needs {wanted}; received {_shown(value)}")
    value = float(value)
    if not fits(value):
        raise ValueError(f"{name} needs {wanted}; received {value}")
    return value


def _read_betas(name, betas):
    wanted = "two numbers of at least 0 and below 1, such as (0.9, 0.999)"
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise TypeError(f"{name} needs {wanted}; received {_shown(betas)}")
    return tuple(number(name, beta, wanted, lambda x: 0 <= x < 1) for beta in betas)


def read_parameters(params, reader):
    """List the parameters in an iterable such as `model.parameters()`, each checked to be one.

    reader: who needs them, for error messages.

    Raises: TypeError for what is no iterable of parameters; ValueError when there is none, when one is there
    twice, and for one that was computed.
    """
    wanted = f"{reader} needs a list of parameters, such as model.parameters()"
    if hasattr(params, "data") and hasattr(params, "grad"):
        raise TypeError(f"{wanted}; received a single {_kind(params)}: put it in a list")
    try:
        parameters = list(params)
    except TypeError:
        raise TypeError(f"{wanted}; received {_shown(params)}") from None
    if not parameters:
        raise ValueError(f"{wanted}; received an empty one: is it a generator that was used before?")
    positions = {}
    for position, parameter in enumerate(parameters):
        data, name = getattr(parameter, "data", None), _name(position, parameter)
        if not hasattr(parameter, "grad") or not (_is_float_array(data) or isinstance(data, Real)):
            raise TypeError(f"{wanted}, each a Tensor or a Value; received as {name} {_shown(parameter)}")
        if getattr(parameter, "operation", None) is not None:
            raise ValueError(
                f"{reader} received as {name} the result of {parameter.operation.name}: "
                "give the parameters that it was computed from"
            )
        first = positions.setdefault(id(parameter), position)
        if first != position:
            raise ValueError(f"{reader} received the same parameter as {first} and as {name}: list it once")
    return parameters


def with_gradients(parameters, reader):
    """List (position, parameter) for each parameter that has a gradient.

    Raises: TypeError, ValueError when a gradient does not fit its parameter.
    """
    ready = []
    for position, parameter in enumerate(parameters):
        gradient, data = parameter.grad, parameter.data
        if gradient is None:
            continue
        if not _fits(gradient, data):
            beginning = f"{reader} needs as gradient of {_name(position, parameter)}"
            raise _refused(gradient, data, beginning)
        ready.append((position, parameter))
    return ready


def _fits(gradient, data):
    if type(gradient) is type(data) is np.ndarray and gradient.dtype is data.dtype:  # the usual case, cheaply
        return gradient.shape == data.shape
    if isinstance(data, np.ndarray):
        if isinstance(gradient, np.ndarray):
            return gradient.shape == data.shape and gradient.dtype.kind == "f"
        # `w.grad * 0.5` is no array where w.grad has no axes: NumPy makes it a number.
        return isinstance(gradient, float | np.floating) and data.ndim == 0
    return isinstance(gradient, Real)


def _refused(gradient, data, beginning):
    if not isinstance(data, np.ndarray):
        return TypeError(f"{beginning} a number; received {_shown(gradient)}")
    kind = ValueError if _is_float_array(gradient) else TypeError
    return kind(f"{beginning} an array of floats of shape {data.shape}; received {_shown(gradient)}")


def _is_float_array(thing):
    return isinstance(thing, np.ndarray) and thing.dtype.kind == "f"


def _name(position, parameter):
    label = getattr(parameter, "label", "")
    return f"parameter {position} ({label})" if label else f"parameter {position}"


def _shown(thing):
    """Describe what was received, in a few words."""
    shape = getattr(thing, "shape", None)
    if shape is not None:
        return f"{_kind(thing)} of shape {tuple(shape)} and dtype {thing.dtype}"
    return f"{_kind(thing)} {reprlib.repr(thing)}"


def _kind(thing):
    package = type(thing).__module__.split(".")[0]
    return type(thing).__name__ if package == "builtins" else f"{package}.{type(thing).__name__}"
