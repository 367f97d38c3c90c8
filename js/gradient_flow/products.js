// Products of a batch with square weights, in blocks of four rows by two columns, whose eight sums stay in registers.
// Plain variables in the loops: arrays taken apart there would make them three times as slow.

export const ROWS = 32; // samples in the batch

/** out = scale · x W, with x and out ROWS × n, W n × n, all row after row. */
export function times(x, W, n, scale, out) {
  for (let row = 0; row < ROWS * n; row += 4 * n) {
    for (let o = 0; o < n; o += 2) blockOf(x, row, W, o, n, 1, n, scale, out, row + o);
  }
}

/** out = scale · y Wᵀ, with the same shapes. */
export function timesTransposed(y, W, n, scale, out) {
  for (let row = 0; row < ROWS * n; row += 4 * n) {
    for (let i = 0; i < n; i += 2) blockOf(y, row, W, i * n, 1, n, n, scale, out, row + i);
  }
}

// along: from one weight of a sum to the next.  across: from a column's weight to the next column's.
function blockOf(x, row, W, first, along, across, n, scale, out, at) {
  let a0 = 0;
  let a1 = 0;
  let b0 = 0;
  let b1 = 0;
  let c0 = 0;
  let c1 = 0;
  let d0 = 0;
  let d1 = 0;
  let a = row;
  let b = a + n;
  let c = b + n;
  let d = c + n;
  let w = first;
  for (const end = a + n; a < end; a++, b++, c++, d++, w += along) {
    const w0 = W[w];
    const w1 = W[w + across];
    a0 += x[a] * w0;
    a1 += x[a] * w1;
    b0 += x[b] * w0;
    b1 += x[b] * w1;
    c0 += x[c] * w0;
    c1 += x[c] * w1;
    d0 += x[d] * w0;
    d1 += x[d] * w1;
  }
  out[at] = scale * a0;
  out[at + 1] = scale * a1;
  out[at + n] = scale * b0;
  out[at + n + 1] = scale * b1;
  out[at + 2 * n] = scale * c0;
  out[at + 2 * n + 1] = scale * c1;
  out[at + 3 * n] = scale * d0;
  out[at + 3 * n + 1] = scale * d1;
}

/** ‖xᵀ y‖², without xᵀ y: the sum over pairs of rows r, s of (x_r · x_s)(y_r · y_s). */
export function squaredNormOfProduct(x, y, n) {
  let sum = 0;
  for (let r = 0; r < ROWS; r++) {
    for (let s = 0; s <= r; s++) {
      let one = 0;
      let other = 0;
      for (let k = 0; k < n; k++) {
        one += x[r * n + k] * x[s * n + k];
        other += y[r * n + k] * y[s * n + k];
      }
      sum += (s < r ? 2 : 1) * one * other;
    }
  }
  return sum;
}

export function squaredNorm(x, length) {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += x[k] * x[k];
  return sum;
}
