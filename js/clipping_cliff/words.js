// What the picture shows, in a sentence: backprop_lib/explorables/clipping_cliff.py writes the same one.
import { number, signed } from "../common/numbers.js";
import { angle, inside, size } from "./cliff.js";

/** points: of `descend`. */
export function describe(state, points) {
  const last = points.at(-1);
  if (points.length === 1)
    return `start at ${place(last)}: loss ${number(last.loss)}, g = ${pair(last.gradient)}, ‖g‖ = ${number(size(last.gradient))}`;
  const origin = points.at(-2);
  const moved = Math.hypot(last.w - origin.w, last.b - origin.b);
  return (
    `step ${state.steps}: g = ${pair(origin.gradient)}, ‖g‖ = ${number(size(origin.gradient))}; ` +
    `${done(state, origin)}; it moves by ${number(moved)} to ${place(last)}` +
    `${inside(last) ? "" : ", out of the picture"}; loss ${number(origin.loss)} → ${number(last.loss)}`
  );
}

function done({ clipping, threshold }, { gradient, clipped }) {
  const limit = number(threshold);
  if (clipping === "none") return "nothing clips it";
  if (gradient.every((entry, k) => entry === clipped[k])) return `not more than ${limit}: left as it is`;
  const turned = `turned by ${degrees(angle(gradient, clipped))}`;
  if (clipping === "norm") return `clipped to norm ${limit}: ${turned}`;
  return `each entry clipped to ±${limit}: ${pair(clipped)}, ${turned}`;
}

export const place = ({ w, b }) => `(w, b) = (${number(w)}, ${number(b)})`;
export const pair = (gradient) => `(${gradient.map(signed).join(", ")})`;
export const degrees = (x) => `${x.toFixed(1).replace(/\.0$/, "")}°`;
