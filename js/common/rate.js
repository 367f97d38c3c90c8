// The slider of the learning rate: even in its exponent, and rounded to two digits.
import { slider } from "./controls.js";
import { number } from "./numbers.js";

/** from, to, step: of the exponent of ten.  tell: called with the new rate. */
export function learningRate({ from, to, step, tell }) {
  const rounded = (exponent) => Number((10 ** exponent).toPrecision(2));
  const made = slider({
    name: "η",
    label: "learning rate η",
    role: "rate",
    min: from,
    max: to,
    step,
    show: (exponent) => number(rounded(exponent)),
    tell: (exponent) => tell(rounded(exponent)),
  });
  return { element: made.element, set: (rate) => made.set(Math.log10(rate)) };
}
