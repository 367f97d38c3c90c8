// The loss of the full batch over w and b: a bowl, L = lowest + ½ δᵀHδ with H = [[mean x², mean x], [mean x, 1]].
const POINTS = Array.from({ length: 73 }, (_, k) => (2 * Math.PI * k) / 72);
const RADII = [0.25, 0.5, 1, 1.5]; // of the ring through the start

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

function bowl({ x, y }) {
  const [mx, mxx] = [mean(x), mean(x.map((one) => one * one))];
  const [my, mxy] = [mean(y), mean(x.map((one, i) => one * y[i]))];
  const w = (mxy - mx * my) / (mxx - mx * mx);
  return { mx, mxx, lowest: [w, my - w * mx] };
}

/** Where it is lowest: the line of least squares. */
export const lowest = (samples) => bowl(samples).lowest;

/** Rings of equal loss, each a list of [w, b]; one of them goes through `start`. */
export function contours(samples, start) {
  const { mx, mxx, lowest } = bowl(samples);
  const [dw, db] = start.map((entry, k) => entry - lowest[k]);
  const radius = Math.sqrt(mxx * dw * dw + 2 * mx * dw * db + db * db);
  const narrow = Math.sqrt(mxx - mx * mx);
  // δᵀHδ = (narrow·δw)² + (δb + mx·δw)²
  return RADII.map((share) =>
    POINTS.map((angle) => {
      const w = (share * radius * Math.cos(angle)) / narrow;
      return [lowest[0] + w, lowest[1] + share * radius * Math.sin(angle) - mx * w];
    }),
  );
}
