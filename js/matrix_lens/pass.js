// One forward and one backward pass of two layers, equation by equation as in backprop_lib/nn/by_hand.py.
import { ACTIVATIONS } from "../common/activations.js";
import { bareName, factors, isBias, isTurned } from "./equations.js";

const { value: sigmoid } = ACTIVATIONS.sigmoid;

const transpose = (matrix) => matrix[0].map((_, j) => matrix.map((row) => row[j]));
const each = (matrix, make) => matrix.map((row, i) => row.map((entry, j) => make(entry, i, j)));
const product = (left, right) =>
  left.map((row) => right[0].map((_, j) => row.reduce((sum, entry, k) => sum + entry * right[k][j], 0)));
const plus = (matrix, bias) => each(matrix, (entry, i, j) => entry + bias[0][j]);
const sumOfRows = (matrix) => [matrix[0].map((_, j) => matrix.reduce((sum, row) => sum + row[j], 0))];

/** Every array by name, where samples are rows. numbers: at the largest sizes; the first of them are taken. */
export function compute(numbers, { samples, inputs, hidden, outputs }) {
  const first = (matrix, rows, columns) => matrix.slice(0, rows).map((row) => row.slice(0, columns));
  const [X, y] = [first(numbers.X, samples, inputs), first(numbers.y, samples, outputs)];
  const [W1, b1] = [first(numbers.W1, inputs, hidden), [numbers.b1.slice(0, hidden)]];
  const [W2, b2] = [first(numbers.W2, hidden, outputs), [numbers.b2.slice(0, outputs)]];

  const z1 = plus(product(X, W1), b1);
  const a1 = each(z1, sigmoid);
  const z2 = plus(product(a1, W2), b2);
  const a2 = each(z2, sigmoid);

  const da2 = each(a2, (a, i, j) => (2 * (a - y[i][j])) / (samples * outputs));
  const dz2 = each(da2, (da, i, j) => da * a2[i][j] * (1 - a2[i][j]));
  const dW2 = product(transpose(a1), dz2);
  const db2 = sumOfRows(dz2);
  const da1 = product(dz2, transpose(W2));
  const dz1 = each(da1, (da, i, j) => da * a1[i][j] * (1 - a1[i][j]));
  const dW1 = product(transpose(X), dz1);
  const db1 = sumOfRows(dz1);

  const ones = X.map(() => [1]);
  return { X, y, W1, b1, z1, a1, W2, b2, z2, a2, da2, dz2, dW2, db2, da1, dz1, dW1, db1, 1: ones };
}

/** The pass as it is drawn: get("a1ᵀ"), the parts of an equation, and what makes an entry (counted from 0). */
export function drawn(numbers, sizes, convention) {
  const rows = compute(numbers, sizes);
  const get = (name) => {
    const stored = rows[bareName(name)];
    return isTurned(name) !== (convention === "columns") ? transpose(stored) : stored;
  };

  /** The row of the left factor and the column of the right one. */
  function met(equation, row, column) {
    const [left, right] = factors(equation, convention).map(get);
    return [left[row], right.map((entries) => entries[column])];
  }

  function terms(equation, row, column) {
    if (!equation.left) return [get("da2")[row][column]];
    const [along, down] = met(equation, row, column);
    const products = along.map((entry, k) => entry * down[k]);
    if (!equation.bias) return products;
    return [...products, get(equation.bias).flat()[convention === "rows" ? column : row]];
  }

  /** a·(1 − a), entry by entry. */
  const locals = (name) => each(get(name), (a) => a * (1 - a));

  return { sizes, convention, get, met, terms, locals };
}

/** "value", "gradient" or "parameter": the colour of an array. */
export function kindOf(name) {
  if (name.startsWith("d")) return "gradient";
  return name.startsWith("W") || isBias(name) ? "parameter" : "value";
}
