"""Keep a trained model in a file: its parameters and buffers by name, as plain arrays."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np

from backprop_lib.nn.module import Module

SUFFIX = ".npy"  # of each array inside the file, as NumPy writes them


def save(model, path):
    """Write the parameters and buffers of a model to a file, for `load`.

    model: an `nn.Module`; what is saved is its `state_dict()`, not how it is built.  path: a str or Path. The
    file gets this name and no other: nothing is appended. `.npz` is usual; `np.load` reads it, too.

    The new file takes the place of an old one in one step: if writing fails, the old one is still whole. The
    same parameters give the same bytes.

    Raises: TypeError for what is no model or no path; OSError when the file cannot be written.

    >>> import tempfile
    >>> from backprop_lib import nn
    >>> trained, fresh = nn.Linear(2, 3), nn.Linear(2, 3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(trained, f"{folder}/model.npz")
    ...     load(fresh, f"{folder}/model.npz")
    >>> bool((trained.weight == fresh.weight).all())
    True
    """
    model, path = _read_arguments("save", model, path)
    content = io.BytesIO()
    # Not np.savez: it appends .npz, and a parameter named "file" is an argument to it.
    with zipfile.ZipFile(content, "w") as archive:
        for name, array in model.state_dict().items():
            entry = io.BytesIO()
            np.save(entry, array, allow_pickle=False)
            # A ZipInfo has a fixed date.
            archive.writestr(zipfile.ZipInfo(name + SUFFIX), entry.getvalue())
    _replace(path, content.getvalue())


def load(model, path):
    """Bring a model's parameters and buffers back from a file that `save` wrote.

    model: an `nn.Module` built like the one that was saved.  path: a str or Path, the exact name of the file.

    float32 and float64 are converted into what the model has, as by `load_state_dict`. Nothing in the file is
    ever run: it can hold arrays of numbers only.

    Raises: FileNotFoundError, OSError when the file cannot be read; ValueError when it is damaged or not a
    saved model, and for names or shapes other than the model's. Then nothing has changed.
    """
    model, path = _read_arguments("load", model, path)
    if not path.exists():
        raise FileNotFoundError(
            f"load found no file {str(path)!r}: give the exact name that was saved, suffix too"
        )
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise type(problem)(f"load cannot read {str(path)!r}: {problem.strerror}") from None
    state = _read_state(content, path)
    try:
        model.load_state_dict(state)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"{str(path)!r} does not fit this {type(model).__name__}: {problem}") from None


def _read_state(content, path):
    """Read {name: array} from the bytes of a file. Raises ValueError."""
    if not content.startswith(b"PK"):
        raise ValueError(
            f"{str(path)!r} is not a saved model: load needs a file that save(model, path) wrote"
        )
    state, name = {}, ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                # Read whole, so that its checksum is compared, before any of it is understood.
                entry = io.BytesIO(archive.read(name))
                state[name.removesuffix(SUFFIX)] = np.lib.format.read_array(entry, allow_pickle=False)
    except Exception:  # whatever damage makes zipfile or NumPy raise
        where = f" at {name}" if name else ""
        raise ValueError(
            f"{str(path)!r} is damaged{where}, or holds something other than numbers: save the model again"
        ) from None
    return state


def _replace(path, content):
    """Put `content` into the file in one step: whoever reads it finds the old or the new one, never half."""
    target = Path(os.path.realpath(path))  # a link stays a link
    if os.path.lexists(target) and not target.is_file():
        raise OSError(f"save cannot write {str(path)!r}: it is there already, and is not a file")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"save cannot write {str(path)!r}: there is no folder {str(path.parent)!r}")
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        try:
            with open(temporary, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # a full disk says so here, while the old file is still there
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as problem:
        raise type(problem)(f"save cannot write {str(path)!r}: {problem.strerror}") from None


def _read_arguments(reader, model, path):
    if not isinstance(model, Module):
        raise TypeError(
            f"{reader} needs an nn.Module and a path, in this order; received {type(model).__name__}"
        )
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"{reader} needs a path, such as 'model.npz'; received {type(path).__name__} {path!r}"
        )
    return model, Path(path)
