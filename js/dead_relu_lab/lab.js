// The network 2–16–1 on the two rings, and what gets through each of its hidden units.
import { ACTIVATIONS } from "../common/activations.js";
import { crossEntropyWithLogits, descend, network, pass } from "../common/network.js";

export const UNITS = 16;
const LARGEST = 1e6; // of a weight: beyond it, sums of products would soon have no value

/** samples: [x1, x2, class] each. */
export function ringsNetwork(samples) {
  const layers = network([2, UNITS, 1], ["relu", "identity"]);
  const [hidden, output] = layers;
  const rows = samples.length;
  const through = pass(layers, rows);
  const X = Float64Array.from(samples.flatMap(([x1, x2]) => [x1, x2]));
  const y = Float64Array.from(samples, ([, , label]) => label);
  const upstream = new Float64Array(rows);

  /** Forward and backward over all samples; returns the loss. */
  function evaluate() {
    const loss = crossEntropyWithLogits(through.forward(X), y, upstream);
    through.backward(upstream);
    return loss;
  }

  function load({ activation, W1, b1, W2, b2 }) {
    hidden.activation = activation;
    hidden.W.set(W1.flat());
    hidden.b.set(b1);
    output.W.set(W2.flat());
    output.b.set(b2);
  }

  /** The weights as Python has them. */
  function weights() {
    const W = Array.from(hidden.W);
    return {
      W1: [W.slice(0, UNITS), W.slice(UNITS)],
      b1: Array.from(hidden.b),
      W2: Array.from(output.W, (weight) => [weight]),
      b2: Array.from(output.b),
    };
  }

  /** Needs `evaluate` before it. One { z, slopes, low, high, active, steepest, silent, dead, db } a hidden unit. */
  function units() {
    const { value, slope } = ACTIVATIONS[hidden.activation];
    return Array.from({ length: UNITS }, (_, j) => {
      const z = samples.map((_, r) => through.layers[0].z[r * UNITS + j]);
      const slopes = z.map((at) => slope(at, value(at)));
      const active = z.filter((at) => at > 0).length;
      const steepest = Math.max(...slopes.map(Math.abs));
      return {
        z,
        slopes,
        low: Math.min(...z),
        high: Math.max(...z),
        active,
        steepest,
        silent: active === 0,
        dead: steepest === 0,
        db: through.layers[0].db[j],
      };
    });
  }

  /** Needs `evaluate` before it, for the gradients. */
  const step = (rate) => descend(layers, through, rate);

  const small = (weight) => Math.abs(weight) <= LARGEST; // what is no number is not small, either
  const bounded = () => layers.every(({ W, b }) => W.every(small) && b.every(small));

  return { through, evaluate, load, weights, units, step, bounded };
}

/** Where the weights begin: `initial_weights` in Python. first: a DataView, W1 and W2 of each seed. */
export function initialWeights({ bias, seed }, first) {
  const draw = (k) => first.getFloat64(8 * (3 * UNITS * seed + k), true);
  const every = Array.from({ length: UNITS }, (_, j) => j);
  return {
    W1: [every.map(draw), every.map((j) => draw(UNITS + j))],
    b1: every.map(() => bias),
    W2: every.map((j) => [draw(2 * UNITS + j)]),
    b2: [0],
  };
}
