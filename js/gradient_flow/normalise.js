// BatchNorm (over the rows, for each unit) and LayerNorm (over the units, for each row), without scale and shift.
// Forward and backward are those of backprop_lib/nn/normalisation.py.
import { ROWS } from "./products.js";

const EPS = 1e-5;

// groups: how many means there are; first: where group k begins; stride: from one of its entries to the next.
const GROUPS = {
  BatchNorm: (n) => ({ groups: n, size: ROWS, first: 1, stride: n }),
  LayerNorm: (n) => ({ groups: ROWS, size: n, first: n, stride: 1 }),
};

/** z ← (z − μ) / √(v + ε) in place; `scales` keeps the 1 / √(v + ε) of each group. */
export function normalise(kind, n, z, scales) {
  const { groups, size, first, stride } = GROUPS[kind](n);
  for (let group = 0; group < groups; group++) {
    const [from, end] = [group * first, group * first + size * stride];
    let [mean, variance] = [0, 0];
    for (let k = from; k < end; k += stride) mean += z[k];
    mean /= size;
    for (let k = from; k < end; k += stride) variance += (z[k] - mean) ** 2;
    const scale = 1 / Math.sqrt(variance / size + EPS);
    for (let k = from; k < end; k += stride) z[k] = (z[k] - mean) * scale;
    scales[group] = scale;
  }
}

/** dz ← (dz − mean(dz) − z·mean(dz·z)) / √(v + ε) in place. */
export function pullBackNormalised(kind, n, z, scales, dz) {
  const { groups, size, first, stride } = GROUPS[kind](n);
  for (let group = 0; group < groups; group++) {
    const [from, end] = [group * first, group * first + size * stride];
    let [mean, along] = [0, 0];
    for (let k = from; k < end; k += stride) {
      mean += dz[k];
      along += dz[k] * z[k];
    }
    mean /= size;
    along /= size;
    for (let k = from; k < end; k += stride) dz[k] = (dz[k] - mean - z[k] * along) * scales[group];
  }
}
