"""The graph explorer in a page: every number it draws and says, every control, every theme and width."""

import random
import re

import pytest

from backprop_lib import Value
from backprop_lib.engine import functions
from backprop_lib.explorables import explore, words
from backprop_lib.explorables.trace import replay
from backprop_lib.nn.neurons import MLP
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

# Everything that can be read, in one look.
READ = """root => {
    const text = (selector, within = root) => within.querySelector(selector)?.textContent ?? "";
    return {
        nodes: Object.fromEntries([...root.querySelectorAll(".bp-node")].map((node) => [node.dataset.node,
            { value: text(".bp-value", node), gradient: text(".bp-gradient", node),
              state: node.getAttribute("class") }])),
        locals: [...root.querySelectorAll(".bp-graph .bp-local")].map((label) => label.textContent),
        edges: [...root.querySelectorAll(".bp-edge")].map((edge) => edge.classList[1] ?? ""),
        head: text(".bp-head"), body: text(".bp-body"), note: text(".bp-note"), counter: text(".bp-counter"),
        said: root.querySelector(".bp-scrubber").getAttribute("aria-valuetext"),
        label: root.querySelector(".bp-graph").getAttribute("aria-label"),
        height: root.getBoundingClientRect().height,
    };
}"""
WALK = f"""(root, how) => {{
    const read = {READ};
    const scrubber = root.querySelector(".bp-scrubber");
    const press = (label) => root.querySelector(`[aria-label="${{label}}"]`).click();
    const walked = [];
    press("to the start");
    for (let step = 0; step <= Number(scrubber.max); step++) {{
        if (how === "scrub") {{
            scrubber.value = step;
            scrubber.dispatchEvent(new Event("input"));
        }} else if (step > 0) press("one step on");
        walked.push(read(root));
    }}
    if (how === "back") {{
        const back = [walked.at(-1)];
        while (back.length < walked.length) {{
            press("one step back");
            back.push(read(root));
        }}
        return back.reverse();
    }}
    return walked;
}}"""


def read(page):
    return page.root.evaluate(READ)


def walk(page, how="step"):
    """What is shown after each step, from the start to the end."""
    return page.root.evaluate(WALK, how)


def button(page, label):
    return page.root.get_by_role("button", name=label, exact=True)


def slider(page, name):
    return page.root.locator(f'[data-name="{name}"] input')


def network():
    """One sample through two neurons; the numbers of the course's first example."""
    w1, w2, b, x, y = Value(0.5), Value(-1.0), Value(0.0), Value(2.0), Value(1.0)
    z1 = w1 * x
    a1 = z1.sigmoid()
    z2 = w2 * a1 + b
    a2 = z2.sigmoid()
    L = (a2 - y) ** 2
    return explore(L)


def square_and_itself():
    h = Value(3.0)
    q = h * h + h
    return explore(q)


def engine(explorer, values):
    graph = replay(explorer.nodes, values)
    graph[-1].backward()
    return graph


def edges_of(nodes):
    """(from, to, slot) of each arrow of a graph that is drawn whole, in the order of drawing."""
    return [(p, i, slot) for i, node in enumerate(nodes) for slot, p in enumerate(node["parents"])]


def assert_all_true(explorer, shown, values):
    """Each number in the picture is our engine's."""
    graph = engine(explorer, values)
    for node, value in zip(explorer.nodes, graph, strict=True):
        drawn = shown["nodes"][node["name"]]
        assert drawn["value"] == words.number(value.data), node["name"]
        assert drawn["gradient"] == words.signed(value.grad), node["name"]
    locals_ = [words.number(graph[i].local_derivatives[slot]) for _, i, slot in edges_of(explorer.nodes)]
    assert shown["locals"] == locals_
    gradients = [value.grad for value in graph]
    sentence = words.summary(explorer.nodes, list(values), [value.data for value in graph], gradients)
    for said in (shown["body"], shown["label"]):
        assert said.translate(PLAIN) == sentence
    assert shown["said"].translate(PLAIN).endswith(sentence)


# --- numbers ------------------------------------------------------------------------------------------------


def test_at_first_all_numbers_are_there_and_the_sentence_is_pythons(mount_widget, screenshot):
    explorer = network()
    page = mount_widget(explorer)
    shown = read(page)
    assert_all_true(explorer, shown, explorer.values)
    assert shown["body"].translate(PLAIN) == repr(explorer)
    assert shown["nodes"]["w2"]["gradient"] == "−0.2165" and shown["nodes"]["L"]["value"] == "0.4557"
    assert page.saved() == []  # looking changes nothing
    screenshot(page.root, "graph_920_light")


