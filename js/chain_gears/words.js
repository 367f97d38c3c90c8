// What the picture says: backprop_lib/explorables/chain_gears.py writes the same sentences.
import { number, raise, signed } from "../common/numbers.js";
import { STAGES, valueName } from "./chain.js";

const EXPLODED = 100;
const trimmed = (digits) => (digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);

/** A change with its sign and four digits, however small. */
export function change(x) {
  if (!Number.isFinite(x)) return "none";
  if (x === 0) return "0";
  const sign = x > 0 ? "+" : "−";
  const [digits, exponent] = Math.abs(x).toExponential(3).split("e");
  if (exponent < -3 || exponent > 3) return `${sign}${trimmed(digits)}×10${raise(Number(exponent))}`;
  return sign + trimmed(Math.abs(x).toPrecision(4));
}

/** Where the numbers end, and why; null where all is well. */
function failure({ stages }, { values, derivative }) {
  const i = values.findIndex((value) => !Number.isFinite(value));
  if (i > 0) {
    const [name, before] = [i, i - 1].map((k) => valueName(k, stages.length));
    const received = `${STAGES[stages[i - 1]].symbol} receives ${before} = ${number(values[i - 1])}`;
    return `${name} is beyond what a computer can hold: ${received}; move x or a weight back`;
  }
  if (!Number.isFinite(derivative))
    return "dy/dx is beyond what a computer can hold; move x or a weight back";
  return null;
}

/** The product of the slopes in the order in which it is multiplied, and what follows from it. */
export function describe(state, found) {
  const problem = failure(state, found);
  if (problem) return problem;
  const ordered = state.direction === "backward" ? [...found.slopes].reverse() : found.slopes;
  const factors = ordered.map((slope) => (slope < 0 ? `(${number(slope)})` : number(slope))).join(" × ");
  const product = `at x = ${number(state.x)}, dy/dx = ${factors} = ${signed(found.derivative)}`;
  return `${product}: ${meaning(state, found)}`;
}

function meaning({ stages, direction, nudge, nudged }, { slopes, derivative, measured, silencer }) {
  if (nudged) {
    const seen = change(measured.at(direction === "backward" ? 0 : -1));
    return `nudging x by ${change(nudge)} should move y by ${change(derivative * nudge)}, and it moves by ${seen}`;
  }
  if (silencer !== null) {
    const [symbol, slope] = [STAGES[stages[silencer]].symbol, slopes[silencer]];
    if (slope === 0) return `the slope of ${symbol} is 0 here, and 0 times anything is 0`;
    return `${symbol} is nearly flat here (slope ${number(slope)}), so y hardly feels x`;
  }
  const far = `y moves ${number(Math.abs(derivative))} times as far as x`;
  if (Math.abs(derivative) >= EXPLODED) return `${far}, because large slopes multiply up`;
  return derivative < 0 ? `${far}, the other way` : far;
}
