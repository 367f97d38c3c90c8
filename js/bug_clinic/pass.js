// The two-layer network with its equations written out, and the bugs: each an equation or two that stand in for theirs.
// backprop_lib/explorables/bug_clinic/bugs.py has the same, in the words that are shown.
import { ACTIVATIONS } from "../common/activations.js";
import { each, flipped, reshaped, scaled, summed, times } from "./matrices.js";

export const RATE = 0.5;
export const PARAMETERS = ["W1", "b1", "W2", "b2"];

const sigmoid = (Z) => Z.map((row) => row.map(ACTIVATIONS.sigmoid.value));
const affine = (X, W, [b]) => times(X, W).map((row) => row.map((z, j) => z + b[j]));

/** Keeps all that the way back needs: { X, z1, a1, z2, a2, and the parameters }. */
export function forward(parameters, X) {
  const { W1, b1, W2, b2 } = parameters;
  const z1 = affine(X, W1, b1);
  const a1 = sigmoid(z1);
  const z2 = affine(a1, W2, b2);
  return { ...parameters, X, z1, a1, z2, a2: sigmoid(z2) };
}

/** The mean of (a2 − y)² over samples and outputs. */
export const meanSquaredError = (a2, y) =>
  each(a2, y, (a, t) => (a - t) ** 2)
    .flat()
    .reduce((sum, square) => sum + square, 0) / y.flat().length;

const missOver = (count, a2, y) => each(a2, y, (a, t) => (2 * (a - t)) / count);

const EQUATIONS = {
  da2: ({ a2, y }) => missOver(y.flat().length, a2, y),
  dz2: ({ da2, a2 }) => each(da2, a2, (d, a) => d * a * (1 - a)),
  dW2: ({ a1, dz2 }) => times(flipped(a1), dz2),
  db2: ({ dz2 }) => summed(dz2),
  da1: ({ dz2, W2 }) => times(dz2, flipped(W2)),
  dz1: ({ da1, a1 }) => each(da1, a1, (d, a) => d * a * (1 - a)),
  dW1: ({ X, dz1 }) => times(flipped(X), dz1),
  db1: ({ dz1 }) => summed(dz1),
};

const ofLast = (rows, columns) => times(flipped(rows.slice(-1)), columns.slice(-1));
const averaged = (rows) => scaled(summed(rows), 1 / rows.length);

export const BUGS = {
  healthy: {},
  sum_over_samples: { da2: ({ a2, y }) => missOver(y[0].length, a2, y) },
  outputs_forgotten: { da2: ({ a2, y }) => missOver(y.length, a2, y) },
  output_slope: { dz2: ({ da2 }) => da2 },
  hidden_slope: { dz1: ({ da1 }) => da1 },
  z_in_slope: { dz1: ({ da1, z1 }) => each(da1, z1, (d, z) => d * z * (1 - z)) },
  tanh_slope: { dz1: ({ da1, a1 }) => each(da1, a1, (d, a) => d * (1 - a ** 2)) },
  reshaped_weight: { da1: ({ dz2, W2 }) => times(dz2, reshaped(W2, W2.length)) },
  updated_weight: {
    da1: ({ dz2, dW2, W2 }) => times(dz2, flipped(each(W2, dW2, (w, d) => w - RATE * d))),
  },
  mean_of_biases: { db2: ({ dz2 }) => averaged(dz2), db1: ({ dz1 }) => averaged(dz1) },
  overwritten: { dW2: ({ a1, dz2 }) => ofLast(a1, dz2), dW1: ({ X, dz1 }) => ofLast(X, dz1) },
  z_as_input: { dW2: ({ z1, dz2 }) => times(flipped(z1), dz2) },
  column_product: { dW2: ({ a1, dz2, W2 }) => reshaped(times(flipped(dz2), a1), W2[0].length) },
  weight_for_input: {
    dW1: ({ W1, dz1 }) =>
      each(
        W1,
        W1.map(() => summed(dz1)[0]),
        (w, d) => w * d,
      ),
  },
  wrong_sign: { dW1: ({ X, dz1 }) => scaled(times(flipped(X), dz1), -1) },
};

/** What a pass claims as gradients: { W1, b1, W2, b2 }.  kept: from `forward`.  bug: a key of BUGS. */
export function backward(kept, y, bug) {
  const known = { ...kept, y };
  for (const [name, equation] of Object.entries({ ...EQUATIONS, ...BUGS[bug] }))
    known[name] = equation(known);
  return Object.fromEntries(PARAMETERS.map((name) => [name, known[`d${name}`]]));
}
