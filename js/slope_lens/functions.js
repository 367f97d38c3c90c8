// The functions to choose from. A step of 1e-14 shows the last binary digit of f(x), and browsers differ from one
// another in that digit of exp, sin and x³. So here they are computed with 140 binary digits and rounded once,
// which is what the libraries behind Python do.

const DIGITS = 140n;
const SCALE = 2 ** 140;
const ONE = 1n << DIGITS;

const fixed = (x) => BigInt(Math.trunc(x * SCALE));

/** The sum of the terms x^n / n!, n = first, first + stride, …; `alternate` changes the sign of every other. */
function series(x, first, stride, alternate) {
  const at = fixed(x);
  let term = ONE;
  let sum = 0n;
  for (let n = 0; term !== 0n; n++) {
    if (n > 0) term = ((term * at) >> DIGITS) / BigInt(n);
    if (n < first || (n - first) % stride !== 0) continue;
    sum += alternate && ((n - first) / stride) % 2 === 1 ? -term : term;
  }
  return Number(sum) / SCALE;
}

const exp = (x) => series(x, 0, 1, false);
const sin = (x) => series(x, 1, 2, true);
const cos = (x) => series(x, 0, 2, true);
const cube = (x) => Number(fixed(x) ** 3n) / SCALE ** 3;

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
