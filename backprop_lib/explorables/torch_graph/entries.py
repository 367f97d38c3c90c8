"""Two graphs as one list: each entry is a node of ours with its partner in PyTorch, or one that has none."""

from backprop_lib.explorables.torch_graph.pairs import pair


def entries(ours, theirs):
    """List the nodes of both graphs, partners together: operations in order, then leaves.

    ours: from `trace`, with `gradient` beside each.  theirs: from `trace_torch`.
    Returns: dictionaries of `name`; `ours` and `theirs`, an index or None; `host`, for a node without a
    partner the entry that does its work in the other graph, else None.
    """
    pairs = pair(ours, [node["gradient"] for node in ours], theirs)
    partner = dict(pairs)
    operations = _merged(
        [i for i, node in enumerate(ours) if node["parents"]],
        [j for j, node in enumerate(theirs) if "variable" not in node],
        partner,
    )
    leaves = _merged(
        [i for i, node in enumerate(ours) if not node["parents"]],
        [j for j, node in enumerate(theirs) if "variable" in node],
        partner,
    )
    listed = [{"name": _name(i, j, ours, theirs), "ours": i, "theirs": j} for i, j in operations + leaves]
    return [entry | {"host": _host(entry, listed, ours, theirs)} for entry in listed]


def turns(listed, ours, theirs):
    """List the entries in PyTorch's order of the backward pass, ours alone just before they are needed."""
    order = []
    by_turn = sorted(
        (e for e, entry in enumerate(listed) if entry["theirs"] is not None),
        key=lambda e: theirs[listed[e]["theirs"]]["turn"],
    )
    alone = [
        e for e, entry in enumerate(listed) if entry["theirs"] is None and ours[entry["ours"]]["parents"]
    ]
    for e in by_turn:
        if listed[e]["ours"] is not None:
            above = _above(listed[e]["ours"], [node["parents"] for node in ours])
            order += [a for a in reversed(alone) if listed[a]["ours"] in above and a not in order]
        order.append(e)
    return order + [a for a in reversed(alone) if a not in order]


def known(listed, order, ours):
    """Give, for each entry, the step after which its gradient is complete; the first step is 1."""
    step = {e: s for s, e in enumerate(order, 1)}
    entry_of = {entry["ours"]: e for e, entry in enumerate(listed)}
    users = [[i for i, node in enumerate(ours) if entry["ours"] in node["parents"]] for entry in listed]
    return [
        step.get(e) or max(step[entry_of[user]] for user in users[e])  # a leaf that PyTorch has not
        for e in range(len(listed))
    ]


def _merged(rows, columns, partner):
    """Two sequences as one, partners at the same place, the others just before the next pair."""
    mine = [i for i in rows if i in partner]
    merged, columns = [], list(columns)
    paired = {partner[i] for i in mine}
    ordered = sorted(mine, key=lambda i: columns.index(partner[i])) == mine
    for i in rows:
        if i not in partner:
            merged.append((i, None))
            continue
        while ordered and columns and columns[0] != partner[i]:
            merged.append((None, columns.pop(0)))
        merged.append((i, partner[i]))
        columns.remove(partner[i])
    return merged + [(None, j) for j in columns if j not in paired]


def _name(i, j, ours, theirs):
    return ours[i]["name"] if i is not None else theirs[j]["name"]


def _host(entry, listed, ours, theirs):
    """The nearest user of a lonely node that is in both graphs."""
    side = "ours" if entry["theirs"] is None else "theirs"
    if None not in (entry["ours"], entry["theirs"]):
        return None
    below = [node["parents"] for node in ours] if side == "ours" else [node["inputs"] for node in theirs]
    above = _above(entry[side], below)
    both = [e for e, other in enumerate(listed) if None not in (other["ours"], other["theirs"])]
    return min((e for e in both if listed[e][side] in above), key=lambda e: listed[e][side], default=None)


def _above(start, below):
    """All that depends on a node."""
    above = {start}
    for i, parents in enumerate(below):
        if above & set(parents):
            above.add(i)
    return above - {start}
