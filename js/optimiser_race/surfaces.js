// The ground of the race: losses of w1 and w2, as in backprop_lib/explorables/optimiser_race/surfaces.py.

export const REACH = [3, 2]; // how far the picture goes, in w1 and in w2

const powers = (from, to) => Array.from({ length: to - from + 1 }, (_, k) => 2 ** (from + k));
const height = (w1, w2) => Math.exp(-(0.5 * w1 * w1 + w2 * w2));
const offFloor = (w1, w2) => w2 + 1 - 0.5 * w1 * w1;

/**
 * loss(w1, w2, κ), gradient(w1, w2, κ) → [∂L/∂w1, ∂L/∂w2].
 * point: where the race begins.  levels: of the contours.  minima: where L = 0.
 */
export const SURFACES = {
  valley: {
    loss: (w1, w2, condition) => 0.5 * (w1 * w1 + condition * (w2 * w2)),
    gradient: (w1, w2, condition) => [w1, condition * w2],
    point: [-2.5, 1],
    levels: powers(-3, 7),
    minima: [[0, 0]],
  },
  saddle: {
    loss: (w1, w2) => (w1 * w1 - 4) ** 2 / 32 + 0.5 * (w2 * w2),
    gradient: (w1, w2) => [(w1 * (w1 * w1 - 4)) / 8, w2],
    point: [0.1, 1.5],
    levels: [0.02, 0.08, 0.18, 0.32, 0.5, 0.75, 1.05, 1.4, 1.8, 2.25], // 0.5 meets itself in the saddle
    minima: [
      [-2, 0],
      [2, 0],
    ],
  },
  plateau: {
    loss: (w1, w2) => 1 - height(w1, w2),
    gradient: (w1, w2) => [w1 * height(w1, w2), 2 * w2 * height(w1, w2)],
    point: [-2.4, 1.2],
    levels: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99],
    minima: [[0, 0]],
  },
  bend: {
    loss: (w1, w2) => (w1 - 2) ** 2 / 8 + 2 * offFloor(w1, w2) ** 2,
    gradient: (w1, w2) => [(w1 - 2) / 4 - 4 * offFloor(w1, w2) * w1, 4 * offFloor(w1, w2)],
    point: [-2.2, 0.5],
    levels: powers(-4, 5),
    minima: [[2, 1]],
  },
};
