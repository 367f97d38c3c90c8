"""What the batched engine says to bad input: what was expected, what came, and what to do."""

import numpy as np

# --- reading data -------------------------------------------------------------------------------------------


def read(data):
    """Copy `data` into a new float64 or float32 array. Raises TypeError, ValueError."""
    if hasattr(data, "_pull_backs"):
        raise TypeError(
            f"expected numbers; received {named(data)}, a Tensor already: use it as it is, or .detach()"
        )
    if isinstance(data, list | tuple) and any(hasattr(part, "_pull_backs") for part in data):
        raise TypeError(
            "expected numbers; received a list of Tensors: join them with stack(...) or concatenate(...)"
        )
    try:
        array = np.array(data)
    except ValueError:
        raise ValueError(
            f"expected numbers in rows of equal length; received rows that differ: {shortened(data)}"
        ) from None
    return floats(array)


def floats(array):
    """Give real numbers as float64 or float32. Raises TypeError for anything else."""
    if array.dtype == np.float64 or array.dtype == np.float32:
        return array
    if array.dtype == np.float16 or array.dtype.kind in "biu":
        return array.astype(np.float64)
    kind = "None and other objects" if array.dtype.kind == "O" else f"dtype {array.dtype}"
    raise TypeError(
        f"expected real numbers; received {kind} in an array of shape {array.shape}: {shortened(array)}"
    )


def no_operand(thing):
    """Say that `thing` can be no operand of a Tensor."""
    advice = ": wrap it in Tensor(...)" if isinstance(thing, list | tuple) else ""
    return (
        f"expected a Tensor, an array or a number; received {type(thing).__name__} {shortened(thing)}{advice}"
    )


def replacement(tensor, array):
    """Read what is assigned to `.data`: same shape, cast to the same dtype."""
    array = read(array)
    if array.shape != tensor.shape:
        raise ValueError(
            f"{named(tensor)} takes new data of shape {tensor.shape}; received shape {array.shape}: "
            "make a new Tensor for data of another shape"
        )
    return array.astype(tensor.dtype, copy=False)


def gradient(given, tensor):
    """Read the gradient that a backward pass starts with."""
    array = read(getattr(given, "_data", given)).astype(tensor.dtype, copy=False)
    if array.shape != tensor.shape:
        raise ValueError(
            f"backward needs a gradient of its Tensor's shape, {tensor.shape}; received shape {array.shape}"
        )
    return array


# --- operations ---------------------------------------------------------------------------------------------


def explain(operation, arrays, settings, problem):
    """Say why `operation` could not take these arrays. Returns: an exception of the kind of `problem`."""
    shapes = " and ".join(str(array.shape) for array in arrays)
    given = [f"{name}={shortened(value)}" for name, value in settings.items() if value is not False]
    received = ", ".join([f"shape{'s' if len(arrays) > 1 else ''} {shapes}", *given])
    kind = next((kind for kind in (IndexError, TypeError) if isinstance(problem, kind)), ValueError)
    return kind(f"{operation.name} needs {operation.needs}; received {received}")


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


def shortened(thing):
    """Write anything in at most 60 characters."""
    text = " ".join(repr(thing).split())
    return text if len(text) <= 60 else text[:57] + "…"
