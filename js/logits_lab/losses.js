// The numbers of the three views, apart from how they are shown. Their twins in Python are the package's own
// engine: backprop_lib/explorables/logits_lab.py.
const sum = (numbers) => numbers.reduce((total, x) => total + x, 0);
const sigmoid = (z) => 1 / (1 + Math.exp(-z)); // no logit here is far enough below 0 to overflow

/** Softmax and cross-entropy, fused: without its largest entry no exp can overflow. */
export function threeClasses({ z1, z2, z3, right }) {
  const logits = [z1, z2, z3];
  const largest = Math.max(...logits);
  const lowered = logits.map((z) => z - largest);
  const whole = Math.log(sum(lowered.map(Math.exp)));
  const logs = lowered.map((z) => z - whole);
  const p = logs.map(Math.exp);
  const y = logits.map((_, i) => (i === right - 1 ? 1 : 0));
  const delta = p.map((share, i) => share - y[i]);
  return { logits, p, y, delta, loss: -logs[right - 1] };
}

/** One output a = σ(z): both losses, and what either sends back into z. */
export function yesOrNo({ z, target: y }) {
  const a = sigmoid(z);
  const miss = a - y;
  const slope = a * (1 - a);
  return {
    a,
    miss,
    slope,
    entropy: {
      loss: Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z))),
      gradient: miss,
    },
    squared: { loss: 0.5 * miss * miss, gradient: miss * slope },
  };
}

/** Softmax of the logits + c, twice: as it is defined, and with the largest logit taken away first. */
export function bigLogits({ z1, z2, z3, shift }) {
  const shifted = [z1, z2, z3].map((z) => z + shift);
  const largest = Math.max(...shifted);
  const lowered = shifted.map((z) => z - largest);
  return { shifted, largest, lowered, naive: shares(shifted), stable: shares(lowered) };
}

function shares(logits) {
  const powers = logits.map(Math.exp);
  const total = sum(powers);
  return { powers, total, p: powers.map((power) => power / total) };
}
