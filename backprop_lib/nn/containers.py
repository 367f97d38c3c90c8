"""Modules made of modules."""

from backprop_lib.engine.batched import as_tensor
from backprop_lib.nn.module import Module


class Sequential(Module):
    """Modules one after the other: the output of each is the input of the next.

    modules: any number of them. `model[i]`, `model[1:]`, `len`, iteration and `append` work as for a list; a
    slice is a Sequential of the same modules, not of copies.

    Raises: TypeError for what is no Module. An error inside says in which layer.

    >>> import numpy as np
    >>> from backprop_lib.nn import Linear, Tanh
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential(Linear(2, 4, rng=rng), Tanh(), Linear(4, 1, rng=rng))
    >>> model
    Sequential(
      (0): Linear(in_features=2, out_features=4, bias=True)
      (1): Tanh()
      (2): Linear(in_features=4, out_features=1, bias=True)
    )
    >>> model(np.zeros((3, 2))).shape
    (3, 1)
    """

    def __init__(self, *modules):
        self._modules = []
        for module in modules:
            self.append(module)

    def append(self, module):
        """Add a module at the end; return the Sequential. Raises TypeError for what is no Module."""
        self._modules.append(_checked(module, "Sequential"))
        return self

    def forward(self, x):
        x = as_tensor(x)
        position = 0
        try:
            for position, module in enumerate(self._modules):  # noqa: B007 (for the message)
                x = module(x)
        except (IndexError, RuntimeError, TypeError, ValueError) as problem:
            self._locate(problem, position)
            raise
        return x

    def _locate(self, problem, position):
        """Say in the message of `problem` which layer it came from; kind and traceback stay."""
        module = self._modules[position]
        shown = type(module).__name__ if module._children() else repr(module)
        if len(problem.args) == 1:  # else it is no plain message
            problem.args = (f"in layer {position}, {shown}: {problem}",)

    def _attributes(self):
        numbered = {str(position): module for position, module in enumerate(self._modules)}
        others = super()._attributes()
        del others["_modules"]
        return numbered | others

    def __getitem__(self, position):
        if isinstance(position, slice):
            return Sequential(*self._modules[position])
        try:
            return self._modules[position]
        except IndexError:
            raise IndexError(
                f"this Sequential has {len(self)} modules, numbered from 0; received position {position}"
            ) from None

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)


class Residual(Module):
    """x + module(x): the gradient has a way past the module that nothing shrinks.

    module: any Module whose output has the shape of its input.

    Raises: TypeError for what is no Module; when called, ValueError if the shapes differ.
    Source: He, Zhang, Ren & Sun 2016, "Deep residual learning for image recognition".

    >>> import numpy as np
    >>> from backprop_lib.nn import Linear, Tanh
    >>> Residual(Sequential(Linear(4, 4), Tanh()))(np.zeros((3, 4))).shape
    (3, 4)
    """

    def __init__(self, module):
        self.module = _checked(module, "Residual")

    def forward(self, x):
        x = as_tensor(x)
        change = self.module(x)
        if change.shape != x.shape:
            raise ValueError(
                "Residual adds its module's output to the input, so both need one shape; "
                f"received input {x.shape}, output {change.shape}"
            )
        return x + change


def _checked(module, reader):
    if isinstance(module, Module):
        return module
    if isinstance(module, type) and issubclass(module, Module):
        advice = f"the class {module.__name__}: write {module.__name__}() with its settings"
    elif isinstance(module, list | tuple):
        advice = f"a {type(module).__name__}: put a * before it, as in {reader}(*layers)"
    else:
        advice = f"{type(module).__name__}: for a function of your own, write a Module with a forward"
    raise TypeError(f"{reader} needs modules, such as Linear(2, 4) and Tanh(); received {advice}")
