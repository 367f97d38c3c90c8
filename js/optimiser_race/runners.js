// The optimisers, step for step as backprop_lib.training and torch.optim take them.
import { REACH, SURFACES } from "./surfaces.js";

export const STEPS = 200;
const FARTHEST = 1000; // who gets farther than this from 0 is out of the race: numbers would soon overflow
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

// name → (settings) → a rule: gradient of both parameters → what is taken from them
const RULES = {
  SGD:
    ({ rate }) =>
    (g) =>
      g.map((slope) => rate * slope),
  momentum({ rate, momentum }) {
    let v = null;
    return (g) => {
      v = v === null ? g : g.map((slope, i) => momentum * v[i] + slope);
      return v.map((speed) => rate * speed);
    };
  },
  Adam({ rate }) {
    const [m, v] = [
      [0, 0],
      [0, 0],
    ];
    let t = 0;
    return (g) => {
      t += 1;
      const size = rate / (1 - BETA1 ** t);
      const scale = Math.sqrt(1 - BETA2 ** t);
      return g.map((slope, i) => {
        m[i] = BETA1 * m[i] + (1 - BETA1) * slope;
        v[i] = BETA2 * v[i] + (1 - BETA2) * (slope * slope);
        return (size * m[i]) / (Math.sqrt(v[i]) / scale + EPSILON);
      });
    };
  },
};

export const RUNNERS = Object.keys(RULES);

/** Where a runner is at first and after each step, as [w1, w2, L]; none after the step that led it out of the race. */
export function run(runner, state) {
  const { loss, gradient } = SURFACES[state.surface];
  const rule = RULES[runner](state);
  let [w1, w2] = state.point;
  const path = [[w1, w2, loss(w1, w2, state.condition)]];
  for (let step = 0; step < state.step && !isOut(path.at(-1)); step++) {
    const [taken1, taken2] = rule(gradient(w1, w2, state.condition));
    [w1, w2] = [w1 - taken1, w2 - taken2];
    path.push([w1, w2, loss(w1, w2, state.condition)]);
  }
  return path;
}

export const isOut = ([w1, w2]) => Math.max(Math.abs(w1), Math.abs(w2)) > FARTHEST;
export const isOutside = ([w1, w2]) => Math.abs(w1) > REACH[0] || Math.abs(w2) > REACH[1];

/** The learning rates above which SGD, and momentum, diverge in the valley. */
export function criticalRates({ condition, momentum }) {
  return { SGD: 2 / condition, momentum: (2 * (1 + momentum)) / condition };
}
