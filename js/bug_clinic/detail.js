// The numbers of one entry, and with a single sample those that its gradient is made of.
import { html, write } from "../common/dom.js";
import { number, signed } from "../common/numbers.js";
import { placeName } from "./cells.js";
import { ratioOf } from "./check.js";
import { times } from "./words.js";

export function detail() {
  const lines = Array.from({ length: 5 }, () => html("div", {}));
  lines[0].classList.add("bp-parameter-name");
  const element = html("div", { class: "bp-detail" }, ...lines);

  /** kept: from `forward`, of one sample; null for several. */
  function update({ name, row, column }, found, kept) {
    const cell = found[name].cells[row][column];
    const ratio = cell.error < 1e-5 ? (cell.numerical === 0 ? "none" : "×1") : times(ratioOf(cell));
    write(lines[0], `${placeName(name, row, column)} = ${number(cell.at)}`);
    write(lines[1], `analytic ${signed(cell.analytic)}, numerical ${signed(cell.numerical)}`);
    write(lines[2], `ratio ${ratio}, relative error ${number(Number(cell.error.toPrecision(2)))}`);
    write(lines[3], kept ? inputOf(name, row, kept) : "");
    write(lines[4], kept ? unitOf(name, column, kept) : "");
  }
  return { element, update };
}

const short = (x) => number(Number(x.toPrecision(3)));

function inputOf(name, row, { X, z1, a1 }) {
  if (name === "W1") return `input: x = ${short(X[0][row])}`;
  return name === "W2" ? `input: a₁ = ${short(a1[0][row])}, of z₁ = ${short(z1[0][row])}` : "";
}

function unitOf(name, column, { z1, a1, z2, a2 }) {
  const layer = name.at(-1);
  const [z, a] = layer === "1" ? [z1[0][column], a1[0][column]] : [z2[0][column], a2[0][column]];
  const sub = layer === "1" ? "₁" : "₂";
  return `unit: z${sub} = ${short(z)}, a${sub} = ${short(a)}, f′ = ${short(a * (1 - a))}`;
}
