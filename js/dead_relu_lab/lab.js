// The network 2–16–1 on the two rings, and what gets through each of its hidden units.
import { ACTIVATIONS } from "../common/activations.js";
import { hiddenLayer } from "../common/hidden_layer.js";

export const UNITS = 16;

/** samples: [x1, x2, class] each. */
export function ringsNetwork(samples) {
  const X = Float64Array.from(samples.flatMap(([x1, x2]) => [x1, x2]));
  const y = Float64Array.from(samples, ([, , label]) => label);
  const net = hiddenLayer(UNITS, X, y);
  const { hidden, through } = net;

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

  return { ...net, units };
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
