// The scalar engine's twin: the same operations as backprop_lib/engine/functions.py, rule for rule, so that a
// dragged slider is answered without a kernel. Tests hold the two, and PyTorch, together.
import { ACTIVATIONS } from "./activations.js";

const { sigmoid, tanh, relu, leaky_relu, elu, gelu } = ACTIVATIONS;
const rule =
  ({ value, slope }) =>
  ([z], parameter) => {
    const a = value(z, parameter);
    return [a, [slope(z, a, parameter)]];
  };

// name -> (the parents' numbers, the operation's fixed number) -> [value, local derivatives]
const RULES = {
  add: ([a, b]) => [a + b, [1, 1]],
  subtract: ([a, b]) => [a - b, [1, -1]],
  multiply: ([a, b]) => [a * b, [b, a]],
  divide: ([a, b]) => [a / b, [1 / b, -(a / b) / b]],
  negate: ([a]) => [-a, [-1]],
  power([base, exponent]) {
    if (base < 0) return [NaN, [NaN, NaN]];
    const value = base ** exponent;
    const byBase = exponent === 0 ? 0 : exponent * base ** (exponent - 1);
    return [value, [byBase, base === 0 ? 0 : value * Math.log(base)]];
  },
  power_of: ([base], exponent) => [
    base ** exponent,
    [exponent === 0 ? 0 : exponent * base ** (exponent - 1)],
  ],
  affine(numbers, count) {
    const weights = numbers.slice(0, count);
    const inputs = numbers.slice(count, -1);
    const value = weights.reduce((sum, weight, i) => sum + weight * inputs[i], numbers.at(-1));
    return [value, [...inputs, ...weights, 1]];
  },
  exp: ([a]) => [Math.exp(a), [Math.exp(a)]],
  log: ([a]) => [Math.log(a), [1 / a]],
  sqrt: ([a]) => [Math.sqrt(a), [0.5 / Math.sqrt(a)]],
  sin: ([a]) => [Math.sin(a), [Math.cos(a)]],
  cos: ([a]) => [Math.cos(a), [-Math.sin(a)]],
  absolute: ([a]) => [Math.abs(a), [Math.sign(a)]],
  maximum: ([a, b]) => (a > b ? [a, [1, 0]] : b > a ? [b, [0, 1]] : [0.5 * a + 0.5 * b, [0.5, 0.5]]),
  minimum: ([a, b]) => (a < b ? [a, [1, 0]] : b < a ? [b, [0, 1]] : [0.5 * a + 0.5 * b, [0.5, 0.5]]),
  sigmoid: rule(sigmoid),
  tanh: rule(tanh),
  relu: rule(relu),
  leaky_relu: rule(leaky_relu),
  elu: rule(elu),
  gelu: rule(gelu),
  softplus: ([a]) => [Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))), [sigmoid.value(a)]],
};

/**
 * Compute every node's value and local derivatives. `nodes` come in topological order; `leaves` maps names to numbers.
 * A node without a value or a slope is NaN, where the engine in Python refuses: √a at 0, for one.
 */
export function forward(nodes, leaves) {
  const values = new Array(nodes.length);
  const locals = new Array(nodes.length);
  nodes.forEach((node, i) => {
    if (node.parents.length === 0) {
      values[i] = leaves[node.name];
      locals[i] = [];
    } else {
      const numbers = node.parents.map((parent) => values[parent]);
      [values[i], locals[i]] = RULES[node.operation](numbers, node.parameter);
      if (![values[i], ...locals[i]].every(Number.isFinite)) values[i] = NaN;
    }
  });
  return { values, locals };
}

/** Hand the last node's gradient of 1 back along every edge: parent += local × upstream. */
export function backward(nodes, locals) {
  const gradients = new Array(nodes.length).fill(0);
  gradients[nodes.length - 1] = 1;
  for (let i = nodes.length - 1; i >= 0; i--) {
    nodes[i].parents.forEach((parent, k) => (gradients[parent] += locals[i][k] * gradients[i]));
  }
  return gradients;
}
