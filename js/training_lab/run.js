// One training: from the first weights on, an epoch at a time, as `fit` of backprop_lib does it.
import { crossEntropyWithLogits, network, pass } from "../common/network.js";
import { optimiser } from "./optimisers.js";
import { MOST_EPOCHS, initialise, order, samples } from "./samples.js";

export const batchSize = ({ batch, samples: count }) => (batch === "all" ? count : Math.min(batch, count));

/** The learning rate of an epoch, counted from 0. */
export const rateOf = ({ rate, schedule }, epoch) =>
  schedule === "cosine" ? (rate * (1 + Math.cos((Math.PI * epoch) / MOST_EPOCHS))) / 2 : rate;

/** The epoch with the lowest validation loss, counted from 1; among equals the first. */
export const bestEpoch = (losses) => losses.indexOf(Math.min(...losses)) + 1;

/** Whether patience has run out. */
export const stopped = ({ val_loss }, patience) =>
  patience !== null && val_loss.length > 0 && val_loss.length - bestEpoch(val_loss) >= patience;

/**
 * settings: by the names of the traits.  drawn: of `read`.
 * Returns { layers, training, history, epoch(), failed(), ended(), advance() }. `advance` trains for an epoch.
 * Where a number is no longer finite it fails: the epoch does not count, and the weights are those before it.
 * With patience, the weights of the best epoch come back when training has ended.
 */
export function run(settings, drawn) {
  const sizes = [2, settings.hidden, settings.hidden / 2, 1];
  const layers = network(sizes, ["relu", "relu", "identity"]);
  initialise(layers, drawn);
  const [training, validation] = samples(drawn, settings);
  const step = stepper(layers, settings);
  const held = pass(layers, validation.count);
  const upstream = new Float64Array(validation.count);
  const history = { train_loss: [], val_loss: [] };
  const epoch = () => history.val_loss.length;
  const ended = () => failed || stopped(history, settings.patience) || epoch() === MOST_EPOCHS;
  let failed = false;
  let best = null;

  function advance() {
    const before = copied(layers);
    const trained = trainEpoch(training, order(drawn, training.count, epoch()), {
      size: batchSize(settings),
      step: (batch) => step(batch, rateOf(settings, epoch())),
    });
    const loss = crossEntropyWithLogits(held.forward(validation.X), validation.y, upstream);
    failed = !Number.isFinite(trained) || !Number.isFinite(loss);
    if (failed) return put(layers, before);
    history.train_loss.push(trained);
    history.val_loss.push(loss);
    if (settings.patience !== null) keepBest();
  }

  function keepBest() {
    if (bestEpoch(history.val_loss) === epoch()) best = copied(layers);
    else if (ended()) put(layers, best);
  }
  return { layers, training, history, epoch, failed: () => failed, ended, advance };
}

const copied = (layers) => layers.map(({ W, b }) => [W.slice(), b.slice()]);

function put(layers, parameters) {
  layers.forEach(({ W, b }, l) => {
    W.set(parameters[l][0]);
    b.set(parameters[l][1]);
  });
}

/** The mean loss over an epoch's samples, each measured before the step it takes part in. */
function trainEpoch({ X, y, count }, rows, { size, step }) {
  let total = 0;
  for (let first = 0; first < count; first += size) {
    const chosen = rows.subarray(first, first + size);
    const batch = { X: new Float64Array(2 * chosen.length), y: new Float64Array(chosen.length) };
    chosen.forEach((r, k) => {
      batch.X.set(X.subarray(2 * r, 2 * r + 2), 2 * k);
      batch.y[k] = y[r];
    });
    const loss = step(batch);
    if (!Number.isFinite(loss)) return NaN;
    total += loss * chosen.length;
  }
  return total / count;
}

/** Returns step(batch, rate): forward, backward, and the optimiser's move; gives the loss, NaN where nothing moved. */
function stepper(layers, { optimiser: name, weight_decay }) {
  const move = optimiser(name, layers, weight_decay);
  const rooms = new Map(); // for a full batch, and for a smaller last one
  return ({ X, y }, rate) => {
    if (!rooms.has(y.length))
      rooms.set(y.length, { through: pass(layers, y.length), upstream: new Float64Array(y.length) });
    const { through, upstream } = rooms.get(y.length);
    const loss = crossEntropyWithLogits(through.forward(X), y, upstream);
    through.backward(upstream);
    if (!Number.isFinite(loss) || !through.layers.every(({ dW, db }) => finite(dW) && finite(db))) return NaN;
    move(through, rate);
    return loss;
  };
}

// 0 · x is 0 for what is finite, and NaN else: one sum says it of all, and this is asked at each step.
function finite(numbers) {
  let sum = 0;
  for (let k = 0; k < numbers.length; k++) sum += 0 * numbers[k];
  return sum === 0;
}
