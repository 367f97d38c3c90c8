// Both backward passes in step: who has handed on its gradient, and what has arrived where.

/**
 * graphs: { ours, theirs }, nodes with `below`, `gradient` and `sends`.  step: from 0 to turns.length + 1, the end.
 * Returns { sums: { ours, theirs }: Map(node → what has arrived), states: Map(node → "done" | "active") }.
 */
export function progress(graphs, entries, turns, step) {
  const ran = turns.slice(0, step);
  const active = step <= turns.length ? ran.at(-1) : undefined;
  const sums = {};
  const states = {};
  for (const side of ["ours", "theirs"]) {
    const nodes = graphs[side];
    sums[side] = new Map(step > 0 ? [[nodes.length - 1, nodes.at(-1).gradient]] : []);
    states[side] = new Map();
    for (const e of ran) {
      const node = entries[e][side];
      if (node === null) continue;
      states[side].set(node, e === active ? "active" : "done");
      nodes[node].below.forEach((below, slot) => {
        if (below === null) return;
        sums[side].set(below, (sums[side].get(below) ?? 0) + nodes[node].sends[slot]);
      });
    }
    for (const { [side]: node, known } of entries) {
      if (node === null) continue;
      // What was added up in another order may differ in its last digit.
      if (known <= step) sums[side].set(node, nodes[node].gradient);
      else if (side === "theirs" && nodes[node].leaf) sums[side].delete(node); // .grad is set in its own turn
    }
  }
  return { sums, states };
}
