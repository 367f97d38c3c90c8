"""Saved models: the same bits come back, and a file that does not fit changes nothing."""

import io
import os
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from backprop_lib import nn
from backprop_lib.engine.batched import Tensor
from backprop_lib.training.saving import load, save


def network(seed=0, hidden=4, dtype=np.float64):
    """A small network with running statistics that have moved."""
    rng = np.random.default_rng(seed)
    model = nn.Sequential(
        nn.Linear(3, hidden, rng=rng, dtype=dtype),
        nn.BatchNorm1d(hidden, dtype=dtype),
        nn.Tanh(),
        nn.Linear(hidden, 2, rng=rng, dtype=dtype),
    )
    model(rng.standard_normal((8, 3)).astype(dtype))
    return model


def bits(model):
    return {name: (array.dtype, array.shape, array.tobytes()) for name, array in model.state_dict().items()}


def npz(**arrays):
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def saved(tmp_path, model=None):
    save(model or network(), tmp_path / "model.npz")
    return (tmp_path / "model.npz").read_bytes()


# --- there and back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("as_path", [str, Path])
def test_parameters_and_buffers_come_back_bit_for_bit(tmp_path, dtype, as_path):
    trained, fresh = network(0, dtype=dtype), network(1, dtype=dtype)
    trained[0].weight.data[0, :3] = [-0.0, np.nextafter(1.0, 2.0), 1e-320 if dtype == np.float64 else 1e-42]
    assert set(bits(trained)) > {"0.weight", "1.running_mean", "1.running_var", "3.bias"}
    save(trained, as_path(tmp_path / "model.npz"))
    load(fresh, as_path(tmp_path / "model.npz"))
    assert bits(fresh) == bits(trained)


def test_infinite_numbers_and_nan_come_back(tmp_path):
    trained, fresh = network(0), network(1)
    trained[0].bias.data[:3] = [np.nan, np.inf, -np.inf]
    save(trained, tmp_path / "model.npz")
    load(fresh, tmp_path / "model.npz")
    assert bits(fresh) == bits(trained)


