"""Data sets: what is drawn, how it is labelled, and the digits as they were published."""

import gzip
import hashlib
import math
import re
import zipfile
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.training import data
from backprop_lib.training.data import circle, digits, moons, spirals, split, xor
from tools import make_digits

DRAWN = {
    "moons": moons,
    "circle": circle,
    "spirals": spirals,
    "two spirals": lambda *args, **named: spirals(*args, classes=2, **named),
}
COUNTS = st.integers(1, 80)
SEEDS = st.integers(0, 2**32 - 1)


def accuracy_of_a_line(X, y):
    """How many of two classes the line that least squares finds has on their side."""
    columns = np.column_stack([X, np.ones(len(X))])
    weights, *_ = np.linalg.lstsq(columns, 2.0 * y - 1.0, rcond=None)
    return ((columns @ weights > 0) == (y == 1)).mean()


# --- all of them --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*DRAWN, "xor", "digits"])
def test_labels_keep_the_one_convention(name):
    X, y = DRAWN[name](60) if name in DRAWN else getattr(data, name)()
    assert X.dtype == np.float64
    assert X.flags.c_contiguous
    if name in ("spirals", "digits"):
        assert y.shape == (len(X),)
        assert y.dtype == np.int64
        assert set(y) == set(range(y.max() + 1))
    else:
        assert y.shape == (len(X), 1)
        assert y.dtype == np.float64
        assert set(y.ravel()) == {0.0, 1.0}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_the_same_state_draws_the_same_data_and_moves_on(name, make):
    one, two = make(6), make(6)
    first = DRAWN[name](50, rng=one)
    assert [a.tobytes() for a in first] == [a.tobytes() for a in DRAWN[name](50, rng=two)]
    assert first[0].tobytes() != DRAWN[name](50, rng=one)[0].tobytes()


@pytest.mark.parametrize("name", DRAWN)
def test_without_an_rng_the_data_are_the_same_each_time(name):
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    one, two = DRAWN[name](50), DRAWN[name](50)
    assert [a.tobytes() for a in one] == [a.tobytes() for a in two]
    assert np.random.random() == expected


@pytest.mark.parametrize("name", ["xor", "digits"])
def test_each_call_gives_arrays_of_its_own(name):
    function = getattr(data, name)
    for array in function():
        array += 1
    assert function()[0].max() == 1.0


@pytest.mark.parametrize("name", DRAWN)
@given(COUNTS)
def test_as_many_samples_are_drawn_as_asked_for(name, count):
    X, y = DRAWN[name](count)
    assert X.shape == (count, 2)
    assert len(y) == count


# --- points in the plane ------------------------------------------------------------------------------------


def test_xor_is_1_where_the_inputs_differ():
    X, y = xor()
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == [[float(a != b)] for a, b in X]


def test_the_best_linear_model_of_xor_says_a_half_to_everything():
    X, y = xor()
    columns = np.column_stack([X, np.ones(4)])
    weights, *_ = np.linalg.lstsq(columns, y, rcond=None)
    assert columns @ weights == pytest.approx(np.full((4, 1), 0.5), abs=1e-12)


@given(COUNTS, SEEDS)
def test_circle_labels_are_1_exactly_outside_the_radius(count, seed):
    X, y = circle(count, rng=np.random.default_rng(seed))
    assert [label == 1.0 for (label,) in y] == [math.hypot(a, b) > 1.0 for a, b in X]


def test_circle_points_are_those_of_the_standard_normal_distribution():
    assert (circle(200, rng=np.random.RandomState(0))[0] == np.random.RandomState(0).randn(200, 2)).all()
    _, y = circle(100_000)
    share = math.exp(-0.5)
    assert y.mean() == pytest.approx(share, rel=0, abs=4 * math.sqrt(share * (1 - share) / 100_000))


@given(COUNTS, SEEDS)
def test_moons_without_noise_lie_on_their_half_circles(count, seed):
    X, y = moons(count, noise=0.0, rng=np.random.default_rng(seed))
    lower = y[:, 0] == 1
    assert np.hypot(*X[~lower].T) == pytest.approx(1.0, abs=1e-12)
    assert np.hypot(*(X[lower] - [1.0, 0.5]).T) == pytest.approx(1.0, abs=1e-12)
    assert (X[~lower, 1] >= 0).all()
    assert (X[lower, 1] <= 0.5).all()


@given(COUNTS, SEEDS, st.integers(2, 5), st.floats(-3, 3))
def test_spirals_without_noise_tell_their_class_by_angle_and_radius(count, seed, classes, turns):
    X, y = spirals(count, classes, noise=0.0, turns=turns, rng=np.random.default_rng(seed))
    radius = np.hypot(*X.T)
    assert ((radius >= 0.2 - 1e-12) & (radius <= 1.0 + 1e-12)).all()
    arm = classes * (np.arctan2(X[:, 1], X[:, 0]) / (2 * math.pi) - turns * radius)
    assert arm == pytest.approx(np.round(arm), abs=1e-9)
    assert (np.round(arm) % classes == y.ravel()).all()


