// The bandit's pulls, its gradients and their spread; backprop_lib/explorables/policy_bandit/run.py does the same by
// our engine.
import { generator } from "../common/random.js";

const HELD_STREAM = 2 ** 31; // added to the seed: pulls without learning have luck of their own
const MARKS_A_DECADE = 40; // how many means are kept for the picture

const sum = (numbers) => numbers.reduce((total, x) => total + x, 0);

/** The policy: without its largest entry no exp can overflow. */
export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - largest));
  const total = sum(powers);
  return powers.map((power) => power / total);
}

/** −(R − b)·log p(arm) for each logit; advantage: R − b. */
const gradient = (p, arm, advantage) => p.map((share, k) => advantage * (share - (k === arm ? 1 : 0)));

/** Which arm, from 0, and whether it pays, 0 or 1. */
function draw(p, arms, { uniform }) {
  const at = uniform();
  let below = 0;
  let arm = 0;
  for (; arm < p.length - 1; arm++) {
    below += p[arm];
    if (at < below) break;
  }
  return { arm, reward: uniform() < arms[arm] ? 1 : 0 };
}

/**
 * All pulls, from logits of 0: after each one a step of gradient descent on −(R − b)·log p(arm).
 * Returns { logits, p, pulls }: each pull has its arm, reward, baseline, p before, gradient, logits after it, and the
 * mean reward so far.
 */
export function learn({ arms, rate, baseline, seed, pulls: count }) {
  const luck = generator(seed);
  const pulls = [];
  let logits = arms.map(() => 0);
  let earned = 0;
  while (pulls.length < count) {
    const p = softmax(logits);
    const { arm, reward } = draw(p, arms, luck);
    const b = baseline && pulls.length > 0 ? earned / pulls.length : 0;
    const slopes = gradient(p, arm, reward - b);
    logits = logits.map((theta, k) => theta - rate * slopes[k]);
    earned += reward;
    pulls.push({ arm, reward, baseline: b, p, gradient: slopes, logits, mean: earned / (pulls.length + 1) });
  }
  return { logits, p: softmax(logits), pulls };
}

/** V, what the policy earns a pull. */
export const expectedReward = (p, arms) => sum(p.map((share, k) => share * arms[k]));

/** Mean and variance of the gradient of one pull, for each logit: every outcome weighted by its probability. */
export function enumerated(p, arms, b) {
  const outcomes = p.flatMap((share, arm) =>
    [1 - arms[arm], arms[arm]].map((chance, reward) => [share * chance, gradient(p, arm, reward - b)]),
  );
  const mean = p.map((_, k) => sum(outcomes.map(([weight, found]) => weight * found[k])));
  const variance = p.map((_, k) =>
    sum(outcomes.map(([weight, found]) => weight * (found[k] - mean[k]) ** 2)),
  );
  return { mean, variance };
}

/**
 * Pulls without learning, each judged with every baseline.
 * Returns, for each baseline: { means: [count, mean for each logit] pairs, variance: Σ over the logits }.
 */
export function sampled(p, arms, seed, count, baselines) {
  const luck = generator(seed + HELD_STREAM);
  const found = baselines.map(() => ({ sums: p.map(() => 0), squares: 0, means: [] }));
  let mark = 1;
  for (let n = 1; n <= count; n++) {
    const { arm, reward } = draw(p, arms, luck);
    const kept = n >= mark || n === count;
    if (kept) mark = Math.max(n + 1, n * 10 ** (1 / MARKS_A_DECADE));
    baselines.forEach((b, i) => {
      const one = found[i];
      gradient(p, arm, reward - b).forEach((slope, k) => {
        one.sums[k] += slope;
        one.squares += slope * slope;
      });
      if (kept) one.means.push([n, one.sums.map((total) => total / n)]);
    });
  }
  return found.map(({ squares, means }) => {
    const mean = means.at(-1)?.[1] ?? [];
    return { means, variance: Math.max(0, squares / count - sum(mean.map((slope) => slope * slope))) };
  });
}
