"""What two partners keep, in words: lines of pieces, each a text or a text with its colour."""

from backprop_lib.explorables.torch_graph.pairs import near
from backprop_lib.explorables.words import number, signed

MOST = 4  # parents named
WAITING = [["no gradient yet"]]


def lines(entry, listed, ours, theirs):
    """Say of an entry what ours keeps, what PyTorch keeps, and the gradient: three lines of pieces."""
    i, j = entry["ours"], entry["theirs"]
    host = listed[entry["host"]] if entry["host"] is not None else None
    mine = _ours(ours[i], ours) if i is not None else _without_ours(host, ours)
    other = _theirs(theirs[j]) if j is not None else _without_theirs(ours[i], host, listed, ours, theirs)
    return [[["ours: "], *mine], [["PyTorch: "], *other], _gradient(i, j, listed, ours, theirs)]


def beginning(theirs):
    """Say what stands ready before the first step back."""
    kept = sum(len(node["kept"]) for node in theirs)
    return [
        [["ours: each node has worked out its local derivatives already, and keeps them: see its edges"]],
        [[f"PyTorch: each node keeps what it will need to work them out, here {kept} numbers in all"]],
        WAITING,
    ]


def outcome(listed, ours, theirs):
    """Say how far two graphs agree when all gradients are known."""
    both = [e for e in listed if None not in (e["ours"], e["theirs"])]
    loss = ours[-1]
    apart = [e for e in both if not near(ours[e["ours"]]["gradient"], theirs[e["theirs"]]["gradient"])]
    alone = [e["name"] for e in listed if e["theirs"] is None]
    theirs_alone = sum(e["ours"] is None for e in listed)
    more = [f"ours alone: {_text(_joined([[[name]] for name in alone]))}"] if alone else []
    more += [f"PyTorch alone: {theirs_alone}"] if theirs_alone else []
    agree = f"the gradients agree at all {len(both)} of them"
    if apart:
        first = apart[0]
        gradients = ours[first["ours"]]["gradient"], theirs[first["theirs"]]["gradient"]
        agree = f"the gradients differ at {len(apart)} of them, as at {first['name']}: {_apart(*gradients)}"
    said = [[[f"{loss['name']} = "], [number(loss["value"]), "value"], [" in both"]]]
    return [*said, [["; ".join([f"{len(both)} nodes have a partner", *more])]], [[agree]]]


def plain(said):
    """Give the text of some lines.

    >>> plain([[["a1 = "], ["0.7311", "value"]], [["no gradient yet"]]])
    'a1 = 0.7311; no gradient yet'
    """
    return "; ".join(map(_text, said))


def _text(pieces):
    return "".join(text for text, *_ in pieces)


def _ours(node, ours):
    value = [number(node["value"]), "value"]
    if not node["parents"]:
        return [[f"{node['name']} = "], value, [", a leaf"]]
    made = [] if node["formula"] == node["name"] else [[f"{node['formula']} = "]]
    several = len(node["locals"]) > 1
    kept = [
        [[number(local), "local"], *[[f" to {ours[parent]['name']}"]] * several]
        for parent, local in zip(node["parents"], node["locals"], strict=True)
    ]
    derivatives = ", keeps the local derivatives " if several else ", keeps the local derivative "
    return [[f"{node['name']} = "], *made, value, [derivatives], *_joined(kept)]


def _without_ours(host, ours):
    if host is None:
        return [["no such node"]]
    node = ours[host["ours"]]
    made = node["name"] if node["name"] == node["formula"] else f"{node['name']} = {node['formula']}"
    return [["no node of its own; "], [made], [" does this too"]]


def _theirs(node):
    said = [[f"{node['kind']}, "]]
    if "variable" in node:
        owner = f"{node['variable']}.grad" if node["variable"] else "its tensor's .grad"
        return [*said, [f"a leaf: adds what arrives to {owner}"]]
    if not node["kept"]:
        return [*said, ["keeps no number"]]
    kept = [[[f"{name} ("], [number(held), "value"], [")"]] for name, held in node["kept"].items()]
    return [*said, ["keeps "], *_joined(kept)]


def _without_theirs(node, host, listed, ours, theirs):
    if host is None:
        return [["no such node"]]
    function = theirs[host["theirs"]]
    if node["parents"]:
        return [[f"no node of its own; {function['kind']} does this too"]]
    edges = sum(below is not None for below in function["inputs"])
    if edges >= len(ours[host["ours"]]["parents"]):
        return [[f"no such node below {function['kind']}"]]
    return [[f"no node, as it wants no gradient; {_keeper(node, host, listed, theirs)}"]]


def _keeper(leaf, host, listed, theirs):
    """Say where PyTorch keeps a leaf's number: in the host, or in a node that the host stands for."""
    own = listed.index(host)
    inside = [host] + [entry for entry in listed if entry["ours"] is None and entry["host"] == own]
    for function in (theirs[entry["theirs"]] for entry in inside):
        for name, held in function["kept"].items():
            if name != "result" and near(held, leaf["value"]):
                return f"{function['kind']} keeps its number as {name}"
    return f"{theirs[host['theirs']]['kind']} does not need its number"


def _gradient(i, j, listed, ours, theirs):
    mine = None if i is None else ours[i]["gradient"]
    other = None if j is None else theirs[j]["gradient"]
    if mine is None:
        return [["gradient: PyTorch "], [signed(other), "gradient"]]
    if other is None:
        none = [] if ours[i]["parents"] else [["; PyTorch works none out"]]
        return [["gradient: ours "], [signed(mine), "gradient"], *none]
    if not near(mine, other):
        return [[f"gradient: {_apart(mine, other)}"]]
    return [["gradient in both: "], [signed(mine), "gradient"], *_handed(ours[i], listed, ours)]


def _handed(node, listed, ours):
    alone = {entry["ours"] for entry in listed if entry["theirs"] is None}
    parts = [
        [
            [signed(node["gradient"] * local), "gradient"],
            [f" to {ours[parent]['name']}" + " (ours alone)" * (parent in alone)],
        ]
        for parent, local in zip(node["parents"], node["locals"], strict=True)
    ]
    return [[", handed on: "], *_joined(parts)] if parts else []


def _joined(parts):
    """Join lists of pieces as one says them: a, b and c; of many only the first."""
    if len(parts) > MOST:
        parts = [*parts[: MOST - 1], [[f"{len(parts) - MOST + 1} more"]]]
    joined = list(parts[0])
    for k, part in enumerate(parts[1:], 2):
        joined += [[" and " if k == len(parts) else ", "], *part]
    return joined


def _apart(mine, other):
    return f"ours {signed(mine)}, PyTorch {signed(other)}"
