// What the bandit says: backprop_lib/explorables/policy_bandit/words.py writes the same.
import { number, signed } from "../common/numbers.js";

const ROUND_OFF = 1e-12; // what is smaller is 0, but for the last digits of a sum
const CHANGED = 1.05; // times the other variance, or more: a spread that is told from it
export const BASELINES = ["b = 0", "b = V"]; // that are compared where nothing is learnt

export const settled = (x) => (Math.abs(x) < ROUND_OFF ? 0 : x);

/** learnt: of `learn`.  best: what the best arm pays. */
export function learning({ pulls, p }, best) {
  if (pulls.length === 0)
    return (
      `No pull yet: each of the ${p.length} arms is drawn with p = ${number(p[0])}. ` +
      `The best one pays with probability ${number(best)}, and only pulling can tell which it is`
    );
  const { arm, reward, baseline, p: before, gradient: slopes, mean } = pulls.at(-1);
  const advantage = settled(reward - baseline);
  const step = slopes.every((slope) => settled(slope) === 0)
    ? "the gradient is 0, and nothing is learnt"
    : `a step downhill ${advantage > 0 ? "raises" : "lowers"} its p to ${number(p[arm])}`;
  return (
    `Pull ${pulls.length} drew arm ${arm + 1} (p = ${number(before[arm])}), and it paid R = ${reward}. ` +
    `R − b = ${reward} − ${number(baseline)} = ${signed(advantage)}: ${step}. ` +
    `Mean reward so far ${number(mean)}, the best arm's ${number(best)}`
  );
}

/** expected: V.  exact: the gradient of −V.  means, variances: without a baseline, with it. */
export function checking({ count, expected, exact, means, variances }) {
  if (count === 0)
    return (
      `These p earn V = ${number(expected)} a pull. Enumerated over all arms, the gradient of −V is ` +
      `${listed(exact)}. Now pull without learning: what do the samples give on average?`
    );
  const pulls = count === 1 ? "1 pull" : `${count} pulls`;
  const [first, second] = means.map(
    (mean, i) => `by ${number(settled(distance(mean, exact)))} with ${BASELINES[i]}`,
  );
  const spread = variances.map((variance) => number(settled(variance))).join(" and ");
  return (
    `The mean of ${pulls} without learning misses the exact gradient ${listed(exact)} ${first}, and ` +
    `${second} = ${number(expected)}. Variance of one pull: ${spread}; ${effect(...variances.map(settled))}`
  );
}

function effect(without, withBaseline) {
  if (without === 0 && withBaseline === 0) return "nothing is left to chance";
  if (without >= CHANGED * withBaseline) return "the baseline narrows the spread and leaves the mean";
  if (withBaseline >= CHANGED * without)
    return "here the baseline widens the spread, and still leaves the mean";
  return "the baseline hardly changes the spread, and leaves the mean";
}

const distance = (a, b) => Math.hypot(...a.map((x, k) => x - b[k]));
const listed = (gradient) => `(${gradient.map((slope) => signed(settled(slope))).join(", ")})`;
