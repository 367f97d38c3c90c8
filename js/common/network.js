// A dense network on flat arrays: rows are samples, W is (in, out) row after row, as in Z = XW + b.
// `network` holds the parameters; a `pass` holds what one run over so many rows computes, and allocates only once.
import { ACTIVATIONS } from "./activations.js";

/**
 * sizes: inputs, then the units of each layer, as [2, 4, 1].  activations: a name for each layer.
 * Returns one { inputs, outputs, activation, W, b } a layer; all parameters are 0.
 */
export function network(sizes, activations) {
  return activations.map((activation, l) => {
    const [inputs, outputs] = [sizes[l], sizes[l + 1]];
    const [W, b] = [new Float64Array(inputs * outputs), new Float64Array(outputs)];
    return { inputs, outputs, activation, W, b };
  });
}

/**
 * Room for `rows` samples on their way through `layers`, of `network`; several passes may share one network.
 * Returns { layers, output, forward, backward }: for each layer z, a, dz (rows × outputs), dW and db.
 */
export function pass(layers, rows) {
  const kept = layers.map(({ inputs, outputs }) => ({
    z: new Float64Array(rows * outputs),
    a: new Float64Array(rows * outputs),
    dz: new Float64Array(rows * outputs),
    dx: new Float64Array(rows * inputs),
    dW: new Float64Array(inputs * outputs),
    db: new Float64Array(outputs),
  }));
  const output = kept.at(-1).a;
  let samples = null;

  /** X: rows × inputs. Returns the last layer's a, which the next call overwrites. */
  function forward(X) {
    samples = X;
    let x = X;
    layers.forEach((layer, l) => {
      const { z, a } = kept[l];
      affine(x, layer, rows, z);
      const { value } = ACTIVATIONS[layer.activation];
      for (let k = 0; k < z.length; k++) a[k] = value(z[k]);
      x = a;
    });
    return output;
  }

  /** upstream: the gradient by the output of the last `forward`, rows × outputs. Returns that by X. */
  function backward(upstream) {
    let da = upstream;
    for (let l = layers.length - 1; l >= 0; l--) {
      const { z, a, dz, dx, dW, db } = kept[l];
      const { slope } = ACTIVATIONS[layers[l].activation];
      for (let k = 0; k < z.length; k++) dz[k] = da[k] * slope(z[k], a[k]);
      pullBack(l === 0 ? samples : kept[l - 1].a, layers[l], rows, dz, { dx, dW, db });
      da = dx;
    }
    return da;
  }
  return { layers: kept, output, forward, backward };
}

/** One step of gradient descent: every parameter moves by −rate × its gradient, which `pass` computed. */
export function descend(layers, { layers: gradients }, rate) {
  layers.forEach(({ W, b }, l) => {
    const { dW, db } = gradients[l];
    for (let k = 0; k < W.length; k++) W[k] -= rate * dW[k];
    for (let k = 0; k < b.length; k++) b[k] -= rate * db[k];
  });
}

// z = xW + b
function affine(x, { inputs, outputs, W, b }, rows, z) {
  for (let r = 0; r < rows; r++) {
    const row = r * outputs;
    for (let o = 0; o < outputs; o++) z[row + o] = b[o];
    for (let i = 0; i < inputs; i++) {
      const entry = x[r * inputs + i];
      for (let o = 0; o < outputs; o++) z[row + o] += entry * W[i * outputs + o];
    }
  }
}

// dW = xᵀ dz,  db = the sum of dz over the rows,  dx = dz Wᵀ
function pullBack(x, { inputs, outputs, W }, rows, dz, { dx, dW, db }) {
  dW.fill(0);
  db.fill(0);
  for (let r = 0; r < rows; r++) {
    const row = r * outputs;
    for (let o = 0; o < outputs; o++) db[o] += dz[row + o];
    for (let i = 0; i < inputs; i++) {
      const entry = x[r * inputs + i];
      let sum = 0;
      for (let o = 0; o < outputs; o++) {
        dW[i * outputs + o] += entry * dz[row + o];
        sum += dz[row + o] * W[i * outputs + o];
      }
      dx[r * inputs + i] = sum;
    }
  }
}

// --- losses: each returns the loss, and writes its gradient by the output into `gradient` ---

/** The mean over all entries of ½(a − y)². */
export function halfSquaredError(output, targets, gradient) {
  let sum = 0;
  for (let k = 0; k < output.length; k++) {
    const miss = output[k] - targets[k];
    sum += 0.5 * miss * miss;
    gradient[k] = miss / output.length;
  }
  return sum / output.length;
}

/** The mean over all entries of the binary cross-entropy of σ(logit) with a target from 0 to 1; no logit overflows. */
export function crossEntropyWithLogits(logits, targets, gradient) {
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    const z = logits[k];
    sum += Math.max(z, 0) - z * targets[k] + Math.log1p(Math.exp(-Math.abs(z)));
    gradient[k] = (ACTIVATIONS.sigmoid.value(z) - targets[k]) / logits.length;
  }
  return sum / logits.length;
}

/** The mean over the rows of −log softmax(logits)[class]. classes: one whole number a row; `gradient` is rows × classes. */
export function softmaxCrossEntropy(logits, classes, gradient) {
  const rows = classes.length;
  const count = logits.length / rows;
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    const first = r * count;
    let most = -Infinity;
    for (let k = 0; k < count; k++) most = Math.max(most, logits[first + k]);
    let total = 0;
    for (let k = 0; k < count; k++) total += gradient[first + k] = Math.exp(logits[first + k] - most);
    for (let k = 0; k < count; k++) gradient[first + k] /= total * rows;
    gradient[first + classes[r]] -= 1 / rows;
    sum += Math.log(total) + most - logits[first + classes[r]];
  }
  return sum / rows;
}
