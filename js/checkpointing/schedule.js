// What a chain of layers computes and holds, step by step: backprop_lib/explorables/checkpointing/schedule.py has the same.

/** Where segments meet: 0, then the last layer of each. segments: 0, to keep all, cuts nowhere. */
export function boundaries(depth, segments) {
  const count = Math.max(1, segments);
  return Array.from({ length: count + 1 }, (_, j) => Math.floor((j * depth) / count));
}

/**
 * The steps: { kind: "start" | "forward" | "recompute" | "backward", layer, segment: [first, last], held, checkpoints, gradient }.
 * held, checkpoints: Sets of the i of each a_i that is there after the step.  gradient: the i that it has arrived at, or null.
 */
export function schedule(depth, segments) {
  const ends = boundaries(depth, segments);
  const parts = ends.slice(1).map((end, j) => [ends[j], end]);
  const checkpoints = new Set(segments > 0 ? ends.slice(0, -1) : []);
  const held = new Set([0]);
  const steps = [];

  function note(kind, layer, segment, gradient = null) {
    const kept = [...checkpoints].filter((i) => held.has(i));
    steps.push({ kind, layer, segment, held: new Set(held), checkpoints: new Set(kept), gradient });
  }

  note("start", 0, [1, ends[1]]);
  for (const [before, end] of parts) {
    for (let layer = before + 1; layer <= end; layer++) {
      held.add(layer);
      if (segments > 0 && !checkpoints.has(layer - 1)) held.delete(layer - 1);
      note("forward", layer, [before + 1, end]);
    }
  }
  for (const [before, end] of parts.reverse()) {
    if (segments > 0) {
      held.delete(end); // it has passed its gradient on, and will come again
      for (let layer = before + 1; layer <= end; layer++) {
        held.add(layer);
        note("recompute", layer, [before + 1, end], end);
      }
    }
    for (let layer = end; layer > before; layer--) {
      held.delete(layer);
      if (layer === before + 1) {
        checkpoints.delete(before);
        if (before > 0) held.delete(before);
      }
      note("backward", layer, [before + 1, end], layer - 1);
    }
  }
  return steps;
}

/** The number of the last step. */
export const lastStep = (depth, segments) => (segments > 0 ? 3 : 2) * depth;

/** The most activations held at a time. */
export const peak = (depth, segments) => (segments > 0 ? segments + Math.ceil(depth / segments) : depth + 1);

/** The first step after which the most are held. */
export function peakStep(steps) {
  const counts = steps.map(({ held }) => held.size);
  return counts.indexOf(Math.max(...counts));
}

/** Where a stage begins: each run of steps of one kind; then the last step. */
export function turns(steps) {
  const begins = steps.flatMap((step, s) => (s > 0 && step.kind !== steps[s - 1].kind ? [s - 1] : []));
  return [...begins, steps.length - 1];
}
