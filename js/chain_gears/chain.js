// The chain in numbers, apart from how it is shown: backprop_lib/explorables/chain_gears.py has the same.
import { backward, forward } from "../common/engine.js";

export const FEWEST = 2;
export const MOST = 6;
const REACH = 100; // how far x and the parameters go
const NEARLY_FLAT = 0.01;
const ROUND_OFF = 1e-9; // a measured change below this share of its value is noise of the last digits

export const STAGES = {
  "×": { operation: "multiply", symbol: "×", letter: "w", start: 2 },
  "+": { operation: "add", symbol: "+", letter: "b", start: 1 },
  square: { operation: "power_of", parameter: 2, symbol: "( )²" },
  sigmoid: { operation: "sigmoid", symbol: "σ" },
  tanh: { operation: "tanh", symbol: "tanh" },
  relu: { operation: "relu", symbol: "ReLU" },
  sin: { operation: "sin", symbol: "sin" },
  exp: { operation: "exp", symbol: "exp" },
};

/** The name of a stage's parameter (w1, b2), or null. */
export const parameter = (stage, k) => (STAGES[stage].letter ? `${STAGES[stage].letter}${k + 1}` : null);

export const valueName = (k, count) => (k === 0 ? "x" : k === count ? "y" : `v${k}`);

export const withinReach = (number) => Math.max(-REACH, Math.min(REACH, number));

/** The weights that these stages have: those there are, and a start for each other one. */
export function weightsFor(stages, weights) {
  const named = stages.map((stage, k) => [parameter(stage, k), STAGES[stage].start]);
  return Object.fromEntries(
    named.filter(([name]) => name).map(([name, start]) => [name, weights[name] ?? start]),
  );
}

/** The chain from stage `first` on, entered with the number x: values and slopes along it, and ∂y/∂(value). */
export function run({ stages, weights }, x, first = 0) {
  const nodes = [{ name: "x", parents: [] }];
  const along = [0];
  stages.forEach((stage, k) => {
    if (k < first) return;
    const { operation, parameter: fixed } = STAGES[stage];
    const parents = [along.at(-1)];
    const name = parameter(stage, k);
    if (name) parents.push(nodes.push({ name, parents: [] }) - 1);
    along.push(nodes.push({ operation, parameter: fixed, parents }) - 1);
  });
  const { values, locals } = forward(nodes, { ...weights, x });
  const gradients = backward(nodes, locals);
  return {
    values: along.map((i) => values[i]),
    slopes: along.slice(1).map((i) => locals[i][0]),
    gradients: along.map((i) => gradients[i]),
  };
}

/** All that the picture shows of a state {x, stages, weights, direction, nudge}. */
export function compute(state) {
  const { values, slopes, gradients } = run(state, state.x);
  const back = state.direction === "backward";
  const products = back ? gradients : slopes.reduce((all, slope) => [...all, all.at(-1) * slope], [1]);
  return {
    values,
    slopes,
    products,
    derivative: products.at(back ? 0 : -1),
    measured: measure(state, values, back),
    silencer: silencing(slopes, products, back),
  };
}

// Backward: how far y moves when this value alone is nudged. Forward: how far this value moves when x is.
function measure(state, values, back) {
  const moved = (before, after) =>
    Math.abs(after - before) <= ROUND_OFF * Math.abs(before) ? 0 : after - before;
  if (back) return values.map((x, k) => moved(values.at(-1), run(state, x + state.nudge, k).values.at(-1)));
  const after = run(state, state.x + state.nudge).values;
  return values.map((x, k) => moved(x, after[k]));
}

// The stage that lets nothing through, or nearly nothing; null where there is none.
function silencing(slopes, products, back) {
  for (const flat of [0, NEARLY_FLAT]) {
    const found = slopes.flatMap((slope, k) => (Math.abs(slope) <= flat ? [k] : []));
    if (found.length === 0) continue;
    const k = found.at(back ? -1 : 0);
    const beyond = back ? products.slice(0, k + 1) : products.slice(k + 1);
    if (beyond.every((product) => Math.abs(product) <= flat)) return k;
  }
  return null;
}
