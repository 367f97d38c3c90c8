// Which nodes are drawn. A small graph is drawn whole; in a large one a node that feeds a single other node is
// folded into it, which gathers a neuron with its weights, and then only what is nearest to the result is kept.

const LIMIT = 60;

// A neuron ends at its activation: that is where folding stops.
const ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus"];

/**
 * nodes: the trace, in topological order.  opened: indices of folded nodes that the reader has opened.
 * Returns { drawn: indices in topological order, members: Map(index -> indices folded into it, itself last),
 * edges: [{ from, to, slot }], opened, total }; slot is the parent's place, or null for an edge into a folded node.
 */
export function fold(nodes, opened) {
  const folds = nodes.length > LIMIT;
  const owner = owners(nodes, folds, opened);
  const members = new Map();
  nodes.forEach((_, i) => members.set(owner[i], [...(members.get(owner[i]) ?? []), i]));
  const edges = [];
  for (const [to, inside] of members) {
    if (inside.length === 1) nodes[to].parents.forEach((from, slot) => edges.push({ from, to, slot }));
    else {
      const outside = inside.flatMap((i) => nodes[i].parents).filter((parent) => owner[parent] !== to);
      for (const from of new Set(outside)) edges.push({ from, to, slot: null });
    }
  }
  const drawn = folds ? nearest(nodes, members, edges) : [...members.keys()];
  const kept = new Set(drawn);
  return {
    drawn: drawn.sort((a, b) => a - b),
    members,
    edges: edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
    opened,
    total: nodes.length,
  };
}

/** The local derivative on every drawn edge; through a folded node it is the sum over the paths inside. */
export function edgeLocals({ members, edges }, nodes, locals) {
  const through = new Map();
  return edges.map(({ from, to, slot }) => {
    if (slot !== null) return locals[to][slot];
    if (!through.has(to)) through.set(to, inner(members.get(to), nodes, locals));
    return through.get(to).get(from);
  });
}

function owners(nodes, folds, opened) {
  const consumers = nodes.map(() => []);
  nodes.forEach((node, i) => node.parents.forEach((parent) => consumers[parent].push(i)));
  const owner = nodes.map((_, i) => i);
  if (!folds) return owner;
  for (let i = nodes.length - 2; i >= 0; i--) {
    if (consumers[i].length !== 1 || ACTIVATIONS.includes(nodes[i].operation)) continue;
    const into = owner[consumers[i][0]];
    if (!opened.includes(into)) owner[i] = into;
  }
  return owner;
}

function inner(inside, nodes, locals) {
  const gradient = new Map([[inside.at(-1), 1]]);
  for (const i of inside.toReversed()) {
    nodes[i].parents.forEach((parent, k) =>
      gradient.set(parent, (gradient.get(parent) ?? 0) + locals[i][k] * gradient.get(i)),
    );
  }
  return gradient;
}

// A node is drawn when all that it feeds is drawn, or the gradient that it collects in the picture would lack a part.
// Leaves that many nodes share (the weights, when a loss has many samples) would fill the picture: they wait.
function nearest(nodes, members, edges) {
  const parents = new Map();
  const waiting = new Map(); // node -> edges to what is not drawn yet
  for (const { from, to } of edges) {
    parents.set(to, [...(parents.get(to) ?? []), from]);
    waiting.set(from, (waiting.get(from) ?? 0) + 1);
  }
  const leaf = (i) => nodes[i].parents.length === 0;
  const crowded = members.size > LIMIT;
  const reached = [nodes.length - 1];
  for (const i of reached) {
    for (const parent of parents.get(i) ?? []) {
      waiting.set(parent, waiting.get(parent) - 1);
      if (waiting.get(parent) > 0 || (crowded && leaf(parent) && nodes[parent].role === "parameter"))
        continue;
      if (reached.length >= LIMIT) return reached;
      reached.push(parent);
    }
  }
  return reached;
}
