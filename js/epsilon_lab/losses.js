// What is measured: three losses as functions of w1, in float64 and in true float32.
// backprop_lib/explorables/epsilon_lab.py has the same, operation for operation.
import { exp } from "../common/exact.js"; // at a small ε the last binary digit is all there is

/** How the result of every operation is rounded, and what of it there is to see. */
export const DTYPES = {
  float64: { round: (x) => x, machine: 2 ** -52, decimals: 17 },
  float32: { round: Math.fround, machine: 2 ** -23, decimals: 9 },
};

const sigmoid = (z, round) => round(1 / round(1 + round(exp(-z))));
const relu = (z) => Math.max(z, 0);

function square(output, y, round) {
  const miss = round(output - y);
  return round(miss * miss);
}

export const DISTANCE = 1e-6; // how far the kink is away

/** w1: where.  loss: (w1, round) → L.  formula, numbers: how it is written. */
export const EXAMPLES = {
  smooth: {
    w1: 0.5,
    loss: (w1, round) => square(sigmoid(-sigmoid(round(w1 * 2), round), round), 1, round),
    formula: "L = (σ(w2·σ(w1·x) + b) − y)²",
    numbers: "w1 = 0.5, w2 = −1, b = 0, x = 2, y = 1",
  },
  ReLU: {
    w1: 1.2,
    loss: (w1, round) => square(round(round(1 / 7) * relu(round(w1 * 2))), 1, round),
    formula: "L = (w2·ReLU(w1·x) − y)²",
    numbers: "w1 = 1.2, w2 = 1/7, x = 2, y = 1",
  },
  kink: {
    w1: -DISTANCE,
    loss: relu,
    formula: "L = ReLU(z1), z1 = w1·x",
    numbers: "w1 = −10⁻⁶, x = 1",
  },
};
