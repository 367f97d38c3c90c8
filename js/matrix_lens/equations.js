// The equations of two layers, as backprop_lib/explorables/matrix_lens/equations.py has them.

export const MOST = { samples: 6, inputs: 5, hidden: 6, outputs: 4 };

// Rows and columns of each array where samples are rows; z and the gradients are as those they belong to.
const AXES = {
  X: ["samples", "inputs"],
  W1: ["inputs", "hidden"],
  b1: ["", "hidden"],
  a1: ["samples", "hidden"],
  W2: ["hidden", "outputs"],
  b2: ["", "outputs"],
  a2: ["samples", "outputs"],
  1: ["samples", ""],
};

/** left, right: as they stand where samples are rows. code: the line of nn/by_hand.py, in both conventions. */
export const EQUATIONS = {
  z1: {
    ...{ left: "X", right: "W1", over: "inputs", bias: "b1" },
    code: { rows: "z1 = X @ W1 + b1", columns: "z1 = W1 @ X + b1" },
  },
  z2: {
    ...{ left: "a1", right: "W2", over: "hidden", bias: "b2" },
    code: { rows: "z2 = a1 @ W2 + b2", columns: "z2 = W2 @ a1 + b2" },
  },
  dz2: {
    activation: "a2", // da2 comes from the loss: no product of matrices
    code: { rows: "dz2 = da2 * a2 * (1 - a2)", columns: "dz2 = da2 * a2 * (1 - a2)" },
  },
  dW2: {
    ...{ left: "a1ᵀ", right: "dz2", over: "samples" },
    code: { rows: "dW2 = a1.T @ dz2", columns: "dW2 = dz2 @ a1.T" },
  },
  db2: {
    ...{ left: "1ᵀ", right: "dz2", over: "samples" },
    code: { rows: "db2 = dz2.sum(axis=0)", columns: "db2 = dz2.sum(axis=1)" },
  },
  dz1: {
    ...{ left: "dz2", right: "W2ᵀ", over: "outputs", activation: "a1" },
    code: { rows: "dz1 = dz2 @ W2.T * a1 * (1 - a1)", columns: "dz1 = W2.T @ dz2 * a1 * (1 - a1)" },
  },
  dW1: {
    ...{ left: "Xᵀ", right: "dz1", over: "samples" },
    code: { rows: "dW1 = X.T @ dz1", columns: "dW1 = dz1 @ X.T" },
  },
  db1: {
    ...{ left: "1ᵀ", right: "dz1", over: "samples" },
    code: { rows: "db1 = dz1.sum(axis=0)", columns: "db1 = dz1.sum(axis=1)" },
  },
};

export const bareName = (name) => name.replace("ᵀ", "");
export const isTurned = (name) => name.endsWith("ᵀ");
export const isBias = (name) => bareName(name).includes("b");

/** What the rows and the columns of an array or its transpose stand for, as it is drawn. */
export function axesOf(name, convention) {
  const [rows, columns] = AXES[bareName(name).replace(/^d/, "").replace("z", "a")];
  return isTurned(name) !== (convention === "columns") ? [columns, rows] : [rows, columns];
}

export const shapeOf = (name, { sizes, convention }) =>
  axesOf(name, convention).map((axis) => sizes[axis] ?? 1);

/** The names of the left and of the right factor. */
export const factors = ({ left, right }, convention) =>
  convention === "rows" ? [left, right] : [right, left];
