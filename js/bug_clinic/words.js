// What is said of a patient; backprop_lib/explorables/bug_clinic/widget.py says the first sentence the same way.
import { number } from "../common/numbers.js";
import { GOOD } from "./check.js";
import { PARAMETERS } from "./pass.js";
import { STEPS } from "./training.js";

const listed = (names) =>
  names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join("");

const twoDigits = (error) => number(Number(error.toPrecision(2)));

/** A relative error, as gradcheck prints it. */
export const briefError = (error) => (error < GOOD ? "< 10⁻⁵" : twoDigits(error));

/** A ratio with three digits: ×6, ×−1, ×0.167; null, where the numerical gradient is 0. */
export const times = (ratio) => (ratio === null ? "÷0" : `×${number(Number(ratio.toPrecision(3)))}`);

/** Four decimals, all of them: what fits into a cell. */
export function brief(gradient) {
  if (gradient === 0) return "0";
  return (gradient > 0 ? "+" : "−") + Math.abs(gradient).toFixed(4);
}

/** { patient, zeros, alone }, what the check found, and the losses of this pass and of a right one. */
export function sentence({ patient, zeros, alone }, found, losses, right) {
  const parameters = zeros ? "all parameters 0" : "random parameters";
  const samples = alone ? "the last sample alone" : "all 6 samples";
  return `Patient ${patient + 1}, ${parameters}, ${samples}: ${compared(found)}; ${trained(losses, right)}`;
}

function compared(found) {
  const off = PARAMETERS.filter((name) => !found[name].ok);
  const agreeing = PARAMETERS.filter((name) => found[name].ok);
  if (off.length === 0) return "all four blocks agree with the numerical gradient";
  const sizes = listed(off.map((name) => twoDigits(found[name].error)));
  const told =
    off.length > 1
      ? `${listed(off)} are off, relative errors ${sizes}`
      : `${off[0]} is off, relative error ${sizes}`;
  if (agreeing.length === 0) return `${told}; no block agrees`;
  return `${told}; ${listed(agreeing)} ${agreeing.length === 1 ? "agrees" : "agree"} with the numerical gradient`;
}

function trained(losses, right) {
  const [first, last, reached] = [losses[0], losses.at(-1), right.at(-1)].map(number);
  if (losses.length <= STEPS) {
    return `training overflows at step ${losses.length}, right gradients take the loss from ${first} to ${reached}`;
  }
  return `${STEPS} steps take the loss from ${first} to ${last}, with right gradients to ${reached}`;
}

/** Say what sets the patient apart from the diagnosis that was named. fact: from `separate`. */
export function apart({ kind, block, blocks, chosen, actual }) {
  return {
    blocks: () => blocksApart(chosen, actual),
    factor: () => `That bug would make ${ratiosOf(blocks, chosen)}; here ${isOneRatio(actual)}.`,
    lines: () =>
      `With the last sample alone, that bug would give ${LINES[chosen](block)}; here there is ${LINES[actual](block)}.`,
    range: () =>
      `With the last sample alone, that bug’s ratios in ${block} would lie between ${times(chosen[0])} and ` +
      `${times(chosen[1])}; here they lie between ${times(actual[0])} and ${times(actual[1])}.`,
  }[kind]();
}

function blocksApart(chosen, actual) {
  const right = PARAMETERS.filter((name) => !chosen.includes(name));
  const are = (names) => `${listed(names)} ${names.length === 1 ? "is" : "are"}`;
  const here = actual.length === 0 ? "here all four are right" : `here ${are(actual)} off`;
  if (chosen.length === 0) return `A right pass agrees in all four blocks; ${here}.`;
  const leaves = right.length > 0 ? ` and leave ${listed(right)} right` : "";
  return `That bug would spoil ${listed(chosen)}${leaves}; ${here}.`;
}

const ratiosOf = (blocks, factor) =>
  factor === null
    ? `the ratios in ${listed(blocks)} differ from entry to entry`
    : `every ratio in ${listed(blocks)} ${times(factor)}`;
const isOneRatio = (factor) =>
  factor === null ? "they differ from entry to entry" : `every one is ${times(factor)}`;

const LINES = {
  row: (block) => `one ratio for each row of ${block}`,
  column: (block) => `one ratio for each column of ${block}`,
  none: (block) => `no single ratio for a row or a column of ${block}`,
};
