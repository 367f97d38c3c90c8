// "Predict the next gradient": a wrong guess is matched against what each usual slip would give.
import { number, signed } from "../common/numbers.js";

// Two digits are enough: half a unit of the second is at most 5 %. A tiny gradient still needs its sign.
const near = (a, b) => Math.abs(a - b) <= Math.max(0.05 * Math.abs(b), Math.min(0.0006, 0.5 * Math.abs(b)));

/** Judge a guess at upstream × local; `before` is the gradient that the node had collected already. */
export function judge(guess, upstream, local, before) {
  const truth = upstream * local;
  if (near(guess, truth)) return { right: true, why: "Right." };
  const slips = [
    [-truth, "The size is right, the sign is not: keep the signs of both factors."],
    [upstream, "That is the upstream gradient alone: multiply it by the local derivative."],
    [local, "That is the local derivative alone: multiply it by the upstream gradient."],
    [upstream + local, "You added; along a path the chain rule multiplies."],
    [upstream / local, "You divided; along a path the chain rule multiplies."],
    [before + truth, "That is the new total; this step asks for what is added to it."],
  ];
  const slip = slips.find(([given]) => Number.isFinite(given) && near(guess, given) && !near(given, truth));
  const why = slip?.[1] ?? "It is the upstream gradient times the local derivative.";
  return { right: false, why: `Not ${signed(guess)}. ${why}`, truth: number(truth) };
}
