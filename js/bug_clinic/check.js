// The gradient check, as backprop_lib/training/gradient_check.py does it: claimed beside numerical, entry by entry.
import { PARAMETERS, backward, forward, meanSquaredError } from "./pass.js";

export const GOOD = 1e-5;
const BUG = 1e-3;
const STEP = Number.EPSILON ** (1 / 3);

/**
 * Compare what a pass with `bug` claims with central differences.
 * Returns, by parameter, { cells, error, verdict, ok }; cells are rows of { at, analytic, numerical, error }.
 */
export function check({ parameters, X, y }, bug) {
  const loss = (moved) => meanSquaredError(forward(moved, X).a2, y);
  const here = loss(parameters);
  const claims = backward(forward(parameters, X), y, bug);
  return Object.fromEntries(
    PARAMETERS.map((name) => {
      const cells = parameters[name].map((row, i) =>
        row.map((at, j) => {
          const nudged = (number) => loss({ ...parameters, [name]: put(parameters[name], i, j, number) });
          return compared(claims[name][i][j], at, here, nudged);
        }),
      );
      const error = Math.max(...cells.flat().map((cell) => cell.error));
      const verdict = error < GOOD ? "good" : error <= BUG ? "suspicious" : "bug";
      return [name, { cells, error, verdict, ok: error < GOOD }];
    }),
  );
}

function compared(analytic, at, here, nudged) {
  const step = STEP * Math.max(1, Math.abs(at));
  const [low, high] = [at - step, at + step];
  const [below, above] = [nudged(low), nudged(high)];
  const slope = (above - below) / (high - low);
  // As far as the rounding of the loss can move the slope; what lies within it is 0.
  const rounding = (8 * Number.EPSILON * Math.max(here, below, above)) / (high - low);
  const distance = Math.max(0, Math.abs(analytic - slope) - rounding);
  const error = distance === 0 ? 0 : distance / Math.max(Math.abs(analytic), Math.abs(slope));
  return { at, analytic, numerical: Math.abs(slope) <= rounding ? 0 : slope, error };
}

function put(A, i, j, number) {
  const copy = A.map((row) => [...row]);
  copy[i][j] = number;
  return copy;
}

/** analytic / numerical: 1 where both are right, null where the numerical one is 0. */
export const ratioOf = ({ analytic, numerical }) => (numerical === 0 ? null : analytic / numerical);
