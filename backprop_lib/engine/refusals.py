"""What the batched engine says to bad input: what was expected, what came, and what to do."""

import copy
from numbers import Real

import numpy as np

from backprop_lib.engine.operations import BROADCAST

# --- reading data -------------------------------------------------------------------------------------------


def read(data, whole=False):
    """Copy `data` into a new float64 or float32 array; integers may stay if `whole`.

    Raises: TypeError, ValueError.
    """
    if is_tensor(data):
        raise TypeError(f"expected numbers; received {named(data)}, a Tensor already: use it, or its .data")
    if isinstance(data, list | tuple) and _holds_tensors(data):
        raise TypeError(
            "expected numbers; received a list of Tensors: join them with stack(...) or concatenate(...)"
        )
    try:
        array = np.array(data.__array__() if hasattr(data, "__array__") else data)
    except ValueError:
        raise ValueError(
            f"expected numbers in rows of equal length; received rows that differ: {shortened(data)}"
        ) from None
    except RuntimeError:
        raise TypeError(f"expected numbers; received {_kind(data)} that requires a gradient") from None
    return array if whole and array.dtype.kind in "iu" else floats(array)


def _holds_tensors(data):
    return any(_holds_tensors(part) if isinstance(part, list | tuple) else is_tensor(part) for part in data)


def is_tensor(thing):
    """Tell whether a thing is a Tensor, without importing what is built on this file."""
    return hasattr(thing, "_pull_backs")


def floats(array):
    """Give real numbers as float64 or float32. Raises TypeError for anything else."""
    if array.dtype == np.float64 or array.dtype == np.float32:
        return array
    if array.dtype == np.float16 or array.dtype.kind in "biu":
        return array.astype(np.float64)
    kind = "None or other objects" if array.dtype.kind == "O" else f"dtype {array.dtype}"
    raise TypeError(f"expected real numbers; received {kind}, {shortened(array.tolist())}")


def number(reader, name, given):
    """Read a setting that is one number, or None. Raises TypeError."""
    if given is not None and not isinstance(given, Real):
        raise TypeError(f"{reader} needs a number for {name}; received {_kind(given)} {shortened(given)}")
    return None if given is None else float(given)


def positions(where):
    """Copy an index: what is done to its arrays later must not reach the backward pass. Raises TypeError."""
    if any(map(is_tensor, where if isinstance(where, tuple) else (where,))):
        raise TypeError(
            "an index needs whole numbers, slices, or arrays of whole numbers or booleans; received a "
            "Tensor: compare it, as in x[x > 0], or use its .data"
        )
    return copy.deepcopy(where)


def no_operand(thing):
    """Say that `thing` can be no operand of a Tensor."""
    advice = ""
    if isinstance(thing, list | tuple):
        advice = ": wrap it in Tensor(...)"
    elif type(thing).__module__.partition(".")[0] == "torch":
        advice = ": use .detach().numpy()"
    return f"expected a Tensor, an array or a number; received {_kind(thing)} {shortened(thing)}{advice}"


def replacement(tensor, array):
    """Read what is assigned to `.data`: same shape, cast to the same dtype."""
    array = read(array)
    if array.shape != tensor.shape:
        raise ValueError(
            f"{named(tensor)} takes new data of shape {tensor.shape}; received shape {array.shape}: "
            "make a new Tensor for data of another shape"
        )
    return array.astype(tensor.dtype, copy=False)


def gradient(given, tensor, expected):
    """Read a gradient for `tensor`, of its shape and dtype."""
    array = read(getattr(given, "_data", given)).astype(tensor.dtype, copy=False)
    if array.shape != tensor.shape:
        raise ValueError(f"{expected}, {tensor.shape}; received shape {array.shape}")
    return array


def grad_set_by_hand(tensor):
    return (
        f"{named(tensor)} had its grad set to shape {np.shape(tensor.grad)}; expected an array of shape "
        f"{tensor.shape}, or None"
    )