def test_each_slider_moves_by_keyboard_and_all_numbers_follow(mount_widget):
    explorer = network()
    page = mount_widget(explorer)
    values = dict(explorer.values)
    for name, key in zip(values, ["ArrowRight", "ArrowLeft", "PageUp", "End", "Home"], strict=True):
        slider(page, name).focus()
        page.keyboard.press(key)
        settle(page.page)
        moved = page.model_get("values")
        assert [leaf for leaf in values if moved[leaf] != values[leaf]] == [name]
        values = moved
        assert_all_true(explorer, read(page), values)
        output = page.root.locator(f'[data-name="{name}"] output').inner_text()
        assert output == words.number(values[name])
        assert slider(page, name).get_attribute("aria-valuetext") == f"{name} = {output}"
    assert page.saved()[-1] == {"values": values}


def test_python_moves_leaves_and_steps_and_the_picture_follows(mount_widget):
    explorer = network()
    page = mount_widget(explorer)
    explorer.values["w2"] = 1.75
    page.model_set("values", dict(explorer.values))
    assert_all_true(explorer, read(page), explorer.values)
    page.model_set("step", 0)
    assert read(page)["head"].startswith("step 0 of")
    page.model_set("step", -1)
    assert_all_true(explorer, read(page), explorer.values)
    assert page.saved() == []


def test_reset_brings_everything_back(mount_widget):
    explorer = network()
    page = mount_widget(explorer)
    before = read(page)
    slider(page, "w1").press("End")
    button(page, "to the start").click()
    page.root.get_by_label("ask me before each gradient").check()
    page.model_set("guesses", [{"edge": "a → b", "guess": 1, "truth": 2}])
    button(page, "reset").click()
    settle(page.page)
    assert read(page) == before
    state = {name: page.model_get(name) for name in ("values", "step", "asking", "guesses", "opened")}
    assert state == {"values": explorer.values, "step": -1, "asking": False, "guesses": [], "opened": []}
    assert not page.root.get_by_label("ask me before each gradient").is_checked()


# --- the walk -----------------------------------------------------------------------------------------------

CONTRIBUTION = re.compile(
    r"∂(?P<root>.+)/∂(?P<node>.+) \+= upstream (?P<upstream>\S+)"
    r" × local (?P<local>\S+)(?: \[(?P<formula>.+)\])? = (?P<part>\S+)"
    r"(?: · (?P<done>\d+) of (?P<all>\d+) paths, together (?P<sum>\S+))?(?P<advice> → .+)?"
)
HANDS = re.compile(r"backward (\d+) of (\d+) · (.+) hands its gradient to (.+)")


