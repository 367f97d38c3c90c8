"""The backward pass by hand: in which order may nodes send their gradients back?"""

import traitlets

from backprop_lib.engine.scalar import Value
from backprop_lib.explorables import words
from backprop_lib.explorables.explorable import Explorable, browser_side

SENDERS = ("q", "m", "h")  # every node that was computed, in topological order from the result
MOST = 12  # sends


class OrderLab(Explorable):
    """x = 3, h = 2x, m = h·h, q = m + h, where dq/dx = 26; nodes send back in the reader's order.

    sent: the names of the nodes that have sent, in order; any of "q", "m" and "h", again and again if one
    likes, 12 at most. A node that sends adds its gradient so far × the local derivative to each of its
    parents.  hint: whether each node says how many of those that use it have still to send.  tried: whether
    the reader has let all three send in an order of their own; the picture then offers the topological order.
    """

    _esm, _css = browser_side("order_lab")

    sent = traitlets.List(trait=traitlets.Unicode()).tag(sync=True)
    hint = traitlets.Bool(False).tag(sync=True)
    tried = traitlets.Bool(False).tag(sync=True)

    @property
    def gradients(self):
        """What has arrived at each node so far."""
        nodes, _ = self._replayed()
        return {name: node.grad for name, node in nodes.items()}

    @property
    def sentence(self):
        """What the last node sent; when all have sent, what came of it and why."""
        nodes, sends = self._replayed()
        missing = [name for name in SENDERS if name not in self.sent]
        if not self.sent:
            return "q has gradient +1, and nothing has been sent: choose the node that sends first"
        if missing:
            return f"{_last(nodes, sends)}; still to send: {', '.join(missing)}"
        return _verdict(nodes, sends)

    def _replayed(self):
        """The nodes after all sends; and for each send its node, its gradient then, and who was missing."""
        nodes, sends = _graph(), []
        nodes["q"].grad = 1.0
        for i, name in enumerate(self.sent):
            missing = [user for user in USERS[name] if user not in self.sent[:i]]
            sends.append((name, nodes[name].grad, missing))
            send(nodes[name])
        return nodes, sends

    @traitlets.validate("sent")
    def _check_sent(self, proposal):
        for name in proposal.value:
            if name not in SENDERS:
                raise traitlets.TraitError(
                    f"the nodes that can send are {', '.join(SENDERS)}; received {name!r}"
                    + (", which was typed in and has nobody to send to" if name == "x" else "")
                )
        if len(proposal.value) > MOST:
            raise traitlets.TraitError(f"at most {MOST} sends fit here; received {len(proposal.value)}")
        return list(proposal.value)


def order_lab():
    """Send the gradients of q = h·h + h, h = 2x, x = 3 back to x, in an order of your own.

    An order can be played: "as recursion calls it" is what happens without a topological order, where each
    node, once called, sends to all its parents and then calls each different parent, first to last
    (micrograd's `_backward` and `_prev`): q, m, h, and h again, and dq/dx comes out as 52. Other recursions
    give other numbers: 28 when q calls h before m, 62 when a parent is called right after each `+=`. The
    topological order can be played, too, as soon as the reader has tried an order of their own.

    >>> lab = order_lab()
    >>> lab.sent = ["q", "m", "h", "h"]
    >>> lab.gradients["x"]
    52.0
    >>> lab
    dq/dx = +52 instead of +26: h sent +13 and then +13, so +13 went out twice
    """
    return OrderLab()


def send(node):
    """Let a node add its gradient, times the local derivative, to each parent; one step of a backward pass.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> y.grad = 1.0
    >>> send(y)
    >>> x.grad
    6.0
    """
    for parent, local in zip(node.parents, node.local_derivatives, strict=True):
        parent.grad += local * node.grad


def _graph():
    x = Value(3.0)
    h = 2 * x
    m = h * h
    return {"x": x, "h": h, "m": m, "q": m + h}


def _facts():
    """By name, as the engine has them: the true gradients, and the nodes that use a node."""
    nodes = _graph()
    nodes["q"].backward()
    users = {
        name: [user for user in SENDERS if any(parent is node for parent in nodes[user].parents)]
        for name, node in nodes.items()
    }
    return {name: node.grad for name, node in nodes.items()}, users


TRUE, USERS = _facts()


def _last(nodes, sends):
    name, gradient, _ = sends[-1]
    if gradient == 0:
        return f"{name} sent 0, for nothing had arrived there"
    again = " again" if any(earlier == name for earlier, *_ in sends[:-1]) else ""
    carried = words.signed(gradient)
    arrived = words.signed(gradient * nodes[name].local_derivatives[-1])
    to = {
        "q": f"{carried} to m and {carried} to h",
        "m": f"{carried} × 6 = {arrived} to h, twice: once for each factor of h·h",
        "h": f"{carried} × 2 = {arrived} to x",
    }
    return f"{name} sent {to[name]}{again}"


def _verdict(nodes, sends):
    result, true = nodes["x"].grad, TRUE["x"]
    by_node = {name: [entry[1:] for entry in sends if entry[0] == name] for name in SENDERS}
    # Of several faults the first one is told, in topological order: those after it may only follow from it.
    wrong = next((n for n in SENDERS if sum(gradient for gradient, _ in by_node[n]) != TRUE[n]), None)
    if wrong is None:
        early = any(gradient == 0 for _, gradient, _ in sends)
        why = (
            "a node that sends before anything has arrived sends 0, which does no harm"
            if early
            else "each node sent once, after all that use it had sent"
        )
        return f"dq/dx = {words.signed(result)}, as it should be: {why}"
    but = "by chance" if result == true else f"instead of {words.signed(true)}"
    return f"dq/dx = {words.signed(result)} {but}: {_fault(wrong, by_node[wrong], nodes[wrong].grad)}"


def _fault(name, sent, arrived):
    amounts = [gradient for gradient, _ in sent]
    missing = sent[0][1]
    early = f" before {' and '.join(missing)} had sent" if missing else ""
    told = [words.signed(amount) for amount in amounts]
    if len(told) > 3:
        return f"{name} sent {len(told)} times, {words.signed(sum(amounts))} in all"
    reasons = []
    if repeated := sum(amounts[:-1]):
        times = "went out twice" if len(told) == 2 else "too much went out"
        reasons.append(f"so {words.signed(repeated)} {times}")
    if late := arrived - amounts[-1]:
        reasons.append(f"and the {words.signed(late)} that came later never went on")
    return f"{name} sent {told[0]}{early}{''.join(f' and then {t}' for t in told[1:])}, {', '.join(reasons)}"
