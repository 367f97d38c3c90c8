// Where the graph's rows and the Jacobian's rows lie: y_i stands at the same height in both.
export const MOST = 8;
export const ROW = 32;
export const HEAD = 26; // the Jacobian's column names
export const HEIGHT = HEAD + MOST * ROW;

/** How far below the top the first of `count` rows begins: fewer rows stand in the middle. */
export const above = (count) => ((MOST - count) / 2) * ROW;

/** The height of row `k` of `count`, at its middle. */
export const middle = (k, count) => HEAD + above(count) + (k + 0.5) * ROW;
