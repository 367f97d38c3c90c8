// What the picture shows, in a sentence: backprop_lib/explorables/xor_playground.py writes the same one.
import { number, signed } from "../common/numbers.js";
import { dead, right, twins } from "./xor.js";

const NO_GRADIENT = 1e-12; // less is round-off: the sums of the four points' gradients cancel

/** net: evaluated.  weights: of `listed`. */
export function describe(net, weights, steps, loss) {
  const told = [
    `step ${steps}: loss ${number(loss)}, ${right(net)} of 4 points right`,
    largest(weights),
    ...twins(net).map((group) => `${named(group, net.units)} are twins: same weights, same gradients`),
  ];
  const out = dead(net);
  if (out.length > 0) {
    const [is, its] = out.length === 1 ? ["is", "its"] : ["are", "their"];
    told.push(
      `${named(out, net.units)} ${is} dead: ${its} ReLU gives 0 at all 4 points, and no gradient comes through`,
    );
  }
  return told.join("; ");
}

function largest(weights) {
  const most = Math.max(...weights.map(({ gradient }) => Math.abs(gradient)));
  if (most < NO_GRADIENT) return "every gradient is 0: no step moves anything";
  // Not quite the largest: equal sums that were added up in another order differ in their last digit.
  const first = weights.find(({ gradient }) => Math.abs(gradient) >= most * (1 - 1e-9));
  return `the largest gradient is ${signed(first.gradient)} at ${first.name}`;
}

/** Units from 1 on: "unit 2", "units 1, 3 and 4", "all 3 units". */
function named(members, count) {
  const numbers = members.map((unit) => String(unit + 1));
  if (numbers.length === count && count > 2) return `all ${count} units`;
  if (numbers.length === 1) return `unit ${numbers[0]}`;
  return `units ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}