@pytest.mark.parametrize("make", [network, square_and_itself])
def test_the_walk_visits_every_operation_once_and_then_every_edge_once_backward(mount_widget, make):
    explorer = make()
    nodes, names = explorer.nodes, [node["name"] for node in explorer.nodes]
    graph = engine(explorer, explorer.values)
    edges = edges_of(nodes)
    page = mount_widget(explorer)
    states = walk(page)
    operations = [i for i, node in enumerate(nodes) if node["parents"]]
    forward, backward = len(operations), len(edges) + 1
    assert len(states) == 1 + forward + backward + 1
    assert states[0]["counter"] == f"forward {forward} | backward {backward}"
    leaves = {node["name"] for node in nodes if not node["parents"]}

    # Forward: only what is computed has a value, parents first.
    known = set(leaves)
    assert {name for name, node in states[0]["nodes"].items() if node["value"]} == known
    for step, state in enumerate(states[1 : forward + 1], 1):
        (new,) = {name for name, node in state["nodes"].items() if node["value"]} - known
        i = names.index(new)
        assert {names[p] for p in nodes[i]["parents"]} <= known
        known.add(new)
        assert state["head"].translate(PLAIN) == f"forward {step} of {forward}"
        assert state["body"].translate(PLAIN).endswith(f" = {words.number(graph[i].data)}")
        assert not any(node["gradient"] for node in state["nodes"].values())
    assert known == set(names)

    # The seed.
    seed = states[forward + 1]
    assert [name for name, node in seed["nodes"].items() if node["gradient"]] == [names[-1]]
    assert seed["body"].endswith("= +1")

    # Backward: each edge once; a node gives only when all that it feeds has given to it.
    walked, received = [], {names[-1]: 1.0}
    for step, state in enumerate(states[forward + 2 : -1], 2):
        head = HANDS.fullmatch(state["head"].translate(PLAIN))
        assert (int(head[1]), int(head[2])) == (step, backward)
        (active,) = [e for e, shown in enumerate(state["edges"]) if shown == "active"]
        parent, child, slot = edges[active]
        assert (head[3], head[4]) == (names[child], names[parent])
        assert {e for e, edge in enumerate(edges) if edge[0] == child} <= set(walked)
        walked.append(active)

        local = graph[child].local_derivatives[slot]
        part = local * graph[child].grad
        received[names[parent]] = received.get(names[parent], 0.0) + part
        told = CONTRIBUTION.fullmatch(state["body"].translate(PLAIN))
        assert told["node"].strip("()") == names[parent].strip("()")
        assert told["upstream"] == words.signed(graph[child].grad)
        assert told["local"] == words.number(local)
        assert told["formula"] in (nodes[child]["derivatives"][slot], None)
        assert told["part"] == words.signed(part)
        paths = [e for e, edge in enumerate(edges) if edge[0] == parent]
        if len(paths) > 1:
            assert told["done"] == str(len(set(paths) & set(walked))) and told["all"] == str(len(paths))
            assert told["sum"] == words.signed(received[names[parent]])
        else:
            assert told["sum"] is None
        last = set(paths) <= set(walked)
        if nodes[parent]["role"] == "parameter" and last:
            way = "shrink" if graph[parent].grad > 0 else "grow"
            assert told["advice"] == f" → {names[parent]} should {way} for {names[-1]} to fall"
        else:
            assert told["advice"] is None
        # Nothing of a gradient is shown before its first contribution, and what is shown is its sum so far.
        drawn = {name: node["gradient"] for name, node in state["nodes"].items() if node["gradient"]}
        assert drawn == {name: words.signed(total) for name, total in received.items()}
    assert sorted(walked) == list(range(len(edges)))
    assert_all_true(explorer, states[-1], explorer.values)


def test_a_node_with_three_paths_collects_three_contributions(mount_widget):
    page = mount_widget(square_and_itself())
    told = [CONTRIBUTION.fullmatch(state["body"]) for state in walk(page)]
    parts = [found.group("part", "done", "all", "sum") for found in told if found and found["node"] == "h"]
    assert parts == [("+1", "1", "3", "+1"), ("+3", "2", "3", "+4"), ("+3", "3", "3", "+7")]
    assert read(page)["nodes"]["h"]["gradient"] == "+7"


def test_scrubbing_and_stepping_back_pass_through_the_same_states(mount_widget):
    page = mount_widget(network())
    forward = walk(page)
    assert walk(page, "scrub") == forward
    assert walk(page, "back") == forward
    assert all(state["body"] and state["head"] for state in forward)  # the status is never silent
    assert page.root.locator("[role=status], output:not([aria-live=off])").count() == 1
    assert len({state["height"] for state in forward}) == 1


def test_where_the_walk_stands_reaches_python(mount_widget):
    page = mount_widget(network())
    scrubber = page.root.get_by_label("step of the walk")
    button(page, "to the start").click()
    settle(page.page)
    assert page.saved()[-1] == {"step": 0}
    button(page, "one step on").click()
    settle(page.page)
    assert page.saved()[-1] == {"step": 1} and scrubber.input_value() == "1"
    button(page, "to the end").click()
    settle(page.page)
    assert page.saved()[-1] == {"step": -1} and scrubber.input_value() == scrubber.get_attribute("max")


# --- ask me -------------------------------------------------------------------------------------------------


def product():
    """∂q/∂u = 1.7, ∂u/∂h = −0.4, so that every slip gives another number."""
    h, k = Value(2.0), Value(-0.4)
    u = h * k
    q = 1.7 * u + h
    return explore(q, asking=True)


def ask_about(page, nodes, child, parent):
    """Go to the question about one edge; return what is shown."""
    names = [node["name"] for node in nodes]
    forward = sum(bool(node["parents"]) for node in nodes)
    backward = sorted(edges_of(nodes), key=lambda edge: -edge[1])  # each child's edges in their order
    edge = [(names[to], names[of]) for of, to, _ in backward].index((child, parent))
    page.model_set("step", forward + 1 + edge)
    button(page, "one step on").click()
    shown = read(page)
    assert shown["head"] == f"predict · {child} hands its gradient to {parent}"
    return shown


def answer(page, text):
    page.root.get_by_label("your guess").fill(text)
    page.keyboard.press("Enter")
    settle(page.page)
    return read(page)


