// The network on the four points of XOR, apart from how it is shown.
import { hiddenLayer } from "../common/hidden_layer.js";

export const POINTS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
export const CLASSES = [0, 1, 1, 0];
export const MOST_UNITS = 8;
const SAME = 0.5;

const X = Float64Array.from(POINTS.flat());
const y = Float64Array.from(CLASSES);

export const xorNetwork = (units) => ({ units, ...hiddenLayer(units, X, y) });

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
export function dead({ units, hidden, through }) {
  if (hidden.activation !== "relu") return [];
  const { z } = through.layers[0];
  return Array.from({ length: units }, (_, j) => j).filter((j) =>
    POINTS.every((_, r) => z[r * units + j] <= 0),
  );
}

/** At how many points the likelier class is the right one. */
export const right = ({ through }) =>
  CLASSES.filter((wanted, r) => through.output[r] > 0 === (wanted === 1)).length;
