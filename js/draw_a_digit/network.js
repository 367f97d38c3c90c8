// The learner's network, one picture at a time: logits forward, and the gradient of the loss back to the pixels.
import { ACTIVATIONS } from "../common/activations.js";
import { softmaxCrossEntropy } from "../common/network.js";

/**
 * steps: { kind: "affine", inputs, outputs } or { kind: "relu", parameter }.  content: DataView of their W (inputs ×
 * outputs, row after row) and b, float64.
 * Returns { logits(x), at(x, target) }; x: 64 numbers.
 */
export function readNetwork(steps, content) {
  let place = 0;
  const take = (count) => Float64Array.from({ length: count }, () => content.getFloat64(8 * place++, true));
  let size = 64;
  const chain = steps.map((step) => {
    const made =
      step.kind === "affine"
        ? affine(step, take(step.inputs * step.outputs), take(step.outputs))
        : activation(step, size);
    size = step.outputs ?? size;
    return made;
  });

  /** What comes out, in an array that the next call overwrites. */
  const logits = (x) => chain.reduce((z, { forward }) => forward(z), x);

  /** The loss L = −ln p(target) at x: { p, logits, loss, gradient }, the gradient by each pixel. */
  function at(x, target) {
    const z = Float64Array.from(logits(x));
    const delta = new Float64Array(z.length);
    const loss = softmaxCrossEntropy(z, [target], delta);
    const gradient = chain.reduceRight((upstream, { backward }) => backward(upstream), delta);
    return { p: softmax(z), logits: z, loss, gradient: Float64Array.from(gradient) };
  }

  const reading = (x) => likeliest(logits(x));
  const lossAt = (x, target) => softmaxCrossEntropy(logits(x), [target], new Float64Array(10));
  return { at, reading, lossAt, probabilities: (x) => softmax(logits(x)) };
}

/** The place of the largest; among equals the first. */
export const likeliest = (numbers) => numbers.reduce((best, z, k) => (z > numbers[best] ? k : best), 0);

function softmax(z) {
  const most = Math.max(...z);
  const powers = Array.from(z, (logit) => Math.exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power);
  return powers.map((power) => power / total);
}

// z = xW + b, and dx = dz Wᵀ on the way back.
function affine({ inputs, outputs }, W, b) {
  const z = new Float64Array(outputs);
  const dx = new Float64Array(inputs);
  function forward(x) {
    z.set(b);
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) z[o] += x[i] * W[i * outputs + o];
    }
    return z;
  }
  function backward(dz) {
    for (let i = 0; i < inputs; i++) {
      dx[i] = 0;
      for (let o = 0; o < outputs; o++) dx[i] += dz[o] * W[i * outputs + o];
    }
    return dx;
  }
  return { forward, backward };
}

function activation({ kind, parameter }, size) {
  const { value, slope } = ACTIVATIONS[kind];
  const fixed = parameter ?? undefined;
  const [a, dz] = [new Float64Array(size), new Float64Array(size)];
  let z;
  function forward(input) {
    z = input;
    for (let k = 0; k < size; k++) a[k] = value(z[k], fixed);
    return a;
  }
  function backward(da) {
    for (let k = 0; k < size; k++) dz[k] = da[k] * slope(z[k], a[k], fixed);
    return dz;
  }
  return { forward, backward };
}
