// Gradient descent with the gradients that a pass claims, right or wrong.
import { each } from "./matrices.js";
import { PARAMETERS, RATE, backward, forward, meanSquaredError } from "./pass.js";

export const STEPS = 300;

/** The loss before the first step and after each, as far as the numbers do not overflow. */
export function training({ parameters, X, y }, bug) {
  const losses = [];
  for (let now = parameters; losses.length <= STEPS;) {
    const kept = forward(now, X);
    losses.push(meanSquaredError(kept.a2, y));
    now = stepped(now, backward(kept, y, bug));
    if (!PARAMETERS.every((name) => now[name].flat().every(Number.isFinite))) break;
  }
  return losses;
}

const stepped = (parameters, gradients) =>
  Object.fromEntries(
    PARAMETERS.map((name) => [name, each(parameters[name], gradients[name], (w, d) => w - RATE * d)]),
  );
