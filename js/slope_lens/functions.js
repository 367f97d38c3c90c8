// The functions to choose from, right to the last binary digit.
import { cos, cube, exp, sin } from "../common/exact.js";

function sigmoid(x) {
  if (x >= 0) return 1 / (1 + exp(-x));
  const growth = exp(x);
  return growth / (1 + growth);
}

/** value, slope: at x.  derivative: the slope's formula.  view: the lowest and the highest value in the picture. */
export const FUNCTIONS = {
  "x²": { value: (x) => x * x, slope: (x) => 2 * x, derivative: "2·x", view: [-1.2, 9.6] },
  "x³": { value: cube, slope: (x) => 3 * (x * x), derivative: "3·x²", view: [-9.2, 9.2] },
  "sin x": { value: sin, slope: cos, derivative: "cos(x)", view: [-2, 2] },
  eˣ: { value: exp, slope: exp, derivative: "eˣ", view: [-1, 9.4] },
  "σ(x)": {
    value: sigmoid,
    slope(x) {
      const a = sigmoid(x);
      return a * (1 - a);
    },
    derivative: "σ(x)·(1 − σ(x))",
    view: [-0.3, 1.3],
  },
  "|x|": { value: Math.abs, slope: Math.sign, derivative: "sign(x)", view: [-0.8, 3.2] },
};
