// What sets the patient's bug apart from the one that was named, from both patterns, each really computed.
import { caseOf } from "./cases.js";
import { check, ratioOf } from "./check.js";
import { PARAMETERS } from "./pass.js";

/**
 * The first fact in which the two differ, never the name of either:
 * { kind: "blocks", chosen, actual }: the blocks that are off.
 * { kind: "factor", blocks, chosen, actual }: the one ratio of all entries that are off; null where there is none.
 * { kind: "lines", block, chosen, actual }: with the last sample alone, whether there is one ratio a "row", a "column", or "none".
 * { kind: "range", block, chosen, actual }: with the last sample alone, the smallest and the largest ratio.
 */
export function separate({ seed, patient }, chosen, actual) {
  const pair = (alone) => [chosen, actual].map((bug) => check(caseOf({ seed, patient, alone }), bug));
  const fact = (kind, [one, other], rest = {}) => ({ kind, chosen: one, actual: other, ...rest });
  const differ = ([one, other]) => JSON.stringify(one) !== JSON.stringify(other);

  const together = pair(false);
  const blocks = together.map(blocksOff);
  if (differ(blocks)) return fact("blocks", blocks);
  const off = blocks[0];
  const factors = together.map((found) => oneRatio(off.flatMap((name) => ratios(found, name).flat())));
  if (differ(factors.map(brief))) return fact("factor", factors, { blocks: off });
  const single = pair(true);
  const block = off.includes("W2") ? "W2" : "W1";
  const lines = single.map((found) => linesOf(ratios(found, block)));
  if (differ(lines)) return fact("lines", lines, { block });
  return fact(
    "range",
    single.map((found) => rangeOf(ratios(found, block).flat())),
    { block },
  );
}

const blocksOff = (found) => PARAMETERS.filter((name) => !found[name].ok);
const ratios = (found, name) => found[name].cells.map((row) => row.map(ratioOf));
const brief = (factor) => factor && factor.toPrecision(3);
const rangeOf = (numbers) => [Math.min(...numbers), Math.max(...numbers)];

// Numerical derivatives are good to some five digits.
function oneRatio(numbers) {
  const [low, high] = rangeOf(numbers);
  return high - low <= 1e-4 * Math.max(Math.abs(low), Math.abs(high)) ? (low + high) / 2 : null;
}

function linesOf(rows) {
  const one = (line) => oneRatio(line) !== null;
  if (rows.every(one)) return "row";
  return rows[0].every((_, j) => one(rows.map((row) => row[j]))) ? "column" : "none";
}
