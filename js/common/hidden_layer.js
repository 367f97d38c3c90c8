// A network with 2 inputs, one hidden layer and 1 logit, trained by gradient descent on all its samples at once.
import { number } from "./numbers.js";
import { crossEntropyWithLogits, descend, network, pass } from "./network.js";

const LARGEST = 1e6; // of a weight: beyond it, sums of products would soon have no value

/** X: rows × 2.  y: a class each.  `hidden` and `output` are the layers; `through` is their pass over the samples. */
export function hiddenLayer(units, X, y) {
  const layers = network([2, units, 1], ["relu", "identity"]); // until `load` says otherwise
  const [hidden, output] = layers;
  const through = pass(layers, y.length);
  const upstream = new Float64Array(y.length);

  /** Forward and backward over all samples; returns the loss. The rest is in `through`. */
  function evaluate() {
    const loss = crossEntropyWithLogits(through.forward(X), y, upstream);
    through.backward(upstream);
    return loss;
  }

  function load({ activation, W1, b1, W2, b2 }) {
    hidden.activation = activation;
    hidden.W.set(W1.flat());
    hidden.b.set(b1);
    output.W.set(W2.flat());
    output.b.set(b2);
  }

  /** The weights as Python has them. */
  function weights() {
    const W = Array.from(hidden.W);
    return {
      W1: [W.slice(0, units), W.slice(units)],
      b1: Array.from(hidden.b),
      W2: Array.from(output.W, (weight) => [weight]),
      b2: Array.from(output.b),
    };
  }

  const small = (weight) => Math.abs(weight) <= LARGEST; // what is no number is not small, either
  const bounded = () => layers.every(({ W, b }) => W.every(small) && b.every(small));

  /**
   * Needs `evaluate` before it, for the gradients. Takes `count` steps, or as many as leave every weight bounded.
   * reached: called after each, with how many were taken and the loss.  Returns how many were taken.
   */
  function train(count, rate, reached) {
    for (let taken = 0; taken < count; taken++) {
      const good = weights();
      descend(layers, through, rate);
      if (!bounded()) {
        load({ activation: hidden.activation, ...good });
        return taken;
      }
      reached(taken + 1, evaluate());
    }
    return count;
  }
  return { hidden, output, layers, through, evaluate, load, weights, train };
}

export const tooFar = (rate) =>
  `the next step goes too far, η = ${number(rate)} is too large: take a smaller one, or go back to step 0`;
