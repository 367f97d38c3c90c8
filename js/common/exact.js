// A step of 1e-14 shows the last binary digit of f(x), and browsers differ from one another in that digit of exp, sin
// and x³. So here they are computed with 140 binary digits and rounded once, which is what the libraries behind
// Python do.

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

export const exp = (x) => series(x, 0, 1, false);
export const sin = (x) => series(x, 1, 2, true);
export const cos = (x) => series(x, 0, 2, true);
export const cube = (x) => Number(fixed(x) ** 3n) / SCALE ** 3;
