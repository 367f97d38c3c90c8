// The walk: one step for each operation forward, one for the seed ∂L/∂L = 1, one for each edge backward.

/** List the steps of a folded graph: { kind: "start" | "forward" | "seed" | "backward" | "end", node, edge }. */
export function walk(view, nodes) {
  const root = nodes.length - 1;
  const operations = view.drawn.filter((i) => nodes[i].parents.length > 0);
  const backward = view.drawn
    .toReversed()
    .flatMap((i) =>
      view.edges.flatMap((edge, e) => (edge.to === i ? [{ kind: "backward", node: i, edge: e }] : [])),
    );
  return [
    { kind: "start" },
    ...operations.map((node) => ({ kind: "forward", node })),
    { kind: "seed", node: root },
    ...backward,
    { kind: "end" },
  ];
}

/**
 * What is known after `step`: which nodes have a value, and what each node's gradient has grown to.
 * Returns { known: Set of nodes, sums: Map(node -> running gradient), parts: Map(node -> edges that have given to it),
 * done: Set of all edges walked so far }.
 */
export function progress(steps, step, view, nodes, gradients, locals) {
  const known = new Set(view.drawn.filter((i) => nodes[i].parents.length === 0));
  const sums = new Map();
  const parts = new Map();
  const done = new Set();
  for (const { kind, node, edge } of steps.slice(0, step + 1)) {
    if (kind === "forward") known.add(node);
    if (kind === "seed") sums.set(node, 1);
    if (kind !== "backward") continue;
    const { from } = view.edges[edge];
    done.add(edge);
    sums.set(from, (sums.get(from) ?? 0) + gradients[node] * locals[edge]);
    parts.set(from, [...(parts.get(from) ?? []), edge]);
  }
  return { known, sums, parts, done };
}