def focused(page):
    return page.page.evaluate("document.activeElement.getAttribute('aria-label')")


def asks(page):
    return page.root.get_by_label("your guess").is_visible()


def test_a_question_reveals_nothing(mount_widget, screenshot):
    explorer = product()
    page = mount_widget(explorer)
    shown = ask_about(page, explorer.nodes, "u", "h")
    screenshot(page.root, "graph_asking")
    assert focused(page) == "your guess"
    assert shown["body"] == "∂q/∂h += upstream +1.7 × local −0.4 [k] = ?"
    assert shown["nodes"]["h"]["gradient"] == "+1"  # what came along the other path
    # Neither the product, −0.68, nor what it makes of the sum, 0.32: in no text, attribute or label.
    everything = page.root.evaluate("root => root.outerHTML") + shown["said"]
    assert "0.68" not in everything and "0.32" not in everything
    shown = answer(page, "1")
    assert "−0.68" in shown["body"] and shown["nodes"]["h"]["gradient"] == "+0.32"


GUESSES = {
    "-0.68": "Right.",
    "−0,68": "Right.",
    "-0.675": "Right.",  # to 1 %
    "-0.7": "Not −0.7. It is",  # two digits will do, but these are not they
    "0.68": "the sign is not",
    "+1.7": "the upstream gradient alone",
    "-.4": "the local derivative alone",
    "1.3": "You added",
    "-4.25": "You divided",
    "0.32": "the new total",
    "5": "Not +5. It is the upstream gradient times the local derivative.",
}


def test_two_digits_will_do_but_a_slip_near_the_truth_is_still_a_slip(mount_widget):
    h, k = Value(1.5), Value(0.97)
    u = h * k
    q = u * 2
    explorer = explore(q, asking=True)
    page = mount_widget(explorer)
    for guess, said in [("1.9", "Right."), ("2", "the upstream gradient alone")]:
        ask_about(page, explorer.nodes, "u", "h")  # 2 × 0.97 = 1.94
        assert said in answer(page, guess)["head"]


def test_each_answer_is_told_what_it_is(mount_widget):
    explorer = product()
    page = mount_widget(explorer)
    for count, (guess, said) in enumerate(GUESSES.items(), 1):
        ask_about(page, explorer.nodes, "u", "h")
        shown = answer(page, guess)
        assert said in shown["head"], guess
        assert "= −0.68" in shown["body"]
        entries = page.model_get("guesses")
        assert len(entries) == count and page.saved()[-1]["guesses"] == entries
        number = float(guess.replace("−", "-").replace(",", "."))
        assert (entries[-1]["edge"], entries[-1]["guess"]) == ("u → h", number)
        assert entries[-1]["truth"] == pytest.approx(-0.68)
        assert focused(page) == "one step on" and not asks(page)


def test_what_is_no_number_is_asked_for_again(mount_widget):
    explorer = product()
    page = mount_widget(explorer)
    ask_about(page, explorer.nodes, "u", "h")
    for text in ["", "a lot", "1.000,5", "Infinity", "1 2"]:
        assert answer(page, text)["head"].startswith("write a number, such as"), text
        assert asks(page)
    assert page.model_get("guesses") == []
    assert "Right" in answer(page, "-0.68")["head"]


def test_a_gradient_of_0_and_a_tiny_one_are_judged_by_their_own_size(mount_widget):
    w, x = Value(-1.0), Value(0.0001)
    dead, small = w.relu(), w * x
    q = dead + small
    explorer = explore(q, asking=True)
    page = mount_widget(explorer)
    for child, guess, said in [
        ("dead", "0.3", "It is the upstream gradient times"),  # and not "you divided" by 0
        ("dead", "0", "Right"),
        ("small", "-0.0001", "the sign is not"),
        ("small", "0.0001", "Right"),
    ]:
        ask_about(page, explorer.nodes, child, "w")
        assert said in answer(page, guess)["head"]


def test_a_question_ends_when_python_or_the_reader_goes_elsewhere(mount_widget):
    explorer = product()
    page = mount_widget(explorer)
    ask_about(page, explorer.nodes, "u", "h")
    page.model_set("step", 2)
    assert read(page)["head"].startswith("forward 2 of") and not asks(page)
    ask_about(page, explorer.nodes, "u", "h")
    page.model_set("asking", False)
    assert not asks(page)
    page.model_set("asking", True)
    ask_about(page, explorer.nodes, "u", "h")
    button(page, "to the end").click()
    assert not asks(page)