@pytest.mark.parametrize("name", ["moons", "spirals", "two spirals"])
@given(COUNTS)
def test_classes_take_turns_and_so_are_balanced(name, count):
    y = DRAWN[name](count)[1].ravel()
    classes = 3 if name == "spirals" else 2
    assert y.tolist() == [i % classes for i in range(count)]


@pytest.mark.parametrize("name", ["moons", "spirals", "two spirals"])
def test_noise_moves_the_same_points_further_with_the_spread_asked_for(name):
    clean, some, more = (DRAWN[name](20_000, noise=noise)[0] for noise in (0.0, 0.1, 0.3))
    assert more - clean == pytest.approx(3.0 * (some - clean), abs=1e-12)
    # Four standard errors of a standard deviation and of a mean, from 40 000 normal numbers.
    assert (some - clean).std() == pytest.approx(0.1, rel=4 / math.sqrt(80_000))
    assert (some - clean).mean() == pytest.approx(0.0, abs=4 * 0.1 / math.sqrt(40_000))


@pytest.mark.parametrize("name", DRAWN)
def test_a_line_is_not_enough_but_the_nearest_neighbour_nearly_is(name):
    X, y = DRAWN[name](600)
    y = y.ravel()
    assert accuracy_of_a_line(X, (y == 1).astype(float)) < 0.9
    distances = np.hypot(X[:, None, 0] - X[:, 0], X[:, None, 1] - X[:, 1]) + np.diag(np.full(600, np.inf))
    assert (y[distances.argmin(axis=1)] == y).mean() > 0.93


# --- digits -------------------------------------------------------------------------------------------------


def test_the_digits_are_1797_images_of_64_pixels_in_17_shades():
    X, y = digits()
    assert X.shape == (1797, 64)
    assert np.unique(X).tolist() == [i / 16 for i in range(17)]
    assert y.shape == (1797,)


def test_each_digit_is_there_as_often_as_published():
    assert np.bincount(digits()[1]).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_digits_are_those_of_the_source_byte_for_byte():
    X, y = digits()
    rows = np.column_stack([16 * X, y]).astype(np.uint8)
    csv = "".join(",".join(map(str, row)) + "\n" for row in rows.tolist())
    assert (
        hashlib.sha256(csv.encode()).hexdigest()
        == "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"
    )


def test_the_first_image_is_an_upright_0():
    X, y = digits()
    assert y[0] == 0
    assert (16 * X[0].reshape(8, 8)).astype(int).tolist() == [
        [0, 0, 5, 13, 9, 1, 0, 0],
        [0, 0, 13, 15, 10, 15, 5, 0],
        [0, 3, 15, 2, 0, 11, 8, 0],
        [0, 4, 12, 0, 0, 8, 8, 0],
        [0, 5, 8, 0, 0, 9, 8, 0],
        [0, 4, 11, 0, 1, 12, 7, 0],
        [0, 2, 14, 5, 10, 12, 0, 0],
        [0, 0, 6, 13, 10, 0, 0, 0],
    ]


def test_authors_and_licence_stand_beside_the_data():
    text = data.DIGITS.with_suffix(".txt").read_text(encoding="utf-8")
    for words in ("Alpaydin", "Kaynak", "10.24432/C50P49", "CC BY 4.0", "changed"):
        assert words in text


def test_the_file_is_made_again_from_such_a_wheel(tmp_path, capsys):
    X, y = digits()
    csv = "".join(",".join(map(str, row)) + "\n" for row in np.column_stack([16 * X, y]).tolist())
    wheel, target = tmp_path / "scikit_learn.whl", tmp_path / "digits.npz"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(make_digits.CSV, gzip.compress(csv.encode()))
    make_digits.main(wheel, target)
    assert "1797 images" in capsys.readouterr().out
    with np.load(target) as made, np.load(data.DIGITS) as shipped:
        assert sorted(made) == sorted(shipped) == ["labels", "pixels"]
        for name in shipped:
            assert made[name].dtype == shipped[name].dtype == np.uint8
            assert (made[name] == shipped[name]).all()


SHIPPED = data.DIGITS.read_bytes()
DAMAGES = {
    "empty": b"",
    "cut off": SHIPPED[:20_000],
    "one bit": SHIPPED[:30_000] + bytes([SHIPPED[30_000] ^ 1]) + SHIPPED[30_001:],
    "another file": b"<!doctype html>",
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_digits_are_refused_in_one_sentence(name, tmp_path, monkeypatch):
    monkeypatch.setattr(data, "DIGITS", tmp_path / "digits.npz")
    data.DIGITS.write_bytes(DAMAGES[name])
    with pytest.raises(
        OSError, match=r"^the handwritten digits .*digits\.npz is damaged: install backprop_lib again$"
    ):
        digits()


def test_missing_digits_are_refused_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "DIGITS", tmp_path / "digits.npz")
    with pytest.raises(
        OSError, match=r"digits\.npz cannot be read: install .* \(FileNotFoundError\)$"
    ) as caught:
        digits()
    assert "\n" not in str(caught.value)


