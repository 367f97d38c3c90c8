// The chain of diamonds in numbers, apart from how it is drawn: backprop_lib/explorables/path_counter.py has the
// same. Whole numbers stay exact: 2⁴² is far below 2⁵³.
import { number, signed } from "../common/numbers.js";

export const MOST = 40; // diamonds
export const UPPER = 0.9;
export const LOWER = 0.6; // the slopes of the two ways through a diamond

export const pathsOf = (n) => 2 ** n;

/** Node visits of a recursion that goes back along every path by itself. */
export const visitsPathByPath = (n) => 4 * 2 ** n - 3;

/** Node visits when each node waits for all that use it: each once. */
export const visitsOf = (n) => 3 * n + 1;

/** Whether path k of 2ⁿ goes by the lower way, diamond by diamond. */
export const route = (n, k) =>
  Array.from({ length: n }, (_, i) => Math.floor((k - 1) / 2 ** (n - 1 - i)) % 2 === 1);

/** What path k adds to dq/dx. */
export function product(n, k) {
  const lower = route(n, k).filter(Boolean).length;
  return UPPER ** (n - lower) * LOWER ** lower;
}

/** What paths 1 to k add up to. */
export function sumTo(n, k) {
  let [total, before, left] = [0, 1, k];
  for (let remaining = n - 1; remaining >= 0; remaining--) {
    if (left >= 2 ** remaining) {
      // All that go by the upper way here are among them.
      total += before * UPPER * (UPPER + LOWER) ** remaining;
      before *= LOWER;
      left -= 2 ** remaining;
    } else before *= UPPER;
  }
  return total + left * before;
}

/** The gradient where each diamond begins, and 1 at q: one visit for each node, from q back to x. */
export function backward(n) {
  const gradients = [1];
  for (let i = 0; i < n; i++) gradients.unshift(UPPER * gradients[0] + LOWER * gradients[0]);
  return gradients;
}

/** A whole number with its digits in groups of three. */
export const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** The same where there is little room: a very large one as a power of ten. */
export const brief = (n) => (n < 100000 ? count(n) : number(n));

export function describe(n, k) {
  if (n === 0) return "no diamond: x is q itself, 1 node, 1 path without an arrow, and dq/dx = +1";
  const all = pathsOf(n);
  const total = signed(backward(n)[0]);
  const chain = `${n} diamond${n > 1 ? "s" : ""}, ${count(all)} paths`;
  const visits = `path by path ${count(visitsPathByPath(n))} node visits, ${visitsOf(n)} when each node waits for all that use it`;
  const adds = `path ${count(k)} adds ${signed(product(n, k))}`;
  if (k === all) return `${chain}: ${visits}; ${adds}, the last: together they make dq/dx = ${total}`;
  const soFar = k === 1 ? "" : `, paths 1 to ${count(k)} make ${signed(sumTo(n, k))}`;
  return `${chain}: ${visits}; ${adds}${soFar} of dq/dx = ${total}`;
}