# --- where there is no number -------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["log", "sqrt"])
def test_a_leaf_dragged_to_where_there_is_no_value_is_explained_and_comes_back(mount_widget, operation):
    x = Value(2.0)
    L = getattr(x, operation)() * x
    explorer = explore(L)
    page = mount_widget(explorer)
    before = read(page)
    for go in (lambda: slider(page, "x").press("Home"), lambda: page.model_set("values", {"x": 0.0})):
        go()
        settle(page.page)
        shown = read(page)
        assert "has no value at x = " in shown["body"] and "it needs a number above 0" in shown["body"]
        assert shown["body"].endswith("Move a slider back.")
        assert "+none" not in page.root.inner_text()
        assert "NaN" not in page.root.evaluate("root => root.outerHTML")
        assert shown["height"] == before["height"]
        page.model_set("values", {"x": 2.0})
        assert read(page) == before


# --- large graphs -------------------------------------------------------------------------------------------


def mlp():
    x1, x2 = Value(0.7), Value(-0.4)
    return explore(MLP(2, [16, 16, 1])([x1, x2]))


def small_mlp():
    return explore(MLP(2, [2, 1])([Value(0.7, label="x1"), Value(-0.4, label="x2")]))


def value_at(nodes, to, changed):
    """The number at node `to` when another node is held at a number of its own."""
    numbers = []
    for i, node in enumerate(nodes[: to + 1]):
        if i in changed or not node["parents"]:
            numbers.append(changed.get(i, node["value"]))
        else:
            operation = functions.find(node["operation"], node["parameter"])
            numbers.append(operation.rule(*[numbers[p] for p in node["parents"]])[0])
    return numbers[to]


def test_a_network_is_folded_to_its_neurons(mount_widget, screenshot):
    explorer = mlp()
    nodes, names = explorer.nodes, [node["name"] for node in explorer.nodes]
    graph = engine(explorer, explorer.values)
    page = mount_widget(explorer)
    shown = read(page)
    screenshot(page.root, "graph_mlp")
    assert len(nodes) > 60 and len(shown["nodes"]) == 2 + 16 + 16 + 1 <= 60
    assert page.root.locator(".bp-fold").count() == 33  # every neuron holds its weights
    for name, drawn in shown["nodes"].items():
        value = graph[names.index(name)]
        assert (drawn["value"], drawn["gradient"]) == (words.number(value.data), words.signed(value.grad))

    assert shown["counter"] == f"forward 33 | backward {1 + 2 * 16 + 16 * 16 + 16}"


def polynomials():
    """Each tanh holds three paths from the one before: v·v + v."""
    v = Value(0.4)
    for _ in range(15):
        v = ((v * v + v) * 0.8).tanh()
    return explore(v)


