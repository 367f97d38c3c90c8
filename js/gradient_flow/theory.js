// What a wide network would do on average, without drawing any weights. For plain layers: no normalisation, no shortcut.
// backprop_lib/explorables/gradient_flow/theory.py says why, and computes the same.
import { ACTIVATIONS } from "../common/activations.js";

// Nodes and weights for a mean over N(0, 1): x = ±e^(t − e^(−t)), which crowds at 0, where activations bend.
const NODES = Array.from({ length: 66 }, (_, k) => {
  const t = (k - 42) / 10;
  const x = Math.exp(t - Math.exp(-t));
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  return { x, weight: 0.1 * x * (1 + Math.exp(-t)) * density };
});

/** The means of f(z)² and f′(z)² over z from N(0, variance). */
export function means(activation, variance) {
  const { value, slope } = ACTIVATIONS[activation];
  const spread = Math.sqrt(variance);
  let [squares, slopes] = [0, 0];
  for (const { x, weight } of NODES) {
    for (const z of [spread * x, -spread * x]) {
      const a = value(z);
      const local = slope(z, a);
      squares += weight * a * a;
      slopes += weight * local * local;
    }
  }
  return { squares, slopes };
}

/** { gradients, activations }: as `run` in flow.js measures them, without clipping; null where theory has no answer. */
export function theory({ depth, activation, gain, normalisation, residual }) {
  if (normalisation !== "none" || residual) return null;
  const [activations, slopes] = [[], []];
  let square = 1; // of the input
  for (let l = 0; l < depth; l++) {
    const now = means(activation, gain * gain * square);
    square = now.squares;
    activations.push(Math.sqrt(square));
    slopes.push(now.slopes);
  }
  const gradients = new Array(depth);
  let handed = 1; // the mean square of ∂L/∂a, with that of the last layer as the unit
  for (let l = depth - 1; l >= 0; l--) {
    gradients[l] = Math.sqrt(handed * slopes[l]);
    handed *= gain * gain * slopes[l];
  }
  return { gradients, activations, inputGradient: Math.sqrt(handed) };
}
