// What a checkpointed chain does, in words: backprop_lib/explorables/checkpointing/words.py says the same.
import { peak } from "./schedule.js";

const TOLD = { start, forward, recompute, backward };

/** What the step at `position` does, and how many activations are held after it. */
export function ofStep(steps, position) {
  const step = steps[position];
  const before = position > 0 ? steps[position - 1].held : new Set();
  const gone = [...before].filter((i) => !step.held.has(i)).sort((a, b) => a - b);
  return `step ${position} of ${steps.length - 1}: ${TOLD[step.kind](step, gone)}; ${counted(step.held.size)}`;
}

/** What the whole schedule costs. */
export function ofChain(depth, segments) {
  if (segments === 0)
    return `${depth} layers, all kept: peak ${depth + 1}; ${depth} layer evaluations: 1 forward pass`;
  const most = peak(depth, segments);
  const saved = most <= depth ? ` in place of ${depth + 1}` : ", as when all are kept";
  return `${depth} layers in ${cut(depth, segments)}: peak ${most}${saved}; ${depth} + ${depth} layer evaluations: 2 forward passes in place of 1`;
}

export const counted = (count) => `${count} activation${count === 1 ? "" : "s"} held`;

function start() {
  return "nothing is computed yet, and only the input a0 is there";
}

function forward({ layer, checkpoints }, gone) {
  const told = [`compute layer ${layer}`];
  if (gone.length > 0) told.push(`let ${names(gone)} go`);
  if (checkpoints.has(layer)) told.push(`keep a${layer} as a checkpoint`);
  else if (checkpoints.size === 0) told.push(`keep a${layer}`);
  return told.join(", ");
}

function recompute({ layer, segment: [first, last] }, gone) {
  const whole = first === last ? `layer ${first}` : `layers ${first}–${last}`;
  const source = first > 1 ? `the checkpoint a${first - 1}` : "the input a0";
  const now = first < last ? `, now layer ${layer}` : "";
  const letGo = gone.length > 0 ? `let ${names(gone)} go and ` : "";
  return `${letGo}recompute ${whole} from ${source}${now}`;
}

function backward({ layer, gradient }, gone) {
  const reached = gradient > 0 ? `a${gradient}` : "the input a0";
  return `back through layer ${layer} to ${reached}, let ${names(gone)} go`;
}

// A layer's result, and the checkpoint that its segment began from.
function names(gone) {
  const checkpoints = gone.slice(0, -1).map((i) => `the checkpoint a${i}`);
  return [`a${gone.at(-1)}`, ...checkpoints].join(" and ");
}

function cut(depth, segments) {
  const least = Math.floor(depth / segments);
  const more = depth % segments > 0 ? ` or ${least + 1}` : "";
  return `${segments === 1 ? "1 segment" : `${segments} segments`} of ${least}${more}`;
}
