"""The batched engine: arrays that remember how they were made. Names and defaults are PyTorch's."""

import operator
from numbers import Real

import numpy as np

from backprop_lib.engine import elementwise, losses, matrices, recording, refusals
from backprop_lib.engine.backward import Hook, after_hooks, gradients_at_leaves

_FLOATS = (np.dtype(np.float64), np.dtype(np.float32))


# --- from operations to nodes -------------------------------------------------------------------------------


def apply(operation, *parents, **settings):
    """Make the node that `operation` (an `ArrayOperation`) gives on Tensors, under fixed settings.

    Raises: one sentence with the shapes in it, when the operation cannot take them.
    """
    arrays = [parent._data for parent in parents]
    try:
        data, pull_backs = operation.rule(*arrays, **settings)
    except (ArithmeticError, IndexError, TypeError, ValueError) as problem:
        raise refusals.explain(operation, arrays, settings, problem) from None
    return make_node(operation, parents, data, pull_backs)


def make_node(operation, parents, data, pull_backs):
    """Make the Tensor that holds `data`: a node if a parent requires a gradient, else a constant."""
    node = object.__new__(Tensor)
    node._data = data if type(data) is np.ndarray else np.asarray(data)
    node.grad = None
    node.label = ""
    node._hooks = None
    node._retains = False
    node._made_at = recording.clock
    if recording.on:
        for parent in parents:
            if parent._requires_grad:
                node._requires_grad = True
                node.parents = parents
                node.operation = operation
                node._pull_backs = pull_backs
                return node
    node._requires_grad = False
    node.parents = ()
    node.operation = None
    node._pull_backs = None
    return node


def as_tensor(data, like=None):
    """Read an operand: a Tensor as it is, else a constant. Arrays are not copied.

    like: a Tensor whose dtype is taken for plain numbers and for integers, so that float32 stays float32.
    """
    if type(data) is Tensor:
        return data
    dtype = like._data.dtype if type(like) is Tensor else _FLOATS[0]
    if isinstance(data, Real | np.bool_):
        data = np.array(data, dtype)
    elif not isinstance(data, np.ndarray):
        raise TypeError(refusals.no_operand(data))
    elif data.ndim == 0 or data.dtype not in _FLOATS:  # a number, or whole numbers: they take like's dtype
        data = refusals.floats(data).astype(dtype)
    return make_node(None, (), data, None)


def _unary(operation):
    rule = operation.rule

    def method(self):
        data, pull_backs = rule(self._data)
        return make_node(operation, (self,), data, pull_backs)

    return operation.function.document(method)


def _binary(operation, reflected=False):
    rule = operation.rule

    def method(self, other):
        if type(other) is not Tensor:
            other = as_tensor(other, like=self)
        left, right = (other, self) if reflected else (self, other)
        a, b = left._data, right._data
        try:
            data, pull_backs = rule(a, b)
        except ValueError as problem:
            raise refusals.explain(operation, (a, b), {}, problem) from None
        if a.shape != b.shape:  # broadcast: each gradient is summed back to the shape of its input
            pull_backs = _summed(pull_backs[0], a.shape), _summed(pull_backs[1], b.shape)
        return make_node(operation, (left, right), data, pull_backs)

    return operation.function.document(method)


def _summed(pull_back, shape):
    return lambda g: matrices.sum_to(pull_back(g), shape)


def _comparison(compare):
    def method(self, other):
        a, b = self._data, as_tensor(other, like=self)._data
        try:
            return compare(a, b)
        except ValueError:
            raise ValueError(refusals.comparison(a, b)) from None

    return method


def _in_place(method, ufunc):
    """`w -= step`: in place where nothing is recorded, else a new result as `w - step` would be."""

    def change(self, other):
        other = as_tensor(other, like=self)
        if recording.on and (self._requires_grad or other._requires_grad):
            if self.is_leaf and self._requires_grad:
                raise RuntimeError(refusals.leaf_in_place(self))
            return method(self, other)
        try:
            ufunc(self._data, other._data, out=self._data, casting="same_kind")
        except ValueError:
            raise ValueError(
                f"expected a change that fits shape {self.shape}; received shape {other.shape}"
            ) from None
        recording.mark_changed(self._data)
        return self

    return change


