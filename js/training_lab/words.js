// What is said: backprop_lib/explorables/training_lab/words.py writes the same.
import { number, signed } from "../common/numbers.js";
import { batchSize, bestEpoch, rateOf, stopped } from "./run.js";
import { MOST_EPOCHS } from "./samples.js";

const RISEN = 1.1; // times the lowest validation loss: less is the wobble of any training

/** How samples, batches, steps and epochs belong together, and the learning rate where it changes. */
export function arithmetic(settings, epoch) {
  const [count, size] = [settings.samples, batchSize(settings)];
  const steps = Math.ceil(count / size);
  const left = count % size;
  const batches = `${steps} ${steps === 1 ? "batch" : "batches"} an epoch`;
  const last = left > 0 ? `, the last one of ${left}` : "";
  const told = `${count} samples ÷ ${size} = ${number(count / size)}: ${batches}${last}; epoch ${epoch} = step ${epoch * steps}`;
  return settings.schedule === "constant" ? told : `${told}; now η = ${number(rateOf(settings, epoch))}`;
}

/** Where training stands. */
export function describe({ train_loss, val_loss }, patience) {
  const epoch = val_loss.length;
  if (epoch === 0) return "epoch 0: the network is untrained; to know nothing is a loss of ln 2 = 0.6931";
  const best = bestEpoch(val_loss);
  const [lowest, now, train] = [val_loss[best - 1], val_loss.at(-1), train_loss.at(-1)];
  const told = [
    `epoch ${epoch}: training loss ${number(train)}, validation loss ${number(now)}, the gap ${signed(now - train)}`,
  ];
  if (best === epoch) told.push("no validation loss was lower so far");
  else {
    told.push(`the lowest validation loss was ${number(lowest)} in epoch ${best}`);
    if (now > RISEN * lowest && train < train_loss[best - 1])
      told.push("since then it rose while the training loss fell: overfitting");
  }
  return told.join("; ") + ending({ val_loss }, epoch, best, patience);
}

function ending(history, epoch, best, patience) {
  const early = stopped(history, patience);
  if (!early && epoch < MOST_EPOCHS) return "";
  const waited = patience === 1 ? "1 epoch" : `${patience} epochs`;
  const why = early
    ? `stopped early, after ${waited} without a lower one`
    : `all ${MOST_EPOCHS} epochs are done`;
  const back = patience !== null && best < epoch ? `, the weights are again those of epoch ${best}` : "";
  return `. Training has ended: ${why}${back}`;
}

export const tooFar = (epoch) =>
  `epoch ${epoch + 1} cannot be completed: a number grew beyond what a computer can hold; take a smaller η or less weight decay`;
