// Matrices as arrays of rows, for networks of a few units; a bias is a matrix of one row.

/** A new matrix of f(entry of A, entry of B), entry by entry. */
export const each = (A, B, f) => A.map((row, i) => row.map((a, j) => f(a, B[i][j])));

export const flipped = (A) => A[0].map((_, j) => A.map((row) => row[j]));

export const times = (A, B) =>
  A.map((row) => B[0].map((_, j) => row.reduce((sum, a, k) => sum + a * B[k][j], 0)));

/** The sum of each column, in one row. */
export const summed = (A) => [A[0].map((_, j) => A.reduce((sum, row) => sum + row[j], 0))];

/** The same numbers, row after row, in rows of another length. */
export function reshaped(A, columns) {
  const flat = A.flat();
  return Array.from({ length: flat.length / columns }, (_, i) => flat.slice(i * columns, (i + 1) * columns));
}

export const scaled = (A, k) => A.map((row) => row.map((a) => k * a));
