// What the sentence says; backprop_lib/explorables/draw_a_digit/words.py says it in the same words.
import { number, signed } from "../common/numbers.js";
import { likeliest } from "./network.js";
import { CHANCES, MOST } from "./nudge.js";

/** A probability: two decimals, three near 0 and 1, and a power of ten for next to nothing. */
export function chance(p) {
  if (p < 0.0005) return number(p);
  if (p >= 0.9995) return "> 0.999";
  return p.toFixed(p >= 0.01 && p < 0.99 ? 2 : 3);
}

/** "row 1, column 1" is at the upper left. */
export const place = (i) => `row ${Math.floor(i / 8) + 1}, column ${(i % 8) + 1}`;

/** The two likeliest classes. */
export function answer(p) {
  const first = likeliest(p);
  const second = likeliest(p.map((share, k) => (k === first ? -1 : share)));
  const written = chance(p[first]);
  const is = written.startsWith(">") ? `p ${written}` : `p = ${written}`;
  return `read as ${first} (${is}), next ${second} (${chance(p[second])})`;
}

/** What is read, and where ink would change the loss most. now: from `network.at`. */
export function unchanged({ p, loss, gradient }, pixels, target) {
  const said = pixels.some((ink) => ink > 0)
    ? capital(answer(p))
    : `The paper is blank, and still it is ${answer(p)}: the biases alone decide`;
  const sum = `L = −ln p(${target}) = ${number(loss)}`;
  const steepest = Math.max(...gradient.map(Math.abs));
  if (steepest === 0) return `${said}. ${sum}; its gradient is 0 at every pixel`;
  // Not quite the largest: sums that were added up in another order differ in their last digit.
  const at = gradient.findIndex((g) => Math.abs(g) >= steepest * (1 - 1e-9));
  const change = gradient[at] > 0 ? "raises" : "lowers";
  return `${said}. ${sum}: ink ${change} it most at ${place(at)}, where ∂L/∂x = ${signed(gradient[at])}`;
}

/** What nudges did. before: p as drawn.  enough: the smallest ε, or null.  flips: by chance. */
export function changed(p, before, nudges, epsilon, enough, flips) {
  const was = likeliest(before);
  const done = was === likeliest(p) ? "did not change the answer" : "changed the answer";
  const one = nudges === 1 ? "one nudge of" : `${nudges} nudges of`;
  const least =
    enough === null
      ? `no single nudge up to ε = ${number(MOST)} does`
      : `the smallest ε that does it in one nudge is ${enough.toFixed(3)}`;
  return (
    `${capital(answer(p))}. As drawn it was ${was} (${chance(before[was])}): ${one} ε = ${number(epsilon)} ` +
    `${done}; ${least}. Of ${CHANCES} random changes as large, ${flips || "none"} ${flips < 2 ? "does" : "do"}`
  );
}

/** What one more step of ink would do at a pixel, as its gradient says and as it is. */
export function atPixel(i, ink, gradient, step, change) {
  const where = `${capital(place(i))}: ink ${number(ink)}, ∂L/∂x = ${signed(gradient)}.`;
  if (step <= 0) return `${where} It is full: no more ink fits in.`;
  return `${where} ${number(step)} more ink: the gradient predicts ${signed(gradient * step)}, L changes by ${signed(change)}.`;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);
