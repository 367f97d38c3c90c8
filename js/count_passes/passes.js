// The function as a graph for the common engine, and the two kinds of pass over it.
import { backward, forward } from "../common/engine.js";

export const HIDDEN = 3;

/** y_i = Σ_k v_ik · tanh(Σ_j w_kj · x_j), evaluated: where its inputs, hidden nodes and outputs are in `nodes`. */
export function evaluate({ x, w, v }, inputCount, outputCount) {
  const nodes = [];
  const leaves = {};

  function add(name, operation, parents) {
    nodes.push({ name, operation, parents });
    return nodes.length - 1;
  }

  function leaf(name, value) {
    leaves[name] = value;
    return add(name, undefined, []);
  }

  function weighted(name, weights, from) {
    const terms = from.map((node, k) => {
      const weight = leaf(`${name} weight ${k}`, weights[k]);
      return add(`${name} term ${k}`, "multiply", [node, weight]);
    });
    return terms.reduce((sum, term, k) => add(`${name} sum ${k}`, "add", [sum, term]));
  }

  const inputs = x.slice(0, inputCount).map((value, j) => leaf(`x${j + 1}`, value));
  const hidden = w.map((weights, k) =>
    add(`h${k + 1}`, "tanh", [weighted(`h${k + 1}`, weights.slice(0, inputCount), inputs)]),
  );
  const outputs = v.slice(0, outputCount).map((weights, i) => weighted(`y${i + 1}`, weights, hidden));
  return { nodes, ...forward(nodes, leaves), inputs, hidden, outputs };
}

/** Forward mode from one input: every node's derivative with respect to it, handed on along the edges. */
export function forwardPass({ nodes, locals, inputs }, input) {
  const tangents = new Array(nodes.length).fill(0);
  tangents[inputs[input]] = 1;
  nodes.forEach(({ parents }, i) => {
    parents.forEach((parent, k) => (tangents[i] += locals[i][k] * tangents[parent]));
  });
  return tangents;
}

/** Reverse mode from one output: its derivative with respect to every node, handed back along the edges. */
export function reversePass({ nodes, locals, outputs }, output) {
  return backward(nodes.slice(0, outputs[output] + 1), locals);
}

/** The Jacobian as far as it is known, null elsewhere, and what the last pass left at every node (or null). */
export function fill(found, mode, passes) {
  const { inputs, outputs } = found;
  const jacobian = outputs.map(() => inputs.map(() => null));
  let last = null;
  for (let k = 0; k < passes; k++) {
    if (mode === "forward") {
      last = forwardPass(found, k);
      jacobian.forEach((row, i) => (row[k] = last[outputs[i]]));
    } else {
      last = reversePass(found, k);
      jacobian[k] = inputs.map((node) => last[node]);
    }
  }
  return { jacobian, last };
}
