// The equation above the picture: in letters, in what its rows and columns stand for, and as a line of NumPy.
import { html } from "../common/dom.js";
import { pretty } from "../common/numbers.js";
import { EQUATIONS, axesOf, factors } from "./equations.js";
import { kindOf } from "./pass.js";
import { times } from "./words.js";

const STORED = {
  rows: "samples are rows, W is [in, out]",
  columns: "samples are columns, W is [out, in], as torch stores W",
};

export function heading() {
  const [letters, axes] = [html("span", { class: "bp-letters" }), html("span", { class: "bp-axes" })];
  const code = html("code");
  const stored = html("span", { class: "bp-stored" });
  const element = html(
    "div",
    { class: "bp-heading" },
    html("div", {}, letters, code),
    html("div", {}, axes, stored),
  );

  function update(name, seen) {
    const equation = EQUATIONS[name];
    letters.replaceChildren(array(name), " = ", ...inLetters(equation, seen));
    axes.replaceChildren(words(name, seen), ...inAxes(equation, seen));
    code.textContent = equation.code[seen.convention];
    stored.textContent = STORED[seen.convention];
  }
  return { element, update };
}

const array = (name) => html("b", { class: `bp-${kindOf(name)}` }, pretty(name));
const slope = (a) => [" ⊙ ", html("b", { class: "bp-value" }, pretty(`${a}(1 − ${a})`))];

function inLetters(equation, seen) {
  const { left, bias, activation } = equation;
  const remark = html("span", { class: "bp-remark" }, pretty(remarkOn(equation, seen)));
  if (!left) return [array("da2"), ...slope(activation), remark];
  const [one, other] = factors(equation, seen.convention).map(array);
  const product = [one, " ", other];
  if (bias) return [...product, " + ", array(bias), remark];
  return activation ? ["(", ...product, ")", ...slope(activation)] : [...product, remark];
}

function remarkOn({ left, right, bias }, { sizes, convention }) {
  if (!left) return `with da2 = 2(a2 − y) / (${sizes.samples}·${sizes.outputs})`;
  if (bias) return `b is one more ${convention === "rows" ? "row" : "column"} of ${right}, and meets ones`;
  return left === "1ᵀ" ? "1 is all ones: it adds up the samples" : "";
}

// The axis that both factors have is summed over, and is gone from the result.
function inAxes(equation, seen) {
  if (!equation.left) return [": the same for every array"];
  const [left, right] = factors(equation, seen.convention);
  const [rows, common] = axesOf(left, seen.convention);
  const [again, columns] = axesOf(right, seen.convention);
  const inner = (axis) => html("span", { class: "bp-inner" }, axis);
  return [" = ", said(rows), "×", inner(common), " · ", inner(again), "×", said(columns)];
}

const said = (axis) => axis || "1";
const words = (name, { convention }) => times(axesOf(name, convention).map(said));