class Tensor:
    """An array that remembers its parents and, for each of them, the pull-back of the operation that made it.

    data: numbers, nested lists or an array; copied. float64, but float32 stays float32.
    requires_grad: whether `backward` shall give this Tensor a gradient.
    label: a name for messages and drawings.

    grad: None until `backward`, then an array of the same shape; each `backward` adds to it, as in PyTorch.
    parents, operation: how it was made; () and None for what was typed in (a leaf), and for results under
    `no_grad`. After `backward` the graph is let go.

    Other operands may be plain numbers and arrays. Arrays are not copied: what is done to one between the
    forward and the backward pass goes unnoticed.

    Raises: TypeError, ValueError for what is no array of real numbers.

    >>> W = Tensor([[1.0, -1.0]], requires_grad=True)
    >>> X = Tensor([[3.0], [4.0]])
    >>> (X @ W).tanh().sum().backward()
    >>> W.grad.round(4)
    array([[0.035, 0.035]])
    """

    __slots__ = (
        "_data",
        "_hooks",
        "_made_at",
        "_pull_backs",
        "_requires_grad",
        "_retains",
        "grad",
        "label",
        "operation",
        "parents",
    )

    def __init__(self, data, requires_grad=False, label=""):
        self._data = refusals.read(data)
        self._requires_grad = bool(requires_grad)
        self.grad = None
        self.label = label
        self.parents = ()
        self.operation = None
        self._pull_backs = None
        self._hooks = None
        self._retains = False
        self._made_at = recording.clock

    # --- what it holds --------------------------------------------------------------------------------------

    @property
    def data(self):
        """The array. Writing to it is not recorded: `w.data -= step` is how an optimiser changes w."""
        return self._data

    @data.setter
    def data(self, array):
        if array is self._data:  # w.data -= step
            recording.mark_changed(array)
        else:
            self._data = refusals.replacement(self, array)

    shape = property(lambda self: self._data.shape, doc="The length of each axis.")
    ndim = property(lambda self: self._data.ndim, doc="The number of axes.")
    dtype = property(lambda self: self._data.dtype, doc="float64 or float32.")
    T = property(lambda self: self.permute(*range(self.ndim)[::-1]), doc="Rows become columns.")

    @property
    def requires_grad(self):
        """Whether `backward` gives this Tensor, or what it was made from, a gradient."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, wanted):
        if self.operation is not None and not wanted:
            raise RuntimeError("this Tensor was computed and has a graph: use .detach() to leave the graph")
        self._requires_grad = bool(wanted)

    def requires_grad_(self, requires_grad=True):
        """Set `requires_grad`, and return the Tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self):
        """Whether it was typed in (or made without recording), not computed in a graph."""
        return self.operation is None

    def numel(self):
        """The number of entries."""
        return self._data.size

    def item(self):
        """The one entry as a Python number. Raises ValueError when there are several, or none."""
        if self._data.size != 1:
            raise ValueError(f"item() needs a Tensor with one entry; this one has shape {self.shape}")
        return self._data.item()

    def tolist(self):
        """The entries as (nested lists of) Python numbers."""
        return self._data.tolist()

    def numpy(self):
        """The array itself. Raises RuntimeError when it is part of a graph, as in PyTorch."""
        if self._requires_grad:
            raise RuntimeError("this Tensor requires a gradient: write .detach().numpy(), or read .data")
        return self._data

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        if dtype is not None and dtype != array.dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def detach(self):
        """The same array outside the graph: a constant that shares its memory."""
        return make_node(None, (), self._data, None)

    # --- backward -------------------------------------------------------------------------------------------

    def backward(self, gradient=None, retain_graph=False):
        """Add ∂(this)/∂(leaf) to the `grad` of every leaf that requires one.

        gradient: ∂L/∂(this) in the shape of this Tensor; needed unless it has one entry.
        retain_graph: keep the graph for another pass; else it is let go, and with it the memory it holds.

        Raises: RuntimeError without a graph, for a graph let go before, and when an array that is needed was
        changed in place after it was used; ValueError for a `gradient` of another shape. No leaf changed.

        >>> w = Tensor([1.0, 2.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> w.grad
        array([2., 4.])
        """
        if not self._requires_grad:
            raise RuntimeError(refusals.no_graph(self))
        if gradient is None:
            if self._data.size != 1:
                raise RuntimeError(
                    f"backward starts from one number, the loss; this Tensor has shape {self.shape}: "
                    "take its .sum() or .mean() first, or pass a gradient of that shape"
                )
            gradient = self._data.dtype.type(1.0) if self._data.ndim == 0 else np.ones_like(self._data)
        else:
            gradient = refusals.gradient(gradient, self, "backward needs a gradient of its Tensor's shape")
        received = gradients_at_leaves(self, gradient, retain_graph)
        for i, (leaf, g) in enumerate(received):  # all that can fail, before anything is written
            if leaf._hooks:
                received[i] = leaf, np.array(after_hooks(leaf, g))  # a hook may have kept the one it saw
            if leaf.grad is not None and np.shape(leaf.grad) != leaf._data.shape:
                raise ValueError(refusals.grad_set_by_hand(leaf))
        for leaf, g in received:
            if leaf.grad is not None:
                leaf.grad += g
            elif type(g) is np.ndarray and g.dtype is leaf._data.dtype:
                leaf.grad = g
            else:
                leaf.grad = np.asarray(g, leaf._data.dtype)

    def zero_grad(self):
        """Forget the gradient: `grad` is None again, as after torch's `optimizer.zero_grad()`."""
        self.grad = None

    def retain_grad(self):
        """Keep the gradient of this Tensor although it lies inside the graph."""
        if not self._requires_grad:
            raise RuntimeError("retain_grad needs a Tensor that requires a gradient")
        self._retains = not self.is_leaf

    def register_hook(self, hook):
        """Call `hook(gradient)` when the gradient is known; an array that it returns takes its place.

        Returns: a handle whose `remove()` takes the hook off.

        >>> w = Tensor(1.0, requires_grad=True)
        >>> handle = w.register_hook(lambda gradient: 2.0 * gradient)
        >>> (3.0 * w).backward()
        >>> w.grad
        array(6.)
        """
        if not self._requires_grad:
            raise RuntimeError("register_hook needs a Tensor that requires a gradient")
        if self._hooks is None:
            self._hooks = {}
        return Hook(self._hooks, hook)

    # --- entry by entry: what each one computes stands in `functions` and `elementwise` ---------------------

    __add__, __radd__ = _binary(elementwise.add), _binary(elementwise.add, reflected=True)
    __sub__, __rsub__ = _binary(elementwise.subtract), _binary(elementwise.subtract, reflected=True)
    __mul__, __rmul__ = _binary(elementwise.multiply), _binary(elementwise.multiply, reflected=True)
    __truediv__, __rtruediv__ = _binary(elementwise.divide), _binary(elementwise.divide, reflected=True)
    _to_the, __rpow__ = _binary(elementwise.power), _binary(elementwise.power, reflected=True)
    __neg__, __abs__ = _unary(elementwise.negate), _unary(elementwise.absolute)

    __iadd__, __isub__ = _in_place(__add__, np.add), _in_place(__sub__, np.subtract)
    __imul__, __itruediv__ = _in_place(__mul__, np.multiply), _in_place(__truediv__, np.divide)

    exp, log, sqrt = _unary(elementwise.exp), _unary(elementwise.log), _unary(elementwise.sqrt)
    sin, cos, abs = _unary(elementwise.sin), _unary(elementwise.cos), __abs__
    sigmoid, tanh, relu = _unary(elementwise.sigmoid), _unary(elementwise.tanh), _unary(elementwise.relu)
    gelu, softplus = _unary(elementwise.gelu), _unary(elementwise.softplus)
    maximum, minimum = _binary(elementwise.maximum), _binary(elementwise.minimum)

    def __pow__(self, exponent):
        """Raise to a power: a plain number is fixed, a Tensor takes part in the graph."""
        if isinstance(exponent, Real):
            return apply(elementwise.power_of, self, exponent=float(exponent))
        return self._to_the(exponent)

    def __pos__(self):
        return self

    def leaky_relu(self, negative_slope=0.01):
        """a where a > 0, else negative_slope · a."""
        negative_slope = refusals.number("leaky_relu", "negative_slope", negative_slope)
        return apply(elementwise.leaky_relu, self, negative_slope=negative_slope)

    def elu(self, alpha=1.0):
        """a where a > 0, else alpha · (exp(a) − 1)."""
        return apply(elementwise.elu, self, alpha=refusals.number("elu", "alpha", alpha))

    def clip(self, min=None, max=None):
        """Bring what lies below `min` or above `max` to that bound; there the gradient stops."""
        if min is None and max is None:
            raise ValueError("clip needs a number for min, for max, or for both; received neither")
        bounds = {name: refusals.number("clip", name, bound) for name, bound in [("min", min), ("max", max)]}
        return apply(matrices.clip, self, **bounds)

    def softmax(self, axis):
        """Turn scores into shares: positive, and summing to 1 along `axis`."""
        return apply(losses.softmax, self, axis=axis)

    def log_softmax(self, axis):
        """The logarithm of `softmax`, exact where the share itself is too small to hold."""
        return apply(losses.log_softmax, self, axis=axis)

    # --- sums over axes (None: over all) --------------------------------------------------------------------

    def sum(self, axis=None, keepdims=False):
        """Sum over `axis` (None, a number, or several); `keepdims` leaves an axis of length 1."""
        return apply(matrices.sum, self, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        """Average over `axis`."""
        return apply(matrices.mean, self, axis=axis, keepdims=keepdims)

    def var(self, axis=None, keepdims=False, *, correction=1):
        """Variance over `axis`: squared distances from the mean, summed, over (count − correction)."""
        return apply(matrices.var, self, axis=axis, correction=correction, keepdims=keepdims)

    def max(self, axis=None, keepdims=False):
        """Largest entry along `axis`; several that tie share the gradient, as in torch.amax."""
        return apply(matrices.max, self, axis=axis, keepdims=keepdims)

    def min(self, axis=None, keepdims=False):
        """Smallest entry along `axis`; several that tie share the gradient, as in torch.amin."""
        return apply(matrices.min, self, axis=axis, keepdims=keepdims)

    # --- products and moves ---------------------------------------------------------------------------------

    def __matmul__(self, other):
        return apply(matrices.matmul, self, as_tensor(other, like=self))

    def __rmatmul__(self, other):
        return apply(matrices.matmul, as_tensor(other, like=self), self)

    def reshape(self, *shape):
        """The same entries, row by row, in another shape; −1 stands for what is left over."""
        return apply(matrices.reshape, self, shape=_several(shape))

    def permute(self, *axes):
        """The axes in another order."""
        return apply(matrices.permute, self, axes=_several(axes))

    def transpose(self, axis0, axis1):
        """Swap two axes, as torch does (NumPy's `transpose` takes all of them)."""
        axes = list(range(self.ndim))
        try:
            axes[axis0], axes[axis1] = axes[axis1], axes[axis0]
        except (IndexError, TypeError):
            raise IndexError(
                f"transpose needs two of the axes of shape {self.shape}; received {axis0} and {axis1}"
            ) from None
        return apply(matrices.permute, self, axes=axes)

    def __getitem__(self, where):
        if not isinstance(where, int | slice):
            where = refusals.positions(where)
        return apply(matrices.index, self, where=where)

    def __setitem__(self, where, value):
        value, where = as_tensor(value, like=self), refusals.positions(where)
        if recording.on and (self._requires_grad or value._requires_grad):
            raise RuntimeError(refusals.assignment(self))
        try:
            self._data[where] = value._data
        except IndexError as problem:
            raise refusals.explain(matrices.index, (self._data,), {"where": where}, problem) from None
        except ValueError:
            fits = self._data[where].shape
            raise ValueError(
                f"these entries of {refusals.named(self)} have shape {fits}; received shape {value.shape}"
            ) from None
        recording.mark_changed(self._data)

    # --- an array among arrays ------------------------------------------------------------------------------

    def __len__(self):
        if self.ndim == 0:
            raise TypeError("a Tensor with one number and no axes has no length")
        return len(self._data)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __float__(self):
        return float(self.item())

    def __bool__(self):
        if self._data.size != 1:
            raise ValueError(
                f"a Tensor of shape {self.shape} is neither true nor false: use (x > 0).all() or .any()"
            )
        return bool(self.item())

    def __format__(self, specification):
        return format(self.item(), specification) if specification else repr(self)

    # Compared entry by entry, into an array of booleans; hashed by identity, so that sets can keep nodes.
    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __hash__ = object.__hash__

    def __array_ufunc__(self, ufunc, method, *inputs, **settings):
        """Let `array * Tensor` be a Tensor; for the rest, say what to write in place of np.exp(x)."""
        compute = _OPERATORS.get(ufunc.__name__)
        if compute is None or method != "__call__" or settings:
            raise TypeError(refusals.ufunc(ufunc))
        return compute(*(as_tensor(given, like=self) for given in inputs))

    def __reduce__(self):
        """Copy and pickle what was typed in; a graph stays where it is."""
        if not self.is_leaf:
            raise RuntimeError(
                f"{refusals.named(self)} is part of a graph and cannot be copied: .detach() it"
            )
        return _copied, (self._data, self._requires_grad, self.label, self.grad)

    def __repr__(self):
        shown = [np.array2string(self._data, separator=", ", prefix="Tensor(")]
        if self._data.dtype != _FLOATS[0]:
            shown.append(f"dtype={self._data.dtype}")
        if self.operation is not None:
            shown.append(f"operation={self.operation.name}")
        elif self._requires_grad:
            shown.append("requires_grad=True")
        if self.label:
            shown.append(f"label={self.label!r}")
        return f"Tensor({', '.join(shown)})"


def _several(numbers):
    """Read `f(2, 3)` and `f((2, 3))` alike."""
    return tuple(numbers[0]) if len(numbers) == 1 and isinstance(numbers[0], tuple | list) else numbers


def _copied(data, requires_grad, label, grad):
    tensor = Tensor(data, requires_grad, label)
    tensor.grad = grad
    return tensor


# What NumPy calls when an array stands to the left of a Tensor.
_OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "matmul": operator.matmul,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
