"""The one walk over a computation graph that every engine uses."""


def topological_order(root):
    """List the graph behind `root` so that every node comes after all of its parents.

    Parents are visited from left to right, and `root` comes last. The walk keeps its own stack in place
    of recursion, so a chain may be millions of nodes long. Each node is entered once, however many paths
    lead to it: the time grows with the edges, never with the paths.

    root: any object with a tuple `parents` of objects of its kind.
    Returns: a list of nodes.
    Raises: TypeError when `root` is no node of a graph.

    >>> class Node:
    ...     def __init__(self, name, *parents):
    ...         self.name, self.parents = name, parents
    >>> a = Node("a")
    >>> b = Node("b", a)
    >>> c = Node("c", b, a)
    >>> [node.name for node in topological_order(Node("d", c, b))]
    ['a', 'b', 'c', 'd']
    """
    if not hasattr(root, "parents"):
        raise TypeError(
            f"expected a node of a graph, such as a Value; received {type(root).__name__} {root!r}"
        )
    order, entered, stack = [], set(), [root]
    push, pop, enter, leave = stack.append, stack.pop, entered.add, order.append
    while stack:
        node = pop()
        if node is None:  # the marker: all parents of the node below it are done
            leave(pop())
        elif node not in entered:
            enter(node)
            parents = node.parents
            if parents:
                push(node)
                push(None)
                stack.extend(parents[::-1])
            else:
                leave(node)
    return order