def test_the_file_has_the_name_that_was_given(tmp_path):
    for name in ("model", "model.npz", "model.weights", "model.npz.old"):
        save(network(), tmp_path / name)
        load(network(1), tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == ["model", "model.npz", "model.npz.old", "model.weights"]


def test_numpy_alone_can_read_it(tmp_path):
    model = network()
    save(model, tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as arrays:
        assert {name: arrays[name].tobytes() for name in arrays} == {
            name: array.tobytes() for name, array in model.state_dict().items()
        }


def test_what_numpy_saved_can_be_loaded(tmp_path):
    trained, fresh = network(0), network(1)
    for write in (np.savez, np.savez_compressed):
        write(tmp_path / "model.npz", **trained.state_dict())
        load(fresh, tmp_path / "model.npz")
        assert bits(fresh) == bits(trained)


class Awkward(nn.Module):
    """Names that are arguments of np.savez, or look like files and folders."""

    def __init__(self, value):
        self.file = Tensor([value], requires_grad=True)
        self.allow_pickle = Tensor([value + 1.0], requires_grad=True)
        self.by_name = {"a/b.npy": Tensor([value + 2.0]), "größe": Tensor([value + 3.0])}


def test_any_name_of_a_parameter_is_kept(tmp_path):
    trained, fresh = Awkward(1.0), Awkward(5.0)
    save(trained, tmp_path / "model.npz")
    load(fresh, tmp_path / "model.npz")
    assert bits(fresh) == bits(trained) and len(bits(fresh)) == 4


def test_the_same_parameters_give_the_same_bytes(tmp_path, monkeypatch):
    first = saved(tmp_path)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert saved(tmp_path) == first


def test_float32_and_float64_are_converted(tmp_path):
    wide, narrow = network(0), network(1, dtype=np.float32)
    saved(tmp_path, wide)
    load(narrow, tmp_path / "model.npz")
    for name, array in narrow.state_dict().items():
        assert array.dtype == np.float32
        assert np.array_equal(array, wide.state_dict()[name].astype(np.float32))
    saved(tmp_path, narrow)
    load(wide, tmp_path / "model.npz")
    assert all(array.dtype == np.float64 for array in wide.state_dict().values())
    assert all(np.array_equal(a, narrow.state_dict()[name]) for name, a in wide.state_dict().items())


def test_loading_goes_through_the_parameters_that_an_optimiser_holds(tmp_path):
    model = network(1)
    parameters = model.parameters()
    saved(tmp_path)
    load(model, tmp_path / "model.npz")
    assert all(a is b for a, b in zip(model.parameters(), parameters, strict=True))
    assert all(parameter.requires_grad for parameter in parameters)


# --- writing in one step ------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["os.fsync", "os.replace"])
def test_a_failing_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    old = saved(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, full)
    with pytest.raises(OSError, match=r"save cannot write '.*model\.npz': No space left on device$"):
        save(network(5), tmp_path / "model.npz")
    assert os.listdir(tmp_path) == ["model.npz"]
    assert (tmp_path / "model.npz").read_bytes() == old


def test_ctrl_c_while_writing_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    old = saved(tmp_path)

    def pressed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", pressed)
    with pytest.raises(KeyboardInterrupt):
        save(network(5), tmp_path / "model.npz")
    assert os.listdir(tmp_path) == ["model.npz"]
    assert (tmp_path / "model.npz").read_bytes() == old


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link.npz").symlink_to(tmp_path / "model.npz")
    save(network(), tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink() and not (tmp_path / "model.npz").is_symlink()
    load(network(1), tmp_path / "link.npz")


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_others_may_read_it_as_any_new_file(tmp_path):
    (tmp_path / "any").write_text("")
    save(network(), tmp_path / "model.npz")
    assert stat.S_IMODE(os.stat(tmp_path / "model.npz").st_mode) == stat.S_IMODE(
        os.stat(tmp_path / "any").st_mode
    )


# --- refusals -----------------------------------------------------------------------------------------------


def state(**changed):
    arrays = {**network().state_dict(), **changed}
    return {name: array for name, array in arrays.items() if array is not None}


def objects():
    content = io.BytesIO()
    np.savez(content, **state(**{"0.bias": np.array([{}, [], None, print], object)}))
    return content.getvalue()


def with_entry(name, content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def nested():
    return with_entry("0.weight.npy", npz(a=np.zeros(3)))


FILES = {
    "empty": (lambda: b"", "is not a saved model"),
    "a text": (lambda: b"weights: 1 2 3\n", "is not a saved model"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "is not a saved model"),
    "a single array": (lambda: b"\x93NUMPY\x01\x00" + bytes(80), "is not a saved model"),
    "a pickle": (lambda: b"\x80\x04\x95\x00\x00\x00.", "is not a saved model"),
    "only the beginning": (lambda: npz(**state())[:700], "is damaged"),
    "a zip of something else": (lambda: with_entry("readme.txt", "hello"), "is damaged at readme.txt"),
    "a zip in a zip": (nested, "is damaged at 0.weight.npy"),
    "objects": (objects, "is damaged at 0.bias.npy, or holds something other than numbers"),
    "no arrays": (lambda: npz(), "missing: 0.weight, 0.bias"),
    "a name too few": (lambda: npz(**state(**{"3.bias": None})), "missing: 3.bias"),
    "a name too many": (lambda: npz(**state(extra=np.zeros(3))), "unexpected: extra"),
    "another shape": (
        lambda: npz(**state(**{"0.weight": np.zeros((3, 5))})),
        r"0.weight has shape \(3, 4\), received \(3, 5\)",
    ),
    "the transpose": (
        lambda: npz(**state(**{"0.weight": np.zeros((4, 3))})),
        r"0.weight has shape \(3, 4\), received \(4, 3\)",
    ),
    "a buffer of another shape": (
        lambda: npz(**state(**{"1.running_var": np.ones(5)})),
        r"1.running_var has shape \(4,\), received \(5,\)",
    ),
    "complex numbers": (lambda: npz(**state(**{"0.bias": np.zeros(4, complex)})), "0.bias: .*complex128"),
    "words": (lambda: npz(**state(**{"0.bias": np.array(list("abcd"))})), "0.bias: .*<U1"),
}


@pytest.mark.parametrize("content, words", FILES.values(), ids=FILES)
def test_a_file_that_does_not_fit_is_refused_and_nothing_changes(tmp_path, content, words):
    path = tmp_path / "model.npz"
    path.write_bytes(content())
    model = network(1)
    before = bits(model)
    with pytest.raises(ValueError, match=words) as caught:
        load(model, path)
    assert bits(model) == before
    assert "model.npz" in str(caught.value) and "\n" not in str(caught.value)


def test_a_model_built_otherwise_says_which_shapes(tmp_path):
    saved(tmp_path)
    model = network(1, hidden=6)
    before = bits(model)
    with pytest.raises(
        ValueError, match=r"does not fit this Sequential: .*0.bias has shape \(6,\), received \(4,\)"
    ):
        load(model, tmp_path / "model.npz")
    assert bits(model) == before


def test_no_damage_goes_unnoticed(tmp_path):
    """Cut the file anywhere, or change any byte of it: an error, or the numbers that were saved."""
    trained, model = network(0), network(1)
    content, before = saved(tmp_path, trained), bits(model)
    damaged = [content[:length] for length in range(0, len(content), 7)]
    for place in range(0, len(content), 3):
        damaged.append(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
    refused = 0
    for attempt in damaged:
        (tmp_path / "damaged.npz").write_bytes(attempt)
        try:
            load(model, tmp_path / "damaged.npz")
        except ValueError:
            refused += 1
            assert bits(model) == before
        else:
            assert bits(model) == bits(trained)
            model = network(1)
    assert refused > 0.5 * len(damaged)


CALLS = {
    "no model to save": (
        lambda f: save({"w": 1}, f / "a"),
        TypeError,
        "save needs an nn.Module and a path.*dict",
    ),
    "the path first": (lambda f: save(f / "a", network()), TypeError, "in this order"),
    "no path": (
        lambda f: save(network(), 3),
        TypeError,
        "save needs a path, such as 'model.npz'; received int 3",
    ),
    "no folder": (lambda f: save(network(), f / "no" / "a"), FileNotFoundError, "there is no folder '.*no'"),
    "a folder to save to": (lambda f: save(network(), f), OSError, "is there already, and is not a file"),
    "a device": (lambda f: save(network(), os.devnull), OSError, "is not a file"),
    "no model to load": (
        lambda f: load(None, f / "a"),
        TypeError,
        "load needs an nn.Module and a path.*NoneType",
    ),
    "no file": (
        lambda f: load(network(), f / "a"),
        FileNotFoundError,
        "found no file '.*a': give the exact name",
    ),
    "a folder to load": (lambda f: load(network(), f), OSError, "load cannot read '.*': "),
}


@pytest.mark.parametrize("call, kind, words", CALLS.values(), ids=CALLS)
def test_bad_calls_get_one_clear_sentence_and_write_nothing(tmp_path, call, kind, words):
    with pytest.raises(kind, match=words) as caught:
        call(tmp_path)
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == []
