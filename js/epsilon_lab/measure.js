// The numerical gradient, its error, and what theory expects; apart from how it is shown.
import { DTYPES, EXAMPLES } from "./losses.js";

/** 1, 0.3, 0.1, 0.03, … 1e-14: half decades, with numbers that can be read. */
export const STEPS = Array.from({ length: 29 }, (_, k) =>
  Number(k % 2 === 0 ? `1e${-k / 2}` : `3e${-(k + 1) / 2}`),
);

/** The place of the step nearest to ε, in decades. */
export function nearest(epsilon) {
  const away = STEPS.map((step) => Math.abs(Math.log10(step / epsilon)));
  return away.indexOf(Math.min(...away));
}

/** Both ends, both losses, their difference, and the gradient that comes of it beside the true one. */
export function measure({ example, epsilon, scheme, dtype }, { truth }) {
  const { w1: at, loss } = EXAMPLES[example];
  const { round } = DTYPES[dtype];
  const central = scheme === "central";
  const [w1, step] = [round(at), round(epsilon)];
  const ends = [round(w1 + step), central ? round(w1 - step) : w1];
  const [high, low] = ends.map((end) => loss(end, round));
  const numerical = (high - low) / (central ? 2 * epsilon : epsilon);
  const larger = Math.max(Math.abs(numerical), Math.abs(truth));
  const error = larger === 0 ? 0 : Math.abs(numerical - truth) / larger;
  return { ends, high, low, rise: high - low, numerical, truth, error };
}

/** The relative errors that theory expects; NaN at a kink, where there is no theory. */
export function expected({ epsilon, scheme, dtype }, { loss, truth, second, third }) {
  const truncation = scheme === "central" ? third * epsilon ** 2 : second * epsilon;
  const roundOff = (DTYPES[dtype].machine * loss) / epsilon;
  return { truncation: Math.abs(truncation / truth), roundOff: Math.abs(roundOff / truth) };
}

/** The rule of thumb: ∛u for central differences, √u for forward ones. */
export const bestEpsilon = ({ scheme, dtype }) =>
  DTYPES[dtype].machine ** (scheme === "central" ? 1 / 3 : 1 / 2);
