"""Networks of neurons on the scalar engine."""

import copy
import random

import pytest

from backprop_lib.engine.graph import topological_order
from backprop_lib.engine.scalar import Value
from backprop_lib.nn.neurons import MLP, Layer, Module, Neuron

# --- shapes -------------------------------------------------------------------------------------------------


def test_a_layer_answers_with_one_value_for_each_neuron():
    out = Layer(2, 3)([0.5, -1.0])
    assert [type(value) for value in out] == [Value] * 3


def test_a_layer_of_one_neuron_answers_without_a_list():
    assert type(Layer(2, 1)([0.5, -1.0])) is Value
    assert type(MLP(2, [4, 1])([0.5, -1.0])) is Value
    assert len(MLP(2, [4, 2])([0.5, -1.0])) == 2


@pytest.mark.parametrize(("nin", "nouts"), [(2, [16, 16, 1]), (3, [1]), (5, [4, 3, 2])])
def test_each_neuron_has_a_weight_for_each_input_and_a_bias(nin, nouts):
    model = MLP(nin, nouts)
    sizes = [nin, *nouts]
    assert len(model.parameters()) == sum((a + 1) * b for a, b in zip(sizes, nouts, strict=False))
    assert len(set(model.parameters())) == len(model.parameters())
    assert all(not p.parents for p in model.parameters())
    for layer, expected in zip(model.layers, sizes, strict=False):
        assert all(len(neuron.w) == expected for neuron in layer.neurons)
        assert layer.parameters() == [p for neuron in layer.neurons for p in [*neuron.w, neuron.b]]


def test_all_layers_but_the_last_have_a_relu():
    model = MLP(2, [3, 3, 1])
    assert [[neuron.nonlin for neuron in layer.neurons] for layer in model.layers] == [
        [True] * 3,
        [True] * 3,
        [False],
    ]


def test_a_neuron_is_one_affine_node_and_one_activation():
    neuron = Neuron(3)
    out = neuron([1.0, 2.0, 3.0])
    assert out.operation.name == "relu"
    (z,) = out.parents
    assert z.operation.name == "affine"
    assert z.parents[:3] == tuple(neuron.w)
    assert z.parents[-1] is neuron.b
    assert len(topological_order(out)) == 3 + 3 + 1 + 2
    assert Neuron(3, nonlin=False)([1.0, 2.0, 3.0]).operation.name == "affine"


def test_inputs_that_are_values_stay_in_the_graph():
    inputs = [Value(0.5), Value(-1.0)]
    MLP(2, [4, 1])(inputs).backward()
    assert all(value.grad for value in inputs)


def test_a_model_without_parameters_is_a_model():
    assert Module().parameters() == []
    Module().zero_grad()


def test_zero_grad_sets_each_parameter_back():
    model = MLP(2, [4, 1])
    model([0.5, -1.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 17


def test_repr_names_every_neuron():
    assert repr(Neuron(2)) == "ReLUNeuron(2)"
    assert repr(Neuron(2, nonlin=False)) == "LinearNeuron(2)"
    assert repr(Layer(2, 2)) == "Layer of [ReLUNeuron(2), ReLUNeuron(2)]"
    assert repr(MLP(2, [2, 1])) == (
        "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]"
    )


# --- random weights -----------------------------------------------------------------------------------------


def numbers(model):
    return [p.data for p in model.parameters()]


def test_the_same_rng_makes_the_same_model():
    one, two = (MLP(2, [3, 1], rng=random.Random(5)) for _ in range(2))
    assert numbers(one) == numbers(two)
    assert numbers(one) != numbers(MLP(2, [3, 1], rng=random.Random(6)))
    assert numbers(MLP(2, [3, 1])) == numbers(MLP(2, [3, 1]))


def test_neurons_of_one_model_differ():
    weights = [w.data for layer in MLP(4, [4, 4]).layers for neuron in layer.neurons for w in neuron.w]
    assert len(set(weights)) == len(weights) == 32


def test_weights_lie_between_minus_1_and_1_and_biases_are_0():
    layer = Layer(50, 20)
    weights = [w.data for neuron in layer.neurons for w in neuron.w]
    assert all(-1.0 <= w <= 1.0 for w in weights)
    assert min(weights) < -0.9
    assert max(weights) > 0.9
    assert [neuron.b.data for neuron in layer.neurons] == [0.0] * 20


def test_making_a_model_leaves_the_global_random_state_alone():
    random.seed(1)
    expected = random.random()
    random.seed(1)
    MLP(2, [3, 1])
    assert random.random() == expected


def test_a_copied_model_learns_by_itself():
    model = MLP(2, [3, 1])
    twin = copy.deepcopy(model)
    twin.parameters()[0].data += 1.0
    twin([1.0, 2.0]).backward()
    assert numbers(model) != numbers(twin)
    assert not any(p.grad for p in model.parameters())


# --- mistakes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda: Neuron(3), lambda: Layer(3, 2), lambda: MLP(3, [2, 1])])
@pytest.mark.parametrize("count", [0, 2, 4])
def test_another_number_of_inputs_is_refused_in_one_sentence(make, count):
    with pytest.raises(ValueError, match=rf"^.*needs one input for each weight.*3 weights, {count} inputs$"):
        make()([1.0] * count)


def test_an_input_that_is_no_number_is_refused():
    with pytest.raises(TypeError, match=r"needs one plain number; received str 'a'"):
        Neuron(2)([1.0, "a"])


# --- against torch ------------------------------------------------------------------------------------------


@pytest.mark.needs("torch")
@pytest.mark.parametrize(("nin", "nouts"), [(2, [16, 16, 1]), (4, [3]), (3, [5, 2])])
def test_values_and_gradients_are_those_of_torch(nin, nouts):
    import torch

    model = MLP(nin, nouts, rng=random.Random(3))
    parts = []
    for layer in model.layers:
        linear = torch.nn.Linear(len(layer.neurons[0].w), len(layer.neurons), dtype=torch.float64)
        with torch.no_grad():
            for i, neuron in enumerate(layer.neurons):
                linear.weight[i] = torch.tensor([w.data for w in neuron.w], dtype=torch.float64)
                linear.bias[i] = neuron.b.data
        parts += [linear, torch.nn.ReLU()]
    network = torch.nn.Sequential(*parts[:-1])

    rng = random.Random(4)
    rows = [[rng.uniform(-2, 2) for _ in range(nin)] for _ in range(8)]
    inputs = [[Value(number) for number in row] for row in rows]
    tensor = torch.tensor(rows, dtype=torch.float64, requires_grad=True)

    answers = [model(row) for row in inputs]
    flat = [value for answer in answers for value in (answer if isinstance(answer, list) else [answer])]
    expected = network(tensor)
    assert [value.data for value in flat] == pytest.approx(expected.flatten().tolist(), rel=1e-12, abs=1e-12)

    sum(value * value for value in flat).backward()
    (expected**2).sum().backward()
    received, gradients = [], []
    for layer, linear in zip(model.layers, parts[::2], strict=True):
        received += [w.grad for neuron in layer.neurons for w in neuron.w]
        received += [neuron.b.grad for neuron in layer.neurons]
        gradients += linear.weight.grad.flatten().tolist() + linear.bias.grad.tolist()
    received += [value.grad for row in inputs for value in row]
    gradients += tensor.grad.flatten().tolist()
    scale = max(map(abs, gradients))
    assert received == pytest.approx(gradients, rel=1e-12, abs=1e-14 * scale)