# --- split --------------------------------------------------------------------------------------------------


@given(st.integers(2, 80), st.floats(0.01, 0.99), SEEDS, st.integers(1, 4))
def test_each_sample_is_in_one_part_with_its_own_label(count, share, seed, classes):
    expected = math.floor(count * share + 0.5)
    if not 0 < expected < count:
        return
    rng = np.random.default_rng(seed)
    y = rng.integers(classes, size=count)
    X = np.column_stack([np.arange(count), y])
    (X_train, y_train), (X_test, y_test) = split(X, y, share, rng)
    assert len(X_test) == len(y_test) == expected
    assert sorted([*X_train[:, 0], *X_test[:, 0]]) == list(range(count))
    assert (X_train[:, 1] == y_train).all()
    assert (X_test[:, 1] == y_test).all()
    for kind in range(classes):
        assert abs((y_test == kind).sum() - share * (y == kind).sum()) <= 1.0 + 1e-9


def test_both_parts_are_in_random_order():
    X = np.arange(1000)
    (train, _), (test, _) = split(X, X // 250, test_share=0.5, rng=np.random.default_rng(0))
    for part in (train, test):
        rising = sum(a < b for a, b in pairwise(part))
        # A shuffled row of n rises n/2 times, with a standard deviation of √(n/12).
        assert rising == pytest.approx(len(part) / 2, abs=4 * math.sqrt(len(part) / 12))


def test_the_same_state_splits_alike_and_moves_on():
    X, y = moons(50)
    one, two = np.random.default_rng(3), np.random.default_rng(3)
    (first, _), _ = split(X, y, rng=one)
    assert (first == split(X, y, rng=two)[0][0]).all()
    assert (first != split(X, y, rng=one)[0][0]).any()
    assert (split(X, y)[0][0] == split(X, y)[0][0]).all()


def test_labels_in_a_column_and_one_hot_are_split_by_class_too():
    kinds = np.arange(40) % 4
    for y in (kinds[:, None], np.eye(4)[kinds]):
        _, (X_test, y_test) = split(np.arange(40), y, test_share=0.3)
        assert np.bincount(X_test % 4).tolist() == [3, 3, 3, 3]
        assert y_test.shape == (12, *y.shape[1:])


def test_the_parts_are_copies():
    X, y = np.zeros((10, 2)), np.zeros(10)
    for part in split(X, y):
        for array in part:
            array += 1.0
    assert not X.any()
    assert not y.any()


# --- mistakes -----------------------------------------------------------------------------------------------

X, Y = np.zeros((6, 2)), np.zeros(6)
MISTAKES = {
    "no moons": (lambda: moons(0), ValueError, "moons' count .*1 or more; received 0"),
    "half a point": (lambda: circle(2.5), TypeError, "circle's count .*whole number.*received 2.5"),
    "a count in words": (lambda: spirals("many"), TypeError, "spirals' count .*received 'many'"),
    "noise below 0": (lambda: moons(10, noise=-0.1), ValueError, "moons' noise .*0 or more; received -0.1"),
    "noise NaN": (lambda: spirals(10, noise=math.nan), ValueError, "spirals' noise .*received nan"),
    "noise in words": (lambda: moons(10, noise="0.1"), TypeError, "moons' noise .*'0.1'"),
    "one arm": (lambda: spirals(10, classes=1), ValueError, "spirals' classes .*2 or more; received 1"),
    "turns without end": (lambda: spirals(10, turns=math.inf), ValueError, "turns .*finite.*received inf"),
    "a seed for an rng": (lambda: moons(10, rng=42), TypeError, "rng .*default_rng(0); received 42"),
    "NumPy's global state": (lambda: circle(10, rng=np.random), TypeError, "rng .*received <module"),
    "rows that do not match": (
        lambda: split(X, Y[:5]),
        ValueError,
        "split .*received 6 and 5 rows, in X of shape (6, 2) and y of shape (5,)",
    ),
    "a share in percent": (
        lambda: split(X, Y, 20),
        ValueError,
        "test_share .*above 0 and below 1; received 20",
    ),
    "nothing to test on": (
        lambda: split(X, Y, 0.05),
        ValueError,
        "received 6 with test_share=0.05.* 0 to test",
    ),
    "nothing to train on": (lambda: split(X, Y, 0.95), ValueError, "gives 0 to train on and 6 to test on"),
    "no samples": (lambda: split(X[:0], Y[:0]), ValueError, "received 0 with test_share=0.2"),
    "a seed for the split": (lambda: split(X, Y, rng=42), TypeError, "rng .*received 42"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_one_clear_sentence(name):
    mistake, kind, words = MISTAKES[name]
    with pytest.raises(kind, match=re.sub(r"[()\[\]]", r"\\\g<0>", words)) as caught:
        mistake()
    assert "\n" not in str(caught.value)