# --- operations ---------------------------------------------------------------------------------------------


def explain(operation, arrays, settings, problem):
    """Say why `operation` could not take these arrays. Returns: an exception of the kind of `problem`."""
    shapes = " and ".join(str(array.shape) for array in arrays)
    given = [_setting(name, value) for name, value in settings.items() if value is not False]
    received = ", ".join([f"shape{'s' if len(arrays) > 1 else ''} {shapes}", *given])
    kind = next((kind for kind in (IndexError, TypeError) if isinstance(problem, kind)), ValueError)
    return kind(f"{operation.name} needs {operation.needs}; received {received}")


def _setting(name, value):
    if isinstance(value, np.ndarray) and value.dtype == bool:  # it is the shape that did not fit
        return f"{name} of shape {value.shape}"
    return f"{name}={shortened(value)}"


def comparison(a, b):
    return f"a comparison needs {BROADCAST}; received shapes {a.shape} and {b.shape}"


def ufunc(called):
    """Say what to write in place of NumPy's function."""
    name = {"absolute": "abs", "negative": "-x", "square": "x ** 2"}.get(called.__name__, called.__name__)
    write = name if "x" in name.split() or name == "-x" else f"x.{name}(...)"
    return (
        f"np.{called.__name__} works on arrays; for a Tensor write {write} where there is such an operation, "
        "or x.detach().numpy() to leave the graph"
    )


def affine(X, W, b):
    """Say which of the shapes of Z = XW + b does not fit."""
    received = f"received X {X.shape}, W {W.shape}, b {b.shape}"
    if W.ndim != 2:
        return f"affine needs weights W of shape (in, out); {received}"
    if X.shape[-1:] != W.shape[:1]:
        columns = X.shape[-1] if X.ndim else "no"
        unequal = f"but X has {columns} and W {W.shape[0]}"
        return f"affine needs one column of X for each row of W, {unequal}; {received}"
    return f"affine needs a bias b of shape ({W.shape[1]},), one for each column of W; {received}"


# --- graphs -------------------------------------------------------------------------------------------------


def no_graph(tensor):
    return (
        f"backward needs a result that depends on a Tensor with requires_grad=True; {named(tensor)} "
        "does not: were the parameters made with requires_grad=True, and was it computed outside no_grad()?"
    )


def released(node):
    return (
        f"the graph behind {named(node)} was let go by an earlier backward(): compute the result again, "
        "or call the first backward(retain_graph=True)"
    )


def stale(node, source):
    what = "its own result" if source is node else f"its input {named(source)}"
    return (
        f"{node.operation.name} needs {what} for the gradient, but that was changed in place after it was "
        "computed: run the forward pass again, then backward()"
    )


def changed_before_recomputing(tensor):
    return (
        f"checkpoint needs {named(tensor)} as it was, to compute again, but that was changed in place: "
        "run the forward pass again, then backward()"
    )


def leaf_in_place(tensor):
    return (
        f"{named(tensor)} requires a gradient and cannot be changed in place while the graph is recorded: "
        "update it inside `with no_grad():`"
    )


def assignment(tensor):
    return (
        f"entries of {named(tensor)} cannot be assigned while the graph is recorded: "
        "use where(...) or concatenate(...), or assign inside `with no_grad():`"
    )


# --- names --------------------------------------------------------------------------------------------------


def named(tensor):
    """Name a Tensor in a message: by its label, else by how it was made and its shape."""
    if tensor.label:
        return f"{tensor.label} {tensor.shape}"
    made = f"the result of {tensor.operation.name}" if tensor.operation else "a Tensor"
    return f"{made} of shape {tensor.shape}"


def _kind(thing):
    kind = type(thing)
    return kind.__name__ if kind.__module__ in ("builtins", "numpy") else f"{kind.__module__}.{kind.__name__}"


def shortened(thing):
    """Write anything in at most 60 characters."""
    text = " ".join(repr(thing).split())
    return text if len(text) <= 60 else text[:57] + "…"
