// What a picture says when its numbers end: log(x) was dragged below 0, or a step went too far.
import { number } from "./numbers.js";

/** The first node that has no value, and why; null where all is well. */
export function failure(nodes, values) {
  const i = values.findIndex((value) => !Number.isFinite(value));
  if (i < 0) return null;
  const { name, formula, needs, parents } = nodes[i];
  if (parents.length === 0) return `${name} is beyond what a computer can hold`;
  const made = name === formula ? name : `${name} = ${formula}`;
  const inputs = [...new Set(parents)].map((p) => `${nodes[p].name} = ${number(values[p])}`).join(", ");
  return `${made} has no value at ${inputs}${needs ? `: it needs ${needs}` : ""}`;
}
