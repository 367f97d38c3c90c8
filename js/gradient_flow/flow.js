// One forward and one backward pass through the deep network, and how large everything is on the way.
// backprop_lib/explorables/gradient_flow/network.py does the same with the package's engine, and says what is measured.
import { ACTIVATIONS } from "../common/activations.js";
import { normals } from "./draws.js";
import { normalise, pullBackNormalised } from "./normalise.js";
import { ROWS, squaredNorm, squaredNormOfProduct, times, timesTransposed } from "./products.js";

const room = []; // for each layer, kept from one pass to the next: { z, h, a, scales }
const MOST = ROWS * 128;
const [da, dz] = [new Float64Array(MOST), new Float64Array(MOST)];
const ds = new Float64Array(MOST);

function kept(l) {
  return (room[l] ??= {
    z: new Float64Array(MOST), // what the activation receives
    h: new Float64Array(MOST), // what it gives
    sum: new Float64Array(MOST), // with the layer's input added to it, where there is a shortcut
    scales: new Float64Array(128),
  });
}

/**
 * Returns, with layers counted from 0: gradients, each ‖∂L/∂z‖ over ‖∂L/∂a‖ of the last layer; inputGradient, the same
 * of the input; activations, the root mean square of each layer's output; inputActivation; slopes, each √mean f′(z)²;
 * norm, that of all ∂L/∂W together, and factor, what clipping multiplies with (null and 1 without clipping);
 * z(l), the numbers that layer l's activation received, until the next run.
 */
export function run({ depth, width: n, activation, gain, normalisation, residual, clipping, seed }) {
  const entries = ROWS * n;
  const scale = gain / Math.sqrt(n);
  const weights = Array.from({ length: depth }, (_, l) => normals(seed, l + 2, n * n));
  const input = normals(seed, 0, entries);
  const { value, slope } = ACTIVATIONS[activation];
  const rms = (x) => Math.sqrt(squaredNorm(x, entries) / entries);

  const outputs = [input]; // what enters layer l; the last one leaves the network
  for (let l = 0; l < depth; l++) {
    const { z, h, sum, scales } = kept(l);
    times(outputs[l], weights[l], n, scale, z);
    if (normalisation !== "none") normalise(normalisation, n, z, scales);
    for (let k = 0; k < entries; k++) h[k] = value(z[k]);
    if (residual) for (let k = 0; k < entries; k++) sum[k] = outputs[l][k] + h[k];
    outputs.push(residual ? sum : h);
  }

  const [gradients, slopes] = [new Array(depth), new Array(depth)];
  const upstream = normals(seed, 1, entries);
  const handed = Math.sqrt(squaredNorm(upstream, entries));
  let squares = 0;
  da.set(upstream.subarray(0, entries));
  for (let l = depth - 1; l >= 0; l--) {
    const { z, h, scales } = kept(l);
    let steep = 0;
    for (let k = 0; k < entries; k++) {
      const local = slope(z[k], h[k]);
      steep += local * local;
      dz[k] = da[k] * local;
    }
    slopes[l] = Math.sqrt(steep / entries);
    gradients[l] = Math.sqrt(squaredNorm(dz, entries)) / handed;
    if (normalisation !== "none") pullBackNormalised(normalisation, n, z, scales, dz);
    if (clipping) squares += squaredNormOfProduct(outputs[l], dz, n);
    timesTransposed(dz, weights[l], n, scale, ds);
    for (let k = 0; k < entries; k++) da[k] = residual ? da[k] + ds[k] : ds[k];
  }

  const norm = clipping ? Math.sqrt(squares) / entries : null; // the loss is a mean over all entries
  const factor = clipping ? Math.min(1, 1 / (norm + 1e-6)) : 1;
  const [inputActivation, ...activations] = outputs.map(rms);
  return {
    gradients: gradients.map((size) => factor * size),
    inputGradient: (factor * Math.sqrt(squaredNorm(da, entries))) / handed,
    activations,
    inputActivation,
    slopes,
    norm,
    factor,
    z: (l) => kept(l).z.subarray(0, entries),
  };
}
