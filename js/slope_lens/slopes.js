// The secant and the derivative in numbers, apart from how they are shown.
// backprop_lib/explorables/slope_lens.py computes and says the same.
import { raise, signed } from "../common/numbers.js";
import { FUNCTIONS } from "./functions.js";

export const SMALLEST = 1e-14;
export const STEPS = Array.from({ length: 15 }, (_, k) => Number(`1e${-k}`));

/** The secant over one step: its two ends, rise and run, its slope beside the derivative. */
export function measure({ function: name, x, step, scheme }) {
  const { value, slope } = FUNCTIONS[name];
  const central = scheme === "central";
  const [from, to] = [central ? x - step : x, x + step];
  const [low, high] = [value(from), value(to)];
  const rise = high - low;
  const run = central ? 2 * step : step;
  const secant = rise / run;
  const derivative = slope(x);
  return { from, to, low, high, rise, run, secant, derivative, difference: secant - derivative };
}

export const atKink = ({ function: name, x }) => name === "|x|" && x === 0;

const tenth = (step) => Number((step / 10).toPrecision(15));

// As far as two values with 53 binary digits each can be trusted.
function noise(x, { low, high, run, secant, derivative }) {
  const values = Math.max(Math.abs(low), Math.abs(high));
  return Number.EPSILON * ((values + Math.abs(x * derivative)) / run + Math.abs(secant));
}

/** What the picture shows, in parts: a { text, kind } has its own colour. */
export function describe(state) {
  const { function: name, x, step, scheme } = state;
  const now = measure(state);
  const central = scheme === "central";
  const [before, under] = central ? ["x − h", "2h"] : ["x", "h"];
  return {
    head: `${name} at x = ${digits(x)}, h = ${digits(step)}: `,
    secant: [
      `secant slope = (f(x + h) − f(${before})) / ${under} = `,
      { text: digits(now.rise), kind: "value" },
      ` / ${bracketed(digits(now.run))} = `,
      { text: plus(now.secant), kind: "gradient" },
      ", ",
    ],
    derivative: [
      `derivative = ${FUNCTIONS[name].derivative} = `,
      { text: plus(now.derivative), kind: "gradient" },
      ", ",
    ],
    rest: [
      "difference ",
      { text: signed(now.difference), kind: "gradient" },
      { text: remark(state, now), kind: "quiet" },
    ],
  };
}

function remark(state, now) {
  const { x, step } = state;
  const said = [];
  if (atKink(state)) said.push("|x| has no tangent at its kink, and 0 is only a convention");
  else if (state.function === "|x|" && (x * now.from < 0 || x * now.to < 0)) {
    said.push("the step reaches over the kink at 0");
  } else if (now.difference !== 0 && Math.abs(now.difference) <= noise(x, now)) {
    said.push("what is left is round-off, for float64 keeps only 16 digits");
  }
  if (step >= 10 * SMALLEST) {
    const { difference } = measure({ ...state, step: tenth(step) });
    said.push(`a step ten times smaller leaves ${signed(difference)}`);
  }
  return said.map((part) => `; ${part}`).join("");
}

/** Nine digits, so that a slope can be seen to settle: 2.00001, 1.99999999, 2.00001×10⁻⁵, 10⁻⁷. */
export function digits(x) {
  const size = Math.abs(x);
  const minus = x < 0 ? "−" : "";
  if (size === 0) return "0";
  const [mantissa, power] = size.toExponential(8).split("e");
  const short = mantissa.replace(/\.?0+$/, "");
  const exponent = Number(power);
  if (exponent >= -3 && exponent <= 5) {
    return minus + size.toFixed(8 - exponent).replace(/\.?0+$/, "");
  }
  const raised = `10${raise(exponent)}`;
  return minus + (short === "1" ? raised : `${short}×${raised}`);
}

const plus = (x) => (x > 0 ? `+${digits(x)}` : digits(x));
const bracketed = (text) => (text.includes("×") ? `(${text})` : text);
