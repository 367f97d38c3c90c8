// Adversarial nudges, and chance to compare them with: as backprop_lib/explorables/draw_a_digit/nudge.py has them.
import { generator } from "../common/random.js";

export const MOST = 0.3; // of ε, in shares of full ink
const STEPS = 300; // into which that is divided by the search for the smallest ε
export const CHANCES = 200;

const clipped = (x) => Math.min(1, Math.max(0, x));
const moved = (x, size, signs) => x.map((ink, i) => clipped(ink + size * signs[i]));

/** x ← clip(x + ε·sign(∂L/∂x), 0, 1), so many times, each with the gradient at the new x. */
export function nudged(network, x, target, epsilon, times) {
  let now = Array.from(x);
  for (let k = 0; k < times; k++) {
    now = moved(now, epsilon, network.at(now, target).gradient.map(Math.sign));
  }
  return now;
}

/** A search for the smallest ε that remembers its last result: it is the same at every ε of the slider. */
export function search(network) {
  let last = { key: null };
  return (x, target) => {
    const key = `${target}: ${x}`;
    if (last.key !== key) last = { key, found: smallest(network, x, target) };
    return last.found;
  };
}

/** The smallest ε, to a thousandth, with which one nudge changes the answer; null up to 0.3. */
function smallest(network, x, target) {
  const signs = network.at(x, target).gradient.map(Math.sign);
  const was = network.reading(x);
  for (let k = 1; k <= STEPS; k++) {
    const epsilon = (MOST * k) / STEPS;
    if (network.reading(moved(x, epsilon, signs)) !== was) return epsilon;
  }
  return null;
}

// As 64 coins fall, 200 times; always the same.
const COINS = coins();
function coins() {
  const { uniform } = generator(0);
  const toss = () => (uniform() < 0.5 ? -1 : 1);
  return Array.from({ length: CHANCES }, () => Array.from({ length: 64 }, toss));
}

/** The first of the pictures in which each pixel moved by `size` up or down by chance. */
export const byChance = (x, size) => moved(x, size, COINS[0]);

/** How many of the 200 pictures moved by chance are read as another digit. */
export function flipsByChance(network, x, size) {
  const was = network.reading(x);
  return COINS.filter((signs) => network.reading(moved(x, size, signs)) !== was).length;
}
