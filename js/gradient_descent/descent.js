// Gradient descent in numbers, apart from how it is shown.
import { backward, forward } from "../common/engine.js";

/** Every node's value and gradient, by name, for these leaf values. */
export function evaluate(nodes, leaves) {
  const { values, locals } = forward(nodes, leaves);
  const gradients = backward(nodes, locals);
  const named = (numbers) => Object.fromEntries(nodes.map(({ name }, i) => [name, numbers[i]]));
  return { values, result: values.at(-1), gradients: named(gradients) };
}

/** The leaf values after one step: each parameter moves against its gradient, all at once. */
export function stepped(leaves, parameters, gradients, eta) {
  const moved = parameters.map((name) => [name, leaves[name] - eta * gradients[name]]);
  return { ...leaves, ...Object.fromEntries(moved) };
}
