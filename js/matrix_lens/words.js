// What the picture shows, in one sentence: backprop_lib/explorables/matrix_lens/words.py writes the same.
import { number, signed } from "../common/numbers.js";
import { EQUATIONS, bareName, factors, isBias, isTurned, shapeOf } from "./equations.js";

const ONE = { samples: "sample", inputs: "input", hidden: "hidden unit", outputs: "output" };
const INDEX = { samples: "n", inputs: "i", hidden: "j", outputs: "k" };
const SUM = { samples: "Σₙ", inputs: "Σᵢ", hidden: "Σⱼ", outputs: "Σₖ" };

export const times = (shape) => shape.join("×");
export const counted = (count, axis) =>
  count === 1 ? `1 ${ONE[axis]}` : `${count} ${axis === "hidden" ? "hidden units" : axis}`;
export const sumSign = (axis) => SUM[axis];
export const local = (activation) => `${activation}(1 − ${activation})`;

/** The entry as its sum, and how row and column met: { sum, result, met }. */
export function describe(name, seen, row, column) {
  const equation = EQUATIONS[name];
  let [letters, numbers] = summed(equation, seen, row, column);
  if (equation.activation) {
    const a = cellName(equation.activation, seen, row, column);
    letters = `${grouped(letters)}·${a}·(1 − ${a})`;
    numbers = `${grouped(numbers)}·${number(seen.locals(equation.activation)[row][column])}`;
  }
  return {
    sum: `${cellName(name, seen, row, column)} = ${letters} = ${numbers} = `,
    result: written(name, seen.get(name)[row][column]),
    met: equation.left ? meeting(equation, seen, row, column) : beginning(seen, row, column),
  };
}

export const written = (name, entry) => (name.startsWith("d") ? signed(entry) : number(entry));

function summed(equation, seen, row, column) {
  if (!equation.left) {
    return [cellName("da2", seen, row, column), factor(seen.terms(equation, row, column)[0])];
  }
  const [left, right] = factors(equation, seen.convention);
  const index = INDEX[equation.over];
  const cells = [cellName(left, seen, row, index), cellName(right, seen, index, column)];
  const letters = `${SUM[equation.over]} ${cells.filter(Boolean).join("·")}`;
  const [along, down] = seen.met(equation, row, column);
  if (withOnes(equation)) return [letters, along.map((a, k) => factor(a * down[k])).join(" + ")];
  const numbers = along.map((a, k) => `${factor(a)}·${factor(down[k])}`).join(" + ");
  if (!equation.bias) return [letters, numbers];
  const bias = factor(seen.terms(equation, row, column).at(-1));
  return [`${letters} + ${cellName(equation.bias, seen, row, column)}`, `${numbers} + ${bias}`];
}

const withOnes = ({ left }) => left === "1ᵀ";

/** An entry as it stands in the array itself: row j, column n of a1ᵀ is a1[n,j]. */
export function cellName(name, { convention }, row, column) {
  const bare = bareName(name);
  if (bare === "1") return "";
  if (isBias(name)) return `${bare}[${convention === "rows" ? column : row}]`;
  return `${bare}[${isTurned(name) ? `${column},${row}` : `${row},${column}`}]`;
}

function meeting(equation, seen, row, column) {
  const [left, right] = factors(equation, seen.convention);
  const along = `row ${row} of ${left} (${times(shapeOf(left, seen))})`;
  const down = `column ${column} of ${right} (${times(shapeOf(right, seen))})`;
  let met = `${along} meets ${down}`;
  if (withOnes(equation)) met = `${left === "1ᵀ" ? down : along} is added up`;
  const count = seen.sizes[equation.over];
  const one = ONE[equation.over];
  const terms = count > 1 ? `${count} terms, one for each ${one}` : `one term, for the only ${one}`;
  const bias = equation.bias ? ", and the bias" : "";
  const a = equation.activation;
  const then = a ? `; then times the local derivative ${a}·(1 − ${a})` : "";
  return `${met}: ${terms}${bias}${then}${warning(equation, seen)}`;
}

// Where a transpose, forgotten or too many, would not show in the shapes.
function warning({ left, right }, seen) {
  const suspect = [left, right].find((name) => {
    const [height, width] = shapeOf(bareName(name), seen);
    return (isTurned(name) || name.startsWith("W")) && height === width && height > 1;
  });
  if (suspect === undefined) return "";
  const bare = bareName(suspect);
  return `; ${bare} is square here, so its transpose fits as well: the shapes would hide a mistake`;
}

// Where the backward pass begins: the gradient of the loss.
function beginning(seen, row, column) {
  const [a, y] = ["a2", "y"].map((name) => number(seen.get(name)[row][column]));
  const shape = shapeOf("a2", seen);
  const count = shape[0] * shape[1];
  const da = `${cellName("da2", seen, row, column)} = 2·(${a} − ${y})/${count}`;
  const entries = count === 1 ? "entry" : "entries";
  return `no sum, entry meets entry; ${da}, for the loss is the mean over ${times(shape)} = ${count} ${entries}`;
}

const grouped = (text) => (text.includes(" ") ? `(${text})` : text);

// A number that is multiplied or added.
function factor(x) {
  const text = number(x);
  return x < 0 || text.includes("×") ? `(${text})` : text;
}
