// What the picture shows, in a sentence: backprop_lib/explorables/data_parallel/words.py writes the same one.
import { number, signed } from "../common/numbers.js";
import { SAMPLES } from "./batch.js";

/** now: of `compute`. */
export function describe(state, now) {
  const counts = now.shards.map(({ count }) => count);
  let head = `${SAMPLES} samples on ${several(counts.length, "worker")}`;
  if (counts.length > 1) head += `, ${listed(counts)}`;
  if (!state.together) return `${head}: ${apart(counts, now)}`;
  return `${head}: ${averages(state, counts, now)}${together(state, counts, now)}`;
}

function averages({ sends }, counts, { averaged, weighted, full }) {
  const empty = emptyOf(counts);
  const each = `every sample counts 1/${SAMPLES}`;
  if (sends === "sums") {
    const adds = empty.length > 0 ? `; ${who(empty, "adds", "add")} 0` : "";
    return `the sum of all sums ÷ ${SAMPLES} is ${pair(weighted)}, the gradient of the full batch: ${each}${adds}`;
  }
  if (averaged === null)
    return (
      `${who(empty, "has", "have")} no samples and so no mean: 0 ÷ 0 is no number, and added to the others ` +
      "it leaves no result to anyone. Where each worker sends its sum, an empty shard adds 0"
    );
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (counts.length === 1) return `its mean is that of the full batch, ${pair(averaged)}: ${each}`;
  if (least === most)
    return `equal shards, so the mean of the means is the gradient of the full batch, ${pair(averaged)}: ${each}`;
  const off = Math.hypot(averaged[0] - full[0], averaged[1] - full[1]);
  return (
    `the mean of the means is ${pair(averaged)}, the gradient of the full batch ${pair(full)}. ` +
    `It is off by ${number(off)}, for each sample of worker ${counts.indexOf(least) + 1} counts ` +
    `${number(most / least)} times as much as one of worker ${counts.indexOf(most) + 1}`
  );
}

function together({ sends }, counts, { taken, copies, alone }) {
  if (taken === 0) return "";
  if (counts.length === 1) return parametersAfter(taken, copies[0]);
  const told = `. After ${several(taken, "step")} all copies are equal, ${place(copies[0])}`;
  const right = sends === "sums" || Math.min(...counts) === Math.max(...counts);
  return right ? `${told}, as on one machine` : `${told}; one machine would be at ${place(alone.at(-1))}`;
}

function apart(counts, { taken, copies, spread }) {
  if (counts.length === 1)
    return `with one there is nothing to average${taken === 0 ? "" : parametersAfter(taken, copies[0])}`;
  if (taken === 0)
    return (
      `no all-reduce. All copies are still equal, ${place(copies[0])}; ` +
      "from the first step on each worker follows its own samples"
    );
  const empty = emptyOf(counts);
  const stay = empty.length > 0 ? `; ${who(empty, "has", "have")} none, and no gradient to follow` : "";
  return (
    `no all-reduce. After ${several(taken, "step")} the copies differ by up to ${number(spread[0])} in w ` +
    `and ${number(spread[1])} in b, for each worker follows its own samples${stay}`
  );
}

const parametersAfter = (taken, copy) =>
  `. After ${several(taken, "step")} its parameters are ${place(copy)}`;

export const pair = (gradient) => `(${gradient.map(signed).join(", ")})`;
export const place = (copy) => `(w, b) = (${copy.map(number).join(", ")})`;
export const several = (count, name) => `${count} ${name}${count === 1 ? "" : "s"}`;

const emptyOf = (counts) => counts.flatMap((count, k) => (count === 0 ? [k + 1] : []));
export const who = (numbers, one, many) =>
  numbers.length > 1 ? `workers ${listed(numbers)} ${many}` : `worker ${numbers[0]} ${one}`;
const listed = (all) => (all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all.at(-1)}` : `${all[0]}`);
