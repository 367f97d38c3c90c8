// The loss with the wall, and descent on it: what backprop_lib/explorables/clipping_cliff.py does, rule for rule.
import { ACTIVATIONS } from "../common/activations.js";

export const W = [4, 7]; // where a start may be
export const B = [-4, -1];
export const MOST_STEPS = 60;
const TIMES = 15;
const FIRST = 0.5;
const TARGET = 0.7;
const sigmoid = ACTIVATIONS.sigmoid.value;

/** (σ(x15) − 0.7)² and its gradient; x0 = 0.5, and x ← w·σ(x) + b at each of fifteen times. */
export function look(w, b) {
  const signals = [];
  let x = FIRST;
  for (let t = 0; t < TIMES; t++) {
    signals.push(sigmoid(x));
    x = w * signals[t] + b;
  }
  const last = sigmoid(x);
  const miss = last - TARGET;
  let dx = 2 * miss * last * (1 - last);
  let [dw, db] = [0, 0];
  for (let t = TIMES - 1; t >= 0; t--) {
    dw += dx * signals[t];
    db += dx;
    dx *= w * signals[t] * (1 - signals[t]);
  }
  return { loss: miss * miss, gradient: [dw, db] };
}

export const size = ([dw, db]) => Math.hypot(dw, db);

/** As `clip_grad_norm_` and `clip_grad_value_`: a new gradient, or the same one where nothing is clipped. */
export function clip(gradient, { clipping, threshold }) {
  if (clipping === "value") {
    const inside = gradient.every((entry) => Math.abs(entry) <= threshold);
    return inside ? gradient : gradient.map((entry) => Math.max(-threshold, Math.min(threshold, entry)));
  }
  const factor = threshold / (size(gradient) + 1e-6);
  return clipping === "none" || factor >= 1 ? gradient : gradient.map((entry) => entry * factor);
}

/** state: the traits. Returns one { w, b, loss, gradient, clipped } a point, the start first. */
export function descend(state) {
  const at = (w, b) => {
    const { loss, gradient } = look(w, b);
    return { w, b, loss, gradient, clipped: clip(gradient, state) };
  };
  const points = [at(state.w, state.b)];
  for (let k = 0; k < state.steps; k++) {
    const { w, b, clipped } = points[k];
    points.push(at(w - state.rate * clipped[0], b - state.rate * clipped[1]));
  }
  return points;
}

/** The angle between two vectors in degrees, 0 to 180. */
export function angle(one, other) {
  const across = one[0] * other[1] - one[1] * other[0];
  return Math.abs((Math.atan2(across, one[0] * other[0] + one[1] * other[1]) * 180) / Math.PI);
}

export const inside = ({ w, b }) => w >= W[0] && w <= W[1] && b >= B[0] && b <= B[1];
