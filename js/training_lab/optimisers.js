// SGD, Adam and AdamW, formula for formula those of backprop_lib/training/optimisers.py.

const [BETA1, BETA2, EPS] = [0.9, 0.999, 1e-8];

/** Returns step(rate): moves all parameters of `layers` by the gradients that the pass holds then. */
export function optimiser(name, layers, decay) {
  const kept = layers.flatMap(({ W, b }) => [W, b]).map((parameters) => slot(name, parameters, decay));
  return (gradients, rate) =>
    gradients.layers.flatMap(({ dW, db }) => [dW, db]).forEach((gradient, k) => kept[k](gradient, rate));
}

function slot(name, parameters, decay) {
  if (name === "sgd") return (gradient, rate) => descend(parameters, gradient, rate, decay);
  const [m, v] = [new Float64Array(parameters.length), new Float64Array(parameters.length)];
  const coupled = name === "adam" ? decay : 0;
  let t = 0;
  return (gradient, rate) => {
    if (name === "adamw") shrink(parameters, rate * decay);
    t++;
    const size = rate / (1 - BETA1 ** t);
    const scale = Math.sqrt(1 - BETA2 ** t);
    for (let k = 0; k < parameters.length; k++) {
      const g = gradient[k] + coupled * parameters[k];
      m[k] = BETA1 * m[k] + (1 - BETA1) * g;
      v[k] = BETA2 * v[k] + (1 - BETA2) * (g * g);
      parameters[k] -= (size * m[k]) / (Math.sqrt(v[k]) / scale + EPS);
    }
  };
}

function descend(parameters, gradient, rate, decay) {
  for (let k = 0; k < parameters.length; k++) parameters[k] -= rate * (gradient[k] + decay * parameters[k]);
}

function shrink(parameters, share) {
  for (let k = 0; k < parameters.length; k++) parameters[k] *= 1 - share;
}
