"""The scalar engine: numbers that remember how they were made."""

import math
import operator
from numbers import Real

from backprop_lib.engine import functions
from backprop_lib.engine.graph import topological_order


def apply(operation, *parents):
    """Make the node that `operation` gives on `parents`."""
    try:
        data, local_derivatives = operation.rule(*[parent.data for parent in parents])
    except (ArithmeticError, ValueError) as problem:
        raise _refusal(operation, parents, type(problem)) from None
    return _node(operation, parents, data, local_derivatives)


def _node(operation, parents, data, local_derivatives):
    if data - data:  # only infinity and NaN do not give 0 here
        raise _refusal(operation, parents, OverflowError)
    node = object.__new__(Value)
    node.data = data
    node.grad = 0.0
    node.label = ""
    node.parents = parents
    node.local_derivatives = local_derivatives
    node.operation = operation
    return node


def _refusal(operation, parents, kind):
    """Say in one sentence which operation failed on which inputs."""
    received = ", ".join(_describe(parent) for parent in parents)
    strange = [parent for parent in parents if not math.isfinite(parent.data)]
    if strange:
        named = ", ".join(_describe(parent) for parent in strange)
        return ValueError(
            f"{operation.name} received {named}: find where this number was set, and mend it there"
        )
    if kind is OverflowError:
        return OverflowError(
            f"{operation.name} overflows on {received}: the result is beyond what a float can hold (1.8e308)"
        )
    return kind(f"{operation.name} needs {operation.needs}; received {received}")


def _describe(value):
    return f"{value.label} = {value.data!r}" if value.label else repr(value.data)


def _as_float(number, reader="a Value"):
    """Read one finite number: Python's, NumPy's, or an array or tensor of no dimensions.

    reader: who needs the number, for error messages.
    """
    if type(number) is not float:
        held = number
        if not isinstance(number, Real) and getattr(number, "ndim", None) == 0:
            held = number.item()
        if not isinstance(held, Real):
            raise TypeError(f"{reader} needs one plain number; received {_strange(number)}")
        try:
            number = float(held)
        except OverflowError:
            number = math.inf
    if number - number:  # only infinity and NaN do not give 0 here
        raise ValueError(f"{reader} needs a finite number, at most 1.8e308; received {number}")
    return number


def _strange(thing):
    if isinstance(thing, Value):
        return f"{thing!r}, a Value already: use it as it is, or take its .data"
    shape = getattr(thing, "shape", None)
    what = f"an array of shape {tuple(shape)}" if shape else f"{type(thing).__name__} {thing!r}"
    return f"{what}: give it one number at a time"


def _as_value(number, reader):
    return number if isinstance(number, Value) else Value(_as_float(number, reader))


def _unary(operation):
    def method(self):
        return apply(operation, self)

    return operation.document(method)


def _binary(operation):
    rule = operation.rule

    def method(self, other):
        if type(other) is not Value:
            other = _as_value(other, operation.name)
        try:  # `apply`, written out for two parents: most nodes are made here, and this is a tenth faster
            data, local_derivatives = rule(self.data, other.data)
        except (ArithmeticError, ValueError) as problem:
            raise _refusal(operation, (self, other), type(problem)) from None
        return _node(operation, (self, other), data, local_derivatives)

    return operation.document(method)


def _reflected(operation):
    def method(self, other):
        return apply(operation, _as_value(other, operation.name), self)

    return operation.document(method)


def _comparison(compare):
    def method(self, other):
        if isinstance(other, Value):
            return compare(self.data, other.data)
        return compare(self.data, other) if isinstance(other, Real) else NotImplemented

    return method


