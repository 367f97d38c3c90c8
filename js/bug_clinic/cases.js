// Who comes: an order of bugs and a network for each patient. backprop_lib/explorables/bug_clinic/cases.py draws the same.
import { generator } from "../common/random.js";
import { BUGS } from "./pass.js";

const [SAMPLES, INPUTS, HIDDEN, OUTPUTS] = [6, 2, 4, 3];
const STRIDE = 100003; // between the streams of two seeds

/** The key of a patient's bug: every bug once, in an order drawn afresh, before any comes again. */
export function bugOf(seed, patient) {
  const order = Object.keys(BUGS);
  const turn = Math.floor(patient / order.length);
  const { uniform } = generator(2 * (STRIDE * seed + turn));
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(uniform() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order[patient % order.length];
}

/** A patient's { parameters, X, y }.  zeros: all parameters are 0.  alone: the last sample without the others. */
export function caseOf({ seed, patient, zeros = false, alone = false }) {
  const { uniform } = generator(2 * (STRIDE * seed + patient) + 1);
  const drawn = (reach, rows, columns) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => reach * (2 * uniform() - 1)));
  const X = drawn(2, SAMPLES, INPUTS);
  const y = drawn(1, SAMPLES, OUTPUTS).map((row) => row.map((number) => Number(number > 0)));
  const [weights, biases] = zeros ? [0, 0] : [1.5, 1];
  const parameters = {
    W1: drawn(weights, INPUTS, HIDDEN),
    b1: drawn(biases, 1, HIDDEN),
    W2: drawn(weights, HIDDEN, OUTPUTS),
    b2: drawn(biases, 1, OUTPUTS),
  };
  return alone ? { parameters, X: X.slice(-1), y: y.slice(-1) } : { parameters, X, y };
}
