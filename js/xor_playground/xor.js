// The network on the four points of XOR, apart from how it is shown.
import { crossEntropyWithLogits, descend, network, pass } from "../common/network.js";

export const POINTS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
export const CLASSES = [0, 1, 1, 0];
export const MOST_UNITS = 8;
const SAME = 0.5;
const LARGEST = 1e6; // of a weight: beyond it, sums of products would soon have no value

const X = Float64Array.from(POINTS.flat());
const y = Float64Array.from(CLASSES);

/** 2 inputs, the hidden units, 1 logit. `hidden` and `output` are the layers; `four` is their pass over the points. */
export function xorNetwork(units, activation) {
  const layers = network([2, units, 1], [activation, "identity"]);
  const [hidden, output] = layers;
  const four = pass(layers, POINTS.length);
  const upstream = new Float64Array(POINTS.length);

  /** Forward and backward over the four points; returns the loss. The rest is in `four`. */
  function evaluate() {
    const loss = crossEntropyWithLogits(four.forward(X), y, upstream);
    four.backward(upstream);
    return loss;
  }

  function load({ W1, b1, W2, b2 }) {
    hidden.W.set(W1.flat());
    hidden.b.set(b1);
    output.W.set(W2.flat());
    output.b.set(b2);
  }

  /** The weights as Python has them. */
  function weights() {
    const [W, v] = [Array.from(hidden.W), Array.from(output.W)];
    return {
      W1: [W.slice(0, units), W.slice(units)],
      b1: Array.from(hidden.b),
      W2: v.map((weight) => [weight]),
      b2: Array.from(output.b),
    };
  }

  /** Needs `evaluate` before it, for the gradients. */
  const step = (rate) => descend(layers, four, rate);

  const small = (weight) => Math.abs(weight) <= LARGEST; // what is no number is not small, either
  const bounded = () => layers.every(({ W, b }) => W.every(small) && b.every(small));

  return { units, activation, hidden, output, layers, four, evaluate, load, weights, step, bounded };
}

/** Where the weights begin: `initial_weights` in Python. normals: a DataView, 3 × 8 numbers for each seed. */
export function initialWeights({ units, activation, initialisation, seed }, normals) {
  const draw = (k) => normals.getFloat64(8 * (3 * MOST_UNITS * seed + k), true);
  const make = (inputs, outputs, from) => {
    if (initialisation === "same") return () => SAME;
    if (initialisation === "zero") return () => 0;
    const spread = initialisation === "scaled" ? scale(activation, inputs, outputs) : 1;
    return (k) => spread * draw(from + k);
  };
  const [W, v] = [make(2, units, 0), make(units, 1, 2 * units)];
  const every = Array.from({ length: units }, (_, j) => j);
  return {
    W1: [every.map(W), every.map((j) => W(units + j))],
    b1: every.map(() => 0),
    W2: every.map((j) => [v(j)]),
    b2: [0],
  };
}

// He for ReLU, Xavier for the others.
function scale(activation, inputs, outputs) {
  return activation === "relu" ? Math.SQRT2 / Math.sqrt(inputs) : 1 / Math.sqrt((inputs + outputs) / 2);
}

/** Groups of units with all weights in common, two or more in each. */
export function twins({ units, hidden, output }) {
  const groups = new Map();
  for (let j = 0; j < units; j++) {
    const key = [hidden.W[j], hidden.W[units + j], hidden.b[j], output.W[j]].join();
    groups.set(key, [...(groups.get(key) ?? []), j]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** The units whose ReLU is 0, and flat, at all four points. */
export function dead({ units, activation, four }) {
  if (activation !== "relu") return [];
  const { z } = four.layers[0];
  return Array.from({ length: units }, (_, j) => j).filter((j) =>
    POINTS.every((_, r) => z[r * units + j] <= 0),
  );
}

/** At how many points the likelier class is the right one. */
export const right = ({ four }) =>
  CLASSES.filter((wanted, r) => four.output[r] > 0 === (wanted === 1)).length;