class Value:
    """A number that remembers its parents and its local derivative with respect to each of them.

    data: the number, a float.  grad: ∂(last result)/∂(this), 0 until `backward`.  label: a name for drawings.
    parents, local_derivatives: tuples of equal length, empty for a number that was typed in (a leaf).
    operation: how it was made (an entry of `functions.OPERATIONS`), None for a leaf.

    Raises: TypeError for what is no single number, ValueError for NaN and infinity.

    >>> w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(0.0, label="b")
    >>> a = (w * x + b).sigmoid()
    >>> a.backward()
    >>> round(a.data, 4), round(w.grad, 4)
    (0.7311, 0.3932)
    """

    __slots__ = ("data", "grad", "label", "local_derivatives", "operation", "parents")

    # NumPy then leaves `array * Value` to us: one clear sentence in place of an object array.
    __array_ufunc__ = None

    def __init__(self, data, label=""):
        self.data = _as_float(data)
        self.grad = 0.0
        self.label = label
        self.parents = ()
        self.local_derivatives = ()
        self.operation = None

    # --- backward -------------------------------------------------------------------------------------------

    def backward(self, gradient=1.0):
        """Give every node of this graph its gradient: ∂(this)/∂(node), times `gradient`.

        Leaves add it to the `grad` they had, as in PyTorch: call `zero_grad` before the next pass. Nodes in
        between start from 0 each time, so that a second pass counts nothing twice.

        Raises: RuntimeError on a leaf, which has no graph behind it; TypeError, ValueError for a `gradient`
        that is no finite number.

        >>> x = Value(3.0)
        >>> (x * x + x).backward()
        >>> x.grad
        7.0
        """
        if not self.parents:
            raise RuntimeError(
                f"backward starts from a result; {_describe(self)} was typed in, not computed, and has "
                "nothing behind it to go back through: call it on the loss itself, not on Value(loss.data)"
            )
        gradient = _as_float(gradient, "backward")
        order = topological_order(self)
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad = gradient
        order.reverse()
        for node in order:
            upstream = node.grad
            for parent, local in zip(node.parents, node.local_derivatives):  # noqa: B905 (one for one by making)
                parent.grad += local * upstream

    def zero_grad(self):
        """Set the gradient of this node, and of all that it was computed from, back to 0.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> y.backward()
        >>> y.zero_grad()
        >>> x.grad
        0.0
        """
        for node in topological_order(self):
            node.grad = 0.0

    # --- operations: what each one computes stands in `functions` -------------------------------------------

    __add__, __radd__ = _binary(functions.add), _reflected(functions.add)
    __sub__, __rsub__ = _binary(functions.subtract), _reflected(functions.subtract)
    __mul__, __rmul__ = _binary(functions.multiply), _reflected(functions.multiply)
    __truediv__, __rtruediv__ = _binary(functions.divide), _reflected(functions.divide)
    __neg__, __abs__ = _unary(functions.negate), _unary(functions.absolute)
    __rpow__ = _reflected(functions.power)

    exp, log, sqrt = _unary(functions.exp), _unary(functions.log), _unary(functions.sqrt)
    sin, cos = _unary(functions.sin), _unary(functions.cos)
    sigmoid, tanh, relu = _unary(functions.sigmoid), _unary(functions.tanh), _unary(functions.relu)
    gelu, softplus = _unary(functions.gelu), _unary(functions.softplus)
    abs = __abs__
    maximum, minimum = _binary(functions.maximum), _binary(functions.minimum)

    def __pow__(self, exponent):
        """Raise to a power: a plain number is fixed, a `Value` takes part in the graph."""
        if isinstance(exponent, Value):
            return apply(functions.power, self, exponent)
        return apply(functions.power_of(_as_float(exponent, "power")), self)

    def leaky_relu(self, negative_slope=0.01):
        """a where a > 0, else negative_slope · a."""
        return apply(functions.leaky_relu(_as_float(negative_slope, "leaky_relu")), self)

    def elu(self, alpha=1.0):
        """a where a > 0, else alpha · (exp(a) − 1)."""
        return apply(functions.elu(_as_float(alpha, "elu")), self)

    # --- a number among numbers -----------------------------------------------------------------------------

    def __pos__(self):
        return self

    def __float__(self):
        return self.data

    def __bool__(self):
        return self.data != 0.0

    def __format__(self, specification):
        return format(self.data, specification) if specification else repr(self)

    # Compared by value, as tensors are; hashed by identity, so that nodes can be kept in sets.
    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __hash__ = object.__hash__

    def __repr__(self):
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data!r}, grad={self.grad!r}{label})"

    # Names that code written for micrograd reads when it draws a graph.

    @property
    def _prev(self):
        return set(self.parents)

    @property
    def _op(self):
        return self.operation.symbol if self.operation else ""


def affine(weights, inputs, bias):
    """z = Σ wᵢ·xᵢ + b as one node: what a neuron computes before its activation.

    weights, inputs: equally many Values.  bias: a Value.
    Raises: ValueError when their numbers differ; OverflowError, ValueError as any operation.

    >>> w, x, b = [Value(1.0), Value(-2.0)], [Value(3.0), Value(0.5)], Value(10.0)
    >>> affine(w, x, b).data
    12.0
    """
    if len(weights) != len(inputs):
        raise ValueError(
            f"affine needs one input for each weight; received {len(weights)} weights, {len(inputs)} inputs"
        )
    return apply(functions.affine(len(weights)), *weights, *inputs, bias)
