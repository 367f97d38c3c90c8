// "Predict the next gradient": a wrong guess is matched against what each usual slip would give.
import { number, signed } from "../common/numbers.js";

// To 1 %, or to the decimals that are shown; a tiny gradient still needs its sign.
const near = (a, b) => Math.abs(a - b) <= Math.max(0.01 * Math.abs(b), Math.min(0.0006, 0.5 * Math.abs(b)));

// Two digits are enough, if they are the right two.
const rounds = (guess, truth) => guess !== 0 && near(guess, Number(truth.toPrecision(2)));

/** Judge a guess at upstream × local; `before` is the gradient that the node had collected already. */
export function judge(guess, upstream, local, before) {
  const truth = upstream * local;
  const right = { right: true, why: "Right." };
  if (near(guess, truth)) return right;
  const slips = [
    [-truth, "The size is right, the sign is not: keep the signs of both factors."],
    [upstream, "That is the upstream gradient alone: multiply it by the local derivative."],
    [local, "That is the local derivative alone: multiply it by the upstream gradient."],
    [upstream + local, "You added; along a path the chain rule multiplies."],
    [upstream / local, "You divided; along a path the chain rule multiplies."],
    [before + truth, "That is the new total; this step asks for what is added to it."],
  ];
  const slip = slips.find(([given]) => Number.isFinite(given) && near(guess, given) && !near(given, truth));
  if (!slip && rounds(guess, truth)) return right;
  const why = slip?.[1] ?? "It is the upstream gradient times the local derivative.";
  return { right: false, why: `Not ${signed(guess)}. ${why}`, truth: number(truth) };
}
