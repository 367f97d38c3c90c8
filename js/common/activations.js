// Activations on plain numbers, without an object for each call: what a network of arrays needs.
// Rule for rule those of backprop_lib/engine/functions.py; at the kink of ReLU and its kin the slope is that below it.
import erfc from "@stdlib/math-base-special-erfc";

// As in backprop_lib and torch.
const NEGATIVE_SLOPE = 0.01; // of the leaky ReLU
const ALPHA = 1; // of the ELU

const logistic = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const belowNormal = (z) => 0.5 * erfc(-z / Math.SQRT2);
const normalDensity = (z) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/**
 * name → { value(z), slope(z, a) }, where a is value(z): a slope may be computed from whichever is cheaper.
 * Where an activation has a fixed number, both take it last.
 */
export const ACTIVATIONS = {
  identity: { value: (z) => z, slope: () => 1 },
  sigmoid: { value: logistic, slope: (_, a) => a * (1 - a) },
  tanh: { value: Math.tanh, slope: (_, a) => 1 - a * a },
  relu: { value: (z) => (z <= 0 ? 0 : z), slope: (z) => (z <= 0 ? 0 : 1) },
  leaky_relu: {
    value: (z, below = NEGATIVE_SLOPE) => (z <= 0 ? below * z : z),
    slope: (z, _, below = NEGATIVE_SLOPE) => (z <= 0 ? below : 1),
  },
  elu: {
    value: (z, alpha = ALPHA) => (z <= 0 ? alpha * Math.expm1(z) : z),
    slope: (z, _, alpha = ALPHA) => (z <= 0 ? alpha * Math.exp(z) : 1),
  },
  gelu: { value: (z) => z * belowNormal(z), slope: (z) => belowNormal(z) + z * normalDensity(z) },
};
