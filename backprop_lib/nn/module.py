"""What every layer and every network is: a function that holds its parameters."""

from collections.abc import Mapping

from backprop_lib.engine import refusals
from backprop_lib.engine.backward import Hook
from backprop_lib.engine.batched import Tensor
from backprop_lib.engine.recording import no_grad


class Module:
    """A function of Tensors that holds parameters and other modules.

    To write one: set attributes in `__init__`, and compute in `forward`. Nothing has to be registered:

    - A parameter is an attribute that is a Tensor, and typed in, not computed. It is trained if it
      `requires_grad`, else it is frozen: listed and saved, but left alone by `backward`.
    - A buffer is an array that is saved with the parameters but not trained, such as `running_mean`. Its name
      stands in the class's `buffer_names`.
    - Modules and Tensors in lists, tuples and dicts count, too: `self.hidden = [Linear(…), Linear(…)]`.

    So what `forward` keeps to be looked at, it keeps as an array (`self.a1 = a1.data`). Names are torch's:
    attributes and positions, joined by dots.

    training: True until `eval()`; Dropout and BatchNorm1d behave differently then.

    >>> import numpy as np
    >>> from backprop_lib.nn import Linear
    >>> class TwoLayers(Module):
    ...     def __init__(self, rng):
    ...         self.hidden = Linear(2, 4, rng=rng)
    ...         self.output = Linear(4, 1, rng=rng)
    ...
    ...     def forward(self, X):
    ...         return self.output(self.hidden(X).tanh())
    >>> model = TwoLayers(np.random.default_rng(0))
    >>> model(np.zeros((3, 2))).shape
    (3, 1)
    >>> [name for name, _ in model.named_parameters()]
    ['hidden.weight', 'hidden.bias', 'output.weight', 'output.bias']
    """

    training = True
    buffer_names = ()
    _forward_hooks = None

    def forward(self, *inputs):
        """Compute the output; each module writes its own. Call the module itself, so that hooks run."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(self, x) that computes it")

    def __call__(self, *inputs):
        if self._forward_hooks:
            return self._hooked(inputs)
        return self.forward(*inputs)

    # --- parameters -----------------------------------------------------------------------------------------

    def parameters(self):
        """List the parameters, each once, even if it is used in several places.

        >>> from backprop_lib.nn import Linear
        >>> [parameter.shape for parameter in Linear(2, 4).parameters()]
        [(2, 4), (4,)]
        """
        return [parameter for _, parameter in self.named_parameters()]

    def named_parameters(self):
        """List (name, parameter): those of this module first, then those of the modules in it."""
        found = {}
        for prefix, module in self.named_modules():
            for name, part in module._parts():
                if isinstance(part, Tensor) and part.is_leaf:
                    found.setdefault(id(part), (_joined(prefix, name), part))
        return list(found.values())

    def num_parameters(self):
        """Count the numbers in all parameters.

        >>> from backprop_lib.nn import Linear
        >>> Linear(2, 4).num_parameters()  # 2 · 4 weights and 4 biases
        12
        """
        return sum(parameter.numel() for parameter in self.parameters())

    def zero_grad(self):
        """Forget the gradients: each `grad` is None again."""
        for parameter in self.parameters():
            parameter.grad = None

    def requires_grad_(self, requires_grad=True):
        """Train all parameters, or with False freeze them; return the module."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    # --- modules --------------------------------------------------------------------------------------------

    def modules(self):
        """List this module and all that are in it, each once."""
        return [module for _, module in self.named_modules()]

    def named_modules(self):
        """List (name, module), from the outside in; the name of this module itself is "".

        >>> from backprop_lib.nn import Linear, Sequential, Tanh
        >>> [name for name, _ in Sequential(Linear(2, 4), Sequential(Tanh())).named_modules()]
        ['', '0', '1', '1.0']
        """
        found, waiting = {}, [("", self)]
        while waiting:
            name, module = waiting.pop()
            if id(module) not in found:
                found[id(module)] = name, module
                waiting += [(_joined(name, child), part) for child, part in module._children()[::-1]]
        return list(found.values())

    def train(self, mode=True):
        """Switch this module and all that are in it to training, or with False to evaluation; return it.

        Raises: TypeError for a mode that is neither True nor False.
        """
        if not isinstance(mode, bool):
            raise TypeError(f"train needs mode True or False; received {refusals.shortened(mode)}")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self):
        """Switch to evaluation: no dropout, running statistics in place of the batch's; return the module.

        Gradients are still recorded; `no_grad` is what turns that off.
        """
        return self.train(False)

    def _children(self):
        return [(name, part) for name, part in self._parts() if isinstance(part, Module)]

    def _parts(self):
        """List (name, part) for the Tensors and modules that this module itself holds."""
        return [part for name, held in self._attributes().items() for part in _unpacked(name, held)]

    def _attributes(self):
        return {name: held for name, held in vars(self).items() if name != "_forward_hooks"}

    # --- hooks ----------------------------------------------------------------------------------------------

    def register_forward_hook(self, hook):
        """Call hook(module, inputs, output) after each forward pass; what it returns replaces the output.

        inputs: a tuple.  A hook that returns None changes nothing.
        Returns: a handle; its `remove()` takes the hook off again.
        Raises: TypeError for a hook that cannot be called.

        >>> import numpy as np
        >>> from backprop_lib.nn import Linear
        >>> layer = Linear(2, 4)
        >>> handle = layer.register_forward_hook(lambda module, inputs, output: print(output.shape))
        >>> Z = layer(np.ones((3, 2)))
        (3, 4)
        >>> handle.remove()
        """
        if self._forward_hooks is None:
            self._forward_hooks = {}
        return Hook(self._forward_hooks, hook)

    def _hooked(self, inputs):
        output = self.forward(*inputs)
        for hook in list(self._forward_hooks.values()):
            changed = hook(self, inputs, output)
            if changed is not None:
                output = changed
        return output

    # --- saving ---------------------------------------------------------------------------------------------

    def state_dict(self):
        """Copy all parameters and buffers: {name: array}. `np.savez(path, **state)` saves them to a file.

        >>> from backprop_lib.nn import BatchNorm1d
        >>> list(BatchNorm1d(4).state_dict())
        ['weight', 'bias', 'running_mean', 'running_var']
        """
        return {name: array.copy() for name, array in self._state().items()}

    def load_state_dict(self, state):
        """Take over what `state_dict` gave for a module that was built in the same way.

        state: {name: array}; what `np.load` gives for a saved state works, too.
        Raises: TypeError for what is no such mapping; ValueError for names or shapes that do not fit. Then
        nothing has changed.

        >>> from backprop_lib.nn import Linear
        >>> one, two = Linear(2, 4), Linear(2, 4)
        >>> two.load_state_dict(one.state_dict())
        >>> bool((one.weight == two.weight).all())
        True
        """
        if not isinstance(state, Mapping):
            raise TypeError(
                "load_state_dict needs {name: array}, as state_dict() gives; "
                f"received {type(state).__name__} {refusals.shortened(state)}"
            )
        own = self._state()
        given = {name: _read(name, state[name]) for name in own if name in state}
        shapes = [
            f"{name} has shape {own[name].shape}, received {array.shape}"
            for name, array in given.items()
            if array.shape != own[name].shape
        ]
        problems = {
            "missing": [name for name in own if name not in state],
            "unexpected": [name for name in state if name not in own],
            "of another shape": shapes,
        }
        if any(problems.values()):
            found = "; ".join(
                f"{kind}: {', '.join(map(str, names))}" for kind, names in problems.items() if names
            )
            raise ValueError(
                f"load_state_dict needs the names and shapes of this {type(self).__name__}; {found}"
            )
        with no_grad():
            for name, parameter in self.named_parameters():
                parameter[...] = given[name]  # in place: a graph from before then refuses to go backward
        for name, module, buffer in self._named_buffers():
            setattr(module, buffer, given[name].astype(own[name].dtype, copy=False))

    def _state(self):
        """Give {name: array} for the parameters and buffers, the arrays themselves."""
        arrays = {name: parameter.data for name, parameter in self.named_parameters()}
        return arrays | {name: getattr(module, buffer) for name, module, buffer in self._named_buffers()}

    def _named_buffers(self):
        return [
            (_joined(prefix, name), module, name)
            for prefix, module in self.named_modules()
            for name in module.buffer_names
        ]

    # --- words ----------------------------------------------------------------------------------------------

    def extra_repr(self):
        """Write the settings that stand between the brackets of this module's repr."""
        return ""

    def __repr__(self):
        parts = [f"({name}): {module!r}" for name, module in self._children()]
        if not parts:
            return f"{type(self).__name__}({self.extra_repr()})"
        lines = "\n".join(parts).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {lines}\n)"


def _joined(prefix, name):
    return f"{prefix}.{name}" if prefix else name


def _unpacked(name, held):
    """List (name, part) for the Tensors and modules in what an attribute holds: itself, or a collection."""
    if isinstance(held, Tensor | Module):
        return [(name, held)]
    if isinstance(held, dict):
        entries = held.items()
    elif isinstance(held, list | tuple):
        entries = enumerate(held)
    else:
        return []
    return [part for key, entry in entries for part in _unpacked(f"{name}.{key}", entry)]


def _read(name, data):
    """Copy one entry of a state as an array."""
    try:
        return refusals.read(data.data if isinstance(data, Tensor) else data)
    except (TypeError, ValueError) as problem:
        raise type(problem)(f"load_state_dict, {name}: {problem}") from None
