// Normal numbers for the weights: those of one layer come again whatever the depth, the width and the gain are.
// backprop_lib/explorables/gradient_flow/network.py draws the same.
import { generator } from "../common/random.js";

const streams = { seed: null, kept: [] };

/**
 * The first `count` numbers or more of a stream of its own: 0 is the input, 1 the loss, l + 1 the weights of layer l.
 * What was drawn for a seed is kept until another is asked for.
 */
export function normals(seed, stream, count) {
  if (streams.seed !== seed) Object.assign(streams, { seed, kept: [] });
  const kept = streams.kept[stream];
  if (kept?.length >= count) return kept;
  const { normal } = generator(seedOf(seed, stream));
  const drawn = new Float64Array(count);
  for (let k = 0; k < count; k++) drawn[k] = normal();
  return (streams.kept[stream] = drawn);
}

// Each stream begins at a random number of 32 bits, which the seed itself draws.
function seedOf(seed, stream) {
  const { uniform } = generator(seed);
  for (let k = 0; k < stream; k++) uniform();
  return uniform() * 2 ** 32;
}