@pytest.mark.parametrize("make", [mlp, polynomials])
def test_the_local_derivative_of_a_fold_is_that_of_all_paths_through_it(mount_widget, make):
    explorer = make()
    nodes, names = explorer.nodes, [node["name"] for node in explorer.nodes]
    page = mount_widget(explorer)
    forward, backward = map(int, re.findall(r"\d+", read(page)["counter"]))
    steps = range(forward + 2, forward + backward + 1)
    for step in steps[:: 1 + len(steps) // 30]:
        page.model_set("step", step)
        head, body = page.root.locator(".bp-head, .bp-body").all_inner_texts()
        _, _, child, parent = HANDS.fullmatch(head.translate(PLAIN)).groups()
        told = CONTRIBUTION.fullmatch(body.translate(PLAIN))
        i, k, h = names.index(child), names.index(parent), 1e-6
        up, down = (value_at(nodes, i, {k: nodes[k]["value"] + shift}) for shift in (h, -h))
        assert float(told["local"].replace("−", "-")) == pytest.approx((up - down) / (2 * h), abs=6e-5)


def test_a_neuron_is_opened_and_folded_by_key(mount_widget, screenshot):
    explorer = mlp()
    page = mount_widget(explorer)
    before = read(page)
    fold = page.root.locator(".bp-fold").last
    index = fold.get_attribute("data-fold")
    fold.focus()
    page.keyboard.press("Enter")
    settle(page.page)
    opened = read(page)
    screenshot(page.root, "graph_mlp_opened")
    assert len(opened["nodes"]) > len(before["nodes"])
    assert page.model_get("opened") == [int(index)] and page.saved()[-1] == {"opened": [int(index)]}
    active = "document.activeElement.getAttribute"
    assert page.page.evaluate(f"[{active}('data-fold'), {active}('aria-expanded')]") == [index, "true"]
    page.keyboard.press("Space")
    settle(page.page)
    assert page.model_get("opened") == []
    assert read(page) == before
    assert page.page.evaluate(f"[{active}('data-fold'), {active}('aria-expanded')]") == [index, "false"]


def test_python_opens_a_neuron_too(mount_widget):
    page = mount_widget(mlp())
    before = read(page)
    index = int(page.root.locator(".bp-fold").last.get_attribute("data-fold"))
    page.model_set("opened", [index])
    assert len(read(page)["nodes"]) > len(before["nodes"])
    page.model_set("opened", [])
    assert read(page) == before


def test_opening_while_asked_ends_the_question(mount_widget):
    page = mount_widget(mlp())
    page.root.get_by_label("ask me before each gradient").check()
    page.model_set("step", 35)  # the seed is done
    button(page, "one step on").click()
    assert asks(page)
    page.root.locator(".bp-fold").last.press("Enter")
    settle(page.page)
    assert not asks(page)


def chain():
    """A leaf that feeds far more than is drawn."""
    h, x = Value(0.3), Value(0.9)
    for _ in range(100):
        h = (h * x).tanh()
    return explore(h)


def many_samples():
    """The loss of 40 samples: all share one neuron's weights."""
    w1, w2, b = Value(0.3), Value(-0.8), Value(0.1)
    terms = [((w1 * (k / 20) + w2 * (1 - k / 20) + b).tanh() - (k % 2)).tanh() ** 2 for k in range(40)]
    L = sum(terms[1:], start=terms[0]) / 40
    return explore(L)


@pytest.mark.parametrize("make", [chain, many_samples])
def test_of_a_graph_too_large_a_true_part_is_drawn(mount_widget, make, screenshot):
    explorer = make()
    graph = engine(explorer, explorer.values)
    by_name = {node["name"]: value for node, value in zip(explorer.nodes, graph, strict=True)}
    page = mount_widget(explorer)
    shown = read(page)
    screenshot(page.root, f"graph_{make.__name__}")
    assert 2 < len(shown["nodes"]) <= 60
    hidden = re.fullmatch(
        r"the nodes nearest to the result; (\d+) more are computed but not drawn", shown["note"]
    )
    assert hidden and 0 < int(hidden[1]) <= len(graph) - len(shown["nodes"])
    for name, drawn in shown["nodes"].items():
        assert (drawn["value"], drawn["gradient"]) == (
            words.number(by_name[name].data),
            words.signed(by_name[name].grad),
        ), name


def test_another_leaf_gets_a_slider(mount_widget):
    explorer = mlp()
    page = mount_widget(explorer)
    sliders = page.root.locator(".bp-slider")
    assert sliders.count() == 12
    chooser = page.root.get_by_label("another slider")
    names = list(explorer.values)
    assert chooser.locator("option").count() == 1 + len(names) - 12
    chooser.select_option(index=3)
    assert sliders.count() == 13
    assert sliders.last.get_attribute("data-name") == names[14]
    chooser.select_option(index=0)  # back to the title of the list
    chooser.select_option(index=3)  # the same again
    assert sliders.count() == 13
    slider(page, names[14]).press("ArrowRight")
    settle(page.page)
    assert page.model_get("values")[names[14]] != explorer.values[names[14]]


# --- a good guest -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [600, 920])
def test_the_height_stays_whatever_happens_and_nothing_sticks_out(mount_widget, width, screenshot):
    page = mount_widget(network(), width=width)
    heights = {state["height"] for state in walk(page)}
    screenshot(page.root, f"graph_{width}_end")
    for name, key in [("w1", "Home"), ("x", "End"), ("y", "Home")]:
        slider(page, name).press(key)
        settle(page.page)
        heights.add(read(page)["height"])
    page.root.get_by_label("ask me before each gradient").check()
    for step in (8, 11):
        page.model_set("step", step)
        button(page, "one step on").click()
        heights.add(read(page)["height"])
        screenshot(page.root, f"graph_{width}_asked")
        heights.add(answer(page, "no number")["height"])
        heights.add(answer(page, "-0.123456")["height"])
    assert len(heights) == 1
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.root.bounding_box()
    assert box["width"] <= width
    sticking_out = page.root.evaluate(
        """(root, right) => [...root.querySelectorAll("button, input, output, .bp-caption, .bp-stage")]
            .filter((element) => element.getBoundingClientRect().right > right + 0.5)
            .map((element) => element.outerHTML.slice(0, 80))""",
        box["x"] + width,
    )
    assert sticking_out == []


def test_unmounting_leaves_nothing_behind(mount_widget):
    page = mount_widget(network())
    assert page.listener_count() > 0
    slider(page, "w1").press("End")  # with a change still on its way
    page.unmount()
    assert page.listener_count() == 0
    assert page.element.inner_html() == ""
    page.model_set("step", 0)
    page.model_set("values", {"w1": 1.0})
    assert page.element.inner_html() == ""


SECOND_VIEW = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: widget } = await import(url);
    const el = document.createElement("div");
    el.id = "second";
    document.body.append(el);
    window.stopSecond = widget.render({ model: window.model, el });
}"""


def test_two_views_of_one_model_stay_in_step(mount_widget):
    explorer = mlp()
    page = mount_widget(explorer)
    page.page.evaluate(SECOND_VIEW, explorer.get_state()["_esm"])
    second = page.page.locator("#second .backprop-explorable")

    def alike():
        settle(page.page)
        one, other = read(page), second.evaluate(READ)
        del one["height"], other["height"]
        return one == other

    assert alike()
    slider(page, "x1").press("End")
    assert alike()
    second.get_by_role("button", name="to the start", exact=True).click()
    assert alike() and read(page)["head"].startswith("step 0 of")
    second.locator(".bp-fold").last.press("Enter")
    assert alike() and len(read(page)["nodes"]) > 35
    page.root.get_by_label("ask me before each gradient").check()
    assert alike() and second.get_by_label("ask me before each gradient").is_checked()
    button(page, "reset").click()
    assert alike() and len(read(page)["nodes"]) == 35
    page.page.evaluate("() => window.stopSecond()")
    page.unmount()
    assert page.listener_count() == 0


CONTRAST = """root => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.canvas.width = canvas.canvas.height = 1;
    const rgb = (...layers) => {  // painted one over the other, as the screen does
        for (const color of layers) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (color) => {
        const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = color.map((c) => linear(c / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = getComputedStyle(document.body).backgroundColor;
    return [...root.querySelectorAll("svg text")].filter((text) => text.textContent).map((text) => {
        const rect = text.parentNode.querySelector(":scope > rect");
        const behind = rect ? rgb(ground, getComputedStyle(rect).fill) : rgb(ground);
        const ink = rgb(ground, getComputedStyle(text).fill);
        const [low, high] = [light(behind), light(ink)].sort((a, b) => a - b);
        return [text.getAttribute("class") + ": " + text.textContent, (high + 0.05) / (low + 0.05)];
    });
}"""


@pytest.mark.parametrize(("theme", "width"), [("light", 920), ("dark", 920), ("dark", 600)])
def test_every_text_can_be_read_in_both_themes(mount_widget, axe_violations, theme, width, screenshot):
    page = mount_widget(network(), theme=theme, width=width)
    page.root.get_by_label("ask me before each gradient").check()
    for step in (-1, 3, 12):
        page.model_set("step", step)
        assert {what: ratio for what, ratio in page.root.evaluate(CONTRAST) if ratio < 4.5} == {}
    button(page, "one step on").click()  # with a question open
    screenshot(page.root, f"graph_{width}_{theme}_step_12")
    assert axe_violations(page.page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_large_graph_can_be_read_too(mount_widget, axe_violations, theme, screenshot):
    page = mount_widget(mlp(), theme=theme)
    assert {what: ratio for what, ratio in page.root.evaluate(CONTRAST) if ratio < 4.5} == {}
    assert axe_violations(page.page) == []
    screenshot(page.root, f"graph_mlp_{theme}")


CROSSED = """root => [...root.querySelectorAll(".bp-node")].flatMap((node) => {
    const [box, value, gradient] = [":scope > rect", ".bp-value", ".bp-gradient"]
        .map((selector) => node.querySelector(selector).getBoundingClientRect());
    const outside = [value, gradient].some((text) => text.left < box.left || text.right > box.right);
    const meet = value.top < gradient.bottom - 4 && gradient.top < value.bottom - 4;
    return outside || (meet && value.right > gradient.left) ? [node.textContent] : [];
})"""


def test_no_number_leaves_its_box_or_crosses_another(mount_widget, screenshot):
    page = mount_widget(network())
    page.model_set("values", page.model_get("values") | {"w1": -3.0, "x": 4.0, "y": -123.4567})
    screenshot(page.root, "graph_long_numbers")
    assert page.root.evaluate(CROSSED) == []
    for make in (mlp, chain):
        assert mount_widget(make()).root.evaluate(CROSSED) == []


# Labels that lie on one another or on a box; names that leave their box or meet their sign.
COVERED = """root => {
    const box = (one) => one.getBoundingClientRect();
    const meet = (a, b, across, down) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > across
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > down;
    const nodes = [...root.querySelectorAll(".bp-node")].map((node) =>
        ({ name: node.dataset.node, rect: box(node.querySelector("rect")),
           title: box(node.querySelector(".bp-name")), sign: box(node.querySelector(".bp-symbol")) }));
    const labels = [...root.querySelectorAll(".bp-graph .bp-local")].filter((one) => one.textContent);
    const found = labels.flatMap((one, i) => [
        ...labels.slice(i + 1).filter((other) => meet(box(one), box(other), 1, 4)),
        ...nodes.filter(({ rect }) => meet(box(one), rect, 4, 3)),
    ].map((other) => [one.textContent, other.name ?? other.textContent]));
    const crossed = nodes.filter(({ rect, title, sign }) =>
        title.right > rect.right - 2 || (sign.width > 0 && title.right > sign.left - 1));
    return [...found, ...crossed.map(({ name }) => name)];
}"""


def random_graph(seed):
    """Some operations on two to five numbers, most of them unnamed and used more than once."""
    rng = random.Random(seed)
    leaves = [Value(rng.uniform(0.2, 2.0), label=name) for name in "xyabw"[: rng.randint(2, 5)]]
    made = []
    for _ in range(rng.randint(3, 11)):
        a, b = rng.choice(leaves + made * 2), rng.choice(leaves + made)
        ways = (a + b, a * b, a - b, a / (b * b + 1.0), a.tanh(), a.sigmoid(), (a * a + 1.0).log())
        made.append(rng.choice(ways))
    return explore(sum((one for one in made[:-1] if rng.random() < 0.3), start=made[-1]))


def quotient_and_tanh():
    e, x, y = Value(2.7183), Value(0.7), Value(2.0)
    return explore((e / y + (x * y).tanh()).log())


def test_labels_and_names_stand_clear_of_one_another(mount_widget, screenshot):
    made = [
        network(),
        square_and_itself(),
        quotient_and_tanh(),
        small_mlp(),
        *map(random_graph, (1, 7, 13, 18)),
    ]
    for k, explorer in enumerate(made):
        page = mount_widget(explorer, width=1300)
        screenshot(page.root, f"graph_labels_{k}")
        assert page.root.evaluate(COVERED) == [], k


def test_a_large_graph_shows_its_result_first_and_follows_the_walk(mount_widget):
    in_sight = """node => {
        const [box, stage] = [node, node.closest(".bp-stage")].map((one) => one.getBoundingClientRect());
        return box.left >= stage.left && box.right <= stage.right
            && box.top >= stage.top && box.bottom <= stage.bottom;
    }"""
    for make in (chain, many_samples):
        page = mount_widget(make())
        assert page.root.locator(".bp-node.bp-loss").evaluate(in_sight)
        for step in (5, 40, 80):
            page.model_set("step", step)
            assert page.root.locator(".computing, .receiving").evaluate(in_sight)


def test_a_graph_larger_than_its_stage_is_scrolled_by_key(mount_widget):
    page = mount_widget(network(), width=600)
    stage = page.root.locator(".bp-stage")
    before = stage.evaluate("stage => stage.scrollLeft")
    assert before > 0  # the result stands on the right
    stage.focus()
    page.keyboard.press("ArrowLeft")
    page.page.wait_for_function(
        "before => document.querySelector('.bp-stage').scrollLeft < before", arg=before
    )
    assert mount_widget(network()).root.locator(".bp-stage").get_attribute("tabindex") is None


def test_nothing_moves_by_itself_for_who_wants_no_motion(mount_widget):
    moving = """root => [...root.querySelectorAll("*")]
        .filter((element) => parseFloat(getComputedStyle(element).transitionDuration) > 0).length"""
    assert mount_widget(network()).root.evaluate(moving) == 0
    assert mount_widget(network(), reduced_motion="no-preference").root.evaluate(moving) > 0


def test_the_keyboard_reaches_and_operates_all(mount_widget):
    page = mount_widget(network())
    report = operate(page.page, page.root)
    assert len(report.controls) == 12  # four steps, scrubber, "ask me", reset, five leaves
    assert report.problems() == {}


def test_no_control_gives_its_keys_to_the_notebook(mount_widget):
    page = mount_widget(mlp())
    loose = page.root.locator(
        ":is(button, input, select, [tabindex]):not([data-lm-suppress-shortcuts=true])"
    ).count()
    assert loose == 0
