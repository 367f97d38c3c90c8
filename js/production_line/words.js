// What the picture shows: backprop_lib/explorables/production_line.py writes the same sentence.
import { number, signed } from "../common/numbers.js";

/** values, gradients: name → number.  names: the knobs that can be turned. */
export function sentence(values, gradients, names) {
  const miss = values.miss;
  const product = number(values.p);
  if (miss === 0)
    return `The product is ${product} cm, as the customer wants: the loss is 0, no knob is to blame`;
  const way = miss > 0 ? "long" : "short";
  const told = `The product is ${product} cm, ${number(Math.abs(miss))} cm too ${way}: the loss is ${number(values.L)}`;
  return `${told}; ${blame(gradients, names)}`;
}

function blame(gradients, names) {
  const most = mostToBlame(gradients, names);
  if (most.length === 0) return `turning ${names.join(" or ")} a little changes nothing`;
  const [first, ...others] = names.map((name) => answer(gradients[name]));
  let told = `turn ${names[0]} up a little and the loss ${first}${first === "stays" ? "" : " as much"}`;
  if (others.length > 0) {
    told += ` (${others.map((one, i) => `${names[i + 1]}: ${one}`).join(", ")})`;
    if (most.length > 1) return `${told}; most to blame: ${most.join(" and ")}, alike`;
    told += `; most to blame: ${most[0]}`;
  }
  return `${told}, so turn it ${gradients[most[0]] > 0 ? "down" : "up"}`;
}

function answer(gradient) {
  if (gradient === 0) return "stays";
  return `${gradient > 0 ? "rises" : "falls"} ${number(Math.abs(gradient))} times`;
}

/** The knobs whose gradient is the largest, sign aside; none where all are 0. */
export function mostToBlame(gradients, names) {
  const largest = Math.max(...names.map((name) => Math.abs(gradients[name])));
  if (largest === 0) return [];
  return names.filter((name) => number(Math.abs(gradients[name])) === number(largest));
}

export const HINT = "Turn a knob a little, up or down: does the loss do what its orange bar says?";

/** What the reader's own move did, so that it can be held against what the gradient said. */
export function afterMove(name, moved, before, after) {
  const change = after - before;
  const times = number(Number((Math.abs(change) / Math.abs(moved)).toPrecision(3)));
  const first = `Just now: ${name} ${signed(moved)}, loss ${signed(change)}`;
  return change === 0 ? `${first}.` : `${first}: that is ${times} times as much.`;
}

export function afterStep(moves, before, after) {
  if (moves.every(([, moved]) => moved === 0)) return "Every gradient is 0: a step moves nothing.";
  const told = moves.map(([name, moved]) => `${name} ${signed(moved)}`).join(", ");
  return `One step of −0.01 × gradient: ${told}; loss ${number(before)} → ${number(after)}.`;
}
