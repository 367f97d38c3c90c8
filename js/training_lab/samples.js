// Samples, first weights and the order of each epoch: explorables/training_lab/run.py draws them, and here they are read.

export const MOST_EPOCHS = 200;
const SIZES = [60, 200]; // training samples
const MOST = 200;

/** bytes: DataViews by name, of `draws` in Python. */
export function read({ points, chances, weights, orders }) {
  const bytes = ({ buffer, byteOffset, byteLength }) => buffer.slice(byteOffset, byteOffset + byteLength);
  const numbers = (view) => new Float64Array(bytes(view));
  return {
    points: numbers(points),
    chances: numbers(chances),
    weights: numbers(weights),
    orders: new Uint8Array(bytes(orders)),
  };
}

/** Returns [training, validation], each { count, X, y, flipped }: flipped lists the samples whose label is turned. */
export function samples(drawn, { samples: count, noise }) {
  return [part(drawn, 0, count, noise), part(drawn, 1, MOST, noise)];
}

function part({ points, chances }, which, count, noise) {
  const X = points.slice(2 * MOST * which, 2 * (MOST * which + count));
  const chance = chances.slice(MOST * which, MOST * which + count);
  const y = Float64Array.from({ length: count }, (_, r) => (Math.hypot(X[2 * r], X[2 * r + 1]) > 1 ? 1 : 0));
  const likely = Array.from({ length: count }, (_, r) => r).sort((a, b) => chance[a] - chance[b]);
  const flipped = likely.slice(0, Math.floor(noise * count + 0.5));
  for (const r of flipped) y[r] = 1 - y[r];
  return { count, X, y, flipped };
}

/** Give each layer its first weights: from U(−1/√inputs, 1/√inputs), W and then b. */
export function initialise(layers, { weights }) {
  let next = 0;
  for (const { inputs, W, b } of layers) {
    const bound = 1 / Math.sqrt(inputs);
    for (const parameters of [W, b])
      for (let k = 0; k < parameters.length; k++) parameters[k] = -bound + 2 * bound * weights[next++];
  }
}

/** The rows of an epoch (from 0) in the order in which they come. */
export function order({ orders }, count, epoch) {
  const before = SIZES.slice(0, SIZES.indexOf(count)).reduce((sum, size) => sum + size, 0);
  const first = MOST_EPOCHS * before + count * epoch;
  return orders.subarray(first, first + count);
}
