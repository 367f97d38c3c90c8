"""Modules: how they find their parameters, switch, save and load, and show themselves."""

import copy
import io
import pickle

import numpy as np
import pytest

from backprop_lib import Tensor, nn


def parameter(*shape):
    return Tensor(np.ones(shape), requires_grad=True)


class Network(nn.Module):
    """Parts of every kind: in lists, tuples and dicts, nested, shared, frozen, computed."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.hidden = [nn.Linear(2, 3, rng=rng), (nn.Tanh(), nn.Linear(3, 3, rng=rng))]
        self.heads = {"left": nn.Linear(3, 1, rng=rng)}
        self.again = self.hidden[0]
        self.gain = parameter(3)
        self.frozen = Tensor(np.ones(2))
        self.extras = [parameter(1), {"deep": parameter(4)}]
        self.twice = self.gain
        self.computed = self.gain * 2.0
        self.name, self.sizes, self.array = "network", [2, 3], np.ones(3)


NAMES = [
    "gain",
    "frozen",
    "extras.0",
    "extras.1.deep",
    "hidden.0.weight",
    "hidden.0.bias",
    "hidden.1.1.weight",
    "hidden.1.1.bias",
    "heads.left.weight",
    "heads.left.bias",
]


def small(seed=0):
    rng = np.random.default_rng(seed)
    return nn.Sequential(nn.Linear(2, 4, rng=rng), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1, rng=rng))


def states_equal(one, two):
    return one.keys() == two.keys() and all(np.array_equal(one[name], two[name]) for name in one)


# --- parameters ---------------------------------------------------------------------------------------------


def test_parameters_are_found_wherever_they_are_each_once_and_the_modules_own_first():
    model = Network()
    named = model.named_parameters()
    assert [name for name, _ in named] == NAMES
    assert [id(p) for p in model.parameters()] == [id(p) for _, p in named]
    assert dict(named)["hidden.1.1.weight"] is model.hidden[1][1].weight
    assert model.num_parameters() == 3 + 2 + 1 + 4 + (6 + 3) + (9 + 3) + (3 + 1)


def test_modules_are_found_each_once_from_the_outside_in():
    names = [name for name, _ in Network().named_modules()]
    assert names == ["", "hidden.0", "hidden.1.0", "hidden.1.1", "heads.left"]


def test_a_module_that_holds_itself_is_no_trap():
    model = small()
    model[0].parent = model
    assert len(model.modules()) == 5
    assert len(model.parameters()) == 6


def test_frozen_parameters_are_listed_and_saved_but_get_no_gradient():
    model = small()
    model[0].requires_grad_(False)
    model(np.ones((3, 2))).sum().backward()
    assert [p.grad is None for p in model.parameters()] == [True, True, False, False, False, False]
    assert "0.weight" in model.state_dict()
    assert model.requires_grad_() is model
    assert all(p.requires_grad for p in model.parameters())


def test_zero_grad_forgets_every_gradient():
    model = small()
    model(np.ones((3, 2))).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_a_module_needs_no_call_of_its_base():
    class Scale(nn.Module):
        def __init__(self):
            self.weight = parameter(1)

        def forward(self, x, y):
            return x * self.weight + y

    assert Scale()(Tensor([1.0]), Tensor([2.0])).item() == 3.0
    assert [name for name, _ in Scale().named_parameters()] == ["weight"]


def test_layers_name_their_parameters_for_messages():
    assert [p.label for p in small().parameters()] == ["weight", "bias"] * 3


# --- training and evaluation --------------------------------------------------------------------------------


def test_train_and_eval_reach_every_module():
    model = Network()
    assert all(module.training for module in model.modules())
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert model.train() is model
    assert all(module.training for module in model.modules())
    model.train(False)
    assert not any(module.training for module in model.modules())


# --- hooks --------------------------------------------------------------------------------------------------


def test_a_hook_sees_each_pass_until_it_is_removed():
    seen, layer, x = [], nn.Linear(2, 3), np.ones((4, 2))
    handle = layer.register_forward_hook(lambda *given: seen.append(given))
    out = nn.Sequential(layer)(x)
    ((module, inputs, output),) = seen
    assert module is layer
    assert output is out
    assert inputs[0].shape == (4, 2)
    handle.remove()
    handle.remove()
    layer(x)
    assert len(seen) == 1


def test_hooks_run_in_order_even_if_nobody_keeps_their_handles():
    seen, layer = [], nn.Identity()
    for i in range(3):
        layer.register_forward_hook(lambda module, inputs, output, i=i: seen.append(i))
    layer(np.ones(1))
    assert seen == [0, 1, 2]


def test_what_a_hook_returns_replaces_the_output_for_the_next_hook_too():
    layer = nn.Identity()
    for _ in range(2):
        layer.register_forward_hook(lambda module, inputs, output: output * 3.0)
    assert layer(np.ones(1)).item() == 9.0


@pytest.mark.parametrize("module", [nn.Linear(2, 3), nn.Sequential()])
def test_hooks_are_no_parts_of_the_module(module):
    before, probe = module.parameters(), nn.MSELoss()
    probe.weight = parameter(7)
    module.register_forward_hook(probe)
    assert module.parameters() == before
    assert module.modules() == [module]


# --- saving and loading -------------------------------------------------------------------------------------


def test_a_state_holds_copies_of_parameters_and_buffers():
    model = small()
    state = model.state_dict()
    assert set(state) == {
        *["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"],
        *["1.running_mean", "1.running_var"],
    }
    before = copy.deepcopy(state)
    model[0].weight.data += 1.0
    model(np.ones((3, 2)))
    assert states_equal(state, before)


def test_a_state_makes_another_model_the_same_through_a_file_too():
    model = small(1)
    model(np.random.default_rng(2).normal(size=(8, 2)))  # moves the running statistics
    file = io.BytesIO()
    np.savez(file, **model.state_dict())
    file.seek(0)
    for state in (model.state_dict(), np.load(file), {k: Tensor(v) for k, v in model.state_dict().items()}):
        other = small(3)
        kept = other.parameters()
        other.load_state_dict(state)
        assert states_equal(other.state_dict(), model.state_dict())
        assert all(a is b for a, b in zip(kept, other.parameters(), strict=True))  # optimisers hold them
        x = np.ones((2, 2))
        assert np.array_equal(other.eval()(x).data, model.eval()(x).data)
        model.train()


def test_loading_copies_and_keeps_the_models_dtype():
    model, state = nn.BatchNorm1d(2, dtype=np.float32), nn.BatchNorm1d(2).state_dict()
    model.load_state_dict(state)
    state["running_mean"] += 1.0
    assert {array.dtype for array in model.state_dict().values()} == {np.dtype(np.float32)}
    assert model.running_mean.tolist() == [0.0, 0.0]
    same = nn.BatchNorm1d(2)
    state = same.state_dict()
    same.load_state_dict(state)
    state["running_mean"] += 1.0
    state["weight"] += 1.0
    assert same.running_mean.tolist() == [0.0, 0.0]
    assert same.weight.tolist() == [1.0, 1.0]


def test_loading_between_forward_and_backward_is_noticed():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    loss = model(np.ones((1, 2))).sum()
    model.load_state_dict(model.state_dict())
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


@pytest.mark.parametrize(
    ("change", "kind", "pattern"),
    [
        (lambda s: s.pop("0.bias"), ValueError, r"Sequential; missing: 0\.bias$"),
        (lambda s: s.pop("1.running_var"), ValueError, r"missing: 1\.running_var$"),
        (lambda s: s.update(new=np.ones(1)), ValueError, r"unexpected: new$"),
        (lambda s: s.update({3: np.ones(1)}), ValueError, r"unexpected: 3$"),
        (
            lambda s: s.update({"0.weight": s["0.weight"].T}),
            ValueError,
            r"of another shape: 0\.weight has shape \(2, 4\), received \(4, 2\)$",
        ),
        (
            lambda s: s.update({"1.running_mean": np.ones(3)}),
            ValueError,
            r"of another shape: 1\.running_mean has shape \(4,\), received \(3,\)$",
        ),
        (
            lambda s: (s.pop("0.bias"), s.pop("3.bias"), s.update(a=1, b=2)),
            ValueError,
            r"missing: 0\.bias, 3\.bias; unexpected: a, b$",
        ),
        (lambda s: s.update({"3.bias": ["x"]}), TypeError, r"^load_state_dict, 3\.bias: expected real"),
        (lambda s: s.update({"3.bias": [[1.0], []]}), ValueError, r"^load_state_dict, 3\.bias: .*rows"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_nothing_is_loaded(change, kind, pattern):
    model = small(1)
    state = {name: array + 1.0 for name, array in model.state_dict().items()}
    change(state)
    before = model.state_dict()
    with pytest.raises(kind, match=pattern) as caught:
        model.load_state_dict(state)
    assert "\n" not in str(caught.value)
    assert states_equal(model.state_dict(), before)


def test_a_copied_or_pickled_model_learns_by_itself():
    nested = Network()
    del nested.computed  # a graph cannot be copied
    for model in (small(), nested):
        for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
            other.parameters()[0].data += 1.0
            assert not states_equal(other.state_dict(), model.state_dict())
            assert not {id(p) for p in other.parameters()} & {id(p) for p in model.parameters()}


# --- words --------------------------------------------------------------------------------------------------


def test_a_network_shows_its_parts():
    assert repr(Network()).splitlines() == [
        "Network(",
        "  (hidden.0): Linear(in_features=2, out_features=3, bias=True)",
        "  (hidden.1.0): Tanh()",
        "  (hidden.1.1): Linear(in_features=3, out_features=3, bias=True)",
        "  (heads.left): Linear(in_features=3, out_features=1, bias=True)",
        "  (again): Linear(in_features=2, out_features=3, bias=True)",
        ")",
    ]


# --- mistakes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "kind", "pattern"),
    [
        (lambda: nn.Module()(1), NotImplementedError, r"^Module needs a method forward\(self, x\)"),
        (lambda: small().train("yes"), TypeError, r"^train needs mode True or False; received 'yes'$"),
        (lambda: small().train(None), TypeError, r"^train needs .* received None$"),
        (lambda: small().register_forward_hook(3), TypeError, r"^a hook is a function; received 3$"),
        (lambda: small().load_state_dict([1]), TypeError, r"^load_state_dict needs .*; received list \[1\]$"),
        (lambda: small().load_state_dict(None), TypeError, r"received NoneType None$"),
    ],
)
def test_mistakes_are_refused_in_one_sentence(call, kind, pattern):
    with pytest.raises(kind, match=pattern) as caught:
        call()
    assert "\n" not in str(caught.value)
