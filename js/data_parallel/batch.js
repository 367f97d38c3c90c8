// What the workers compute, and where their copies go: backprop_lib/explorables/data_parallel/batch.py on plain numbers.
export const SAMPLES = 12;
export const MOST_WORKERS = 4;
export const MOST_STEPS = 20;
export const RATE = 0.2;
export const START = [0, 0];

export const equalBorders = (workers) =>
  Array.from({ length: workers - 1 }, (_, k) => Math.floor((SAMPLES * (k + 1)) / workers));

/** The shards as { first, last, count } each; Python may have set the number of workers a moment before the borders. */
export function shardsOf({ workers, borders }) {
  const cuts = [0, ...(borders.length === workers - 1 ? borders : equalBorders(workers)), SAMPLES];
  return cuts.slice(1).map((last, k) => ({ first: cuts[k], last, count: last - cuts[k] }));
}

/** (∂L/∂w, ∂L/∂b) of one sample: L = ½(w·x + b − y)². */
export function sampleGradient([w, b], { x, y }, i) {
  const miss = w * x[i] + b - y[i];
  return [miss * x[i], miss];
}

/** The mean gradient of a shard; null without samples, for 0 ÷ 0 is no number. */
export function meanGradient(copy, samples, { first, last, count }) {
  if (count === 0) return null;
  const sum = [0, 0];
  for (let i = first; i < last; i++) {
    const [dw, db] = sampleGradient(copy, samples, i);
    sum[0] += dw;
    sum[1] += db;
  }
  return sum.map((entry) => entry / count);
}

const meanOfMeans = (gradients) =>
  gradients.includes(null)
    ? null
    : [0, 1].map((k) => gradients.reduce((sum, mean) => sum + mean[k], 0) / gradients.length);

const weightedMean = (gradients, shards) =>
  [0, 1].map(
    (k) => gradients.reduce((sum, mean, i) => sum + shards[i].count * (mean?.[k] ?? 0), 0) / SAMPLES,
  );

// Without a gradient a copy stays where it is.
const step = (copy, gradient) =>
  gradient === null ? copy : copy.map((number, k) => number - RATE * gradient[k]);

const BATCH = { first: 0, last: SAMPLES, count: SAMPLES };

/**
 * state: workers, borders, sends, steps, together.  samples: { x, y }.
 * Returns all that is shown: shards, taken (steps), paths (of each worker's copy), copies, alone (the path of one machine),
 * gradients (of each worker, null without samples), averaged, weighted, full (null where there is none), spread.
 */
export function compute(state, samples) {
  const shards = shardsOf(state);
  const paths = shards.map(() => [START]);
  const alone = [START];
  const gradientsNow = () => shards.map((shard, k) => meanGradient(paths[k].at(-1), samples, shard));
  const { sends, together } = state;
  let gradients = gradientsNow();
  let taken = 0;
  for (; taken < state.steps; taken++) {
    if (together) {
      const shared = sends === "means" ? meanOfMeans(gradients) : weightedMean(gradients, shards);
      if (shared === null) break;
      gradients = gradients.map(() => shared);
    }
    paths.forEach((path, k) => path.push(step(path.at(-1), gradients[k])));
    alone.push(step(alone.at(-1), meanGradient(alone.at(-1), samples, BATCH)));
    gradients = gradientsNow();
  }
  const copies = paths.map((path) => path.at(-1));
  const equal = copies.every(([w, b]) => w === copies[0][0] && b === copies[0][1]);
  return {
    shards,
    taken,
    paths,
    copies,
    alone,
    gradients,
    averaged: meanOfMeans(gradients),
    weighted: weightedMean(gradients, shards),
    full: equal ? meanGradient(copies[0], samples, BATCH) : null,
    spread: [0, 1].map((k) => Math.max(...copies.map((c) => c[k])) - Math.min(...copies.map((c) => c[k]))),
  };
}

/** The number of steps after one more; null where none can be taken. */
export function nextStep({ sends, steps, together }, { averaged }) {
  const stuck = together && sends === "means" && averaged === null;
  return stuck || steps >= MOST_STEPS ? null : steps + 1;
}

/** Who owns a sample. */
export const ownerOf = (shards, i) => shards.findIndex(({ first, last }) => first <= i && i < last);
