// Numbers in as little room as they bear: the sentence and the slider have them in full.
import { number, raise } from "./numbers.js";

const minus = (text) => text.replace("-", "−");

/** Two decimals; none where there are many digits before the point. */
export function shortWeight(x) {
  const size = Math.abs(x);
  if (size >= 1e5) return coarse(x);
  return minus(x.toFixed(size < 100 ? 2 : 0)).replace(/^−(0\.00)$/, "$1");
}

/** Three decimals with a sign; a power of ten where they would all be 0. */
export function shortGradient(x) {
  const size = Math.abs(x);
  if (size === 0) return "0";
  const text = size < 0.0005 || size >= 1e5 ? coarse(x) : minus(x.toFixed(size < 10 ? 3 : 0));
  return x > 0 ? `+${text}` : text;
}

/** At the ticks of an axis: as it is, or in powers of ten from 1000 on. */
export const shortTick = (x) => (Math.abs(x) < 1000 ? number(x) : coarse(x));

/** 10 to a whole power: 0.01, 1000, 10⁵. */
export const powerOfTen = (power) =>
  power >= -2 && power <= 3 ? String(Number((10 ** power).toPrecision(1))) : `10${raise(power)}`;

// One digit and a power of ten.
function coarse(x) {
  const [digit, exponent] = x.toExponential(0).split("e");
  return minus(`${digit}×10${raise(Number(exponent))}`.replace("1×", "")); // 10⁻⁴, not 1×10⁻⁴
}
