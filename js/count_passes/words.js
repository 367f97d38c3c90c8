// What the picture says: backprop_lib/explorables/count_passes.py writes the same sentence.
import { signed } from "../common/numbers.js";

const NAMED = 3;

export const counted = (count, one, many = `${one}s`) => `${spaced(count)} ${count === 1 ? one : many}`;
export const passesOf = (count) => counted(count, "pass", "passes");

/** 1000000 → 1 000 000, held together. */
export const spaced = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** A derivative in a cell: a sign and two decimals, so that all are equally wide. */
export const short = (x) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)}`;

export function describe({ inputs, outputs, mode, passes }, jacobian) {
  const isForward = mode === "forward";
  const [needed, others] = isForward ? [inputs, outputs] : [outputs, inputs];
  const other = isForward ? "reverse" : "forward";
  if (passes === 0) {
    const [one, another] = isForward ? ["input", "output"] : ["output", "input"];
    return (
      `${mode} mode, no pass yet: it needs ${passesOf(needed)}, one for each ${one}; ` +
      `${other} mode would need ${passesOf(others)}, one for each ${another}`
    );
  }
  const k = passes;
  const filled = isForward
    ? jacobian.map((row, i) => `∂y${i + 1}/∂x${k} = ${signed(row[k - 1])}`)
    : jacobian[k - 1].map((derivative, j) => `∂y${k}/∂x${j + 1} = ${signed(derivative)}`);
  const more = filled.length > NAMED ? `, and ${filled.length - NAMED} more` : "";
  const where = isForward ? `nudges x${k} and fills column ${k}` : `starts from y${k} and fills row ${k}`;
  return (
    `${mode} pass ${k} of ${needed} ${where}: ${filled.slice(0, NAMED).join(", ")}${more}; ` +
    progress(inputs * outputs, k * others, k, `${other} mode would need ${passesOf(others)}`)
  );
}

function progress(total, known, passes, otherwise) {
  const missing = total - known;
  if (missing > 0) return `${missing} of ${total} numbers ${missing === 1 ? "is" : "are"} still missing`;
  const all = total === 1 ? "the only number is" : `all ${total} numbers are`;
  return `${all} known after ${passesOf(passes)}; ${otherwise}`;
}
