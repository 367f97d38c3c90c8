// The subtraction with all its digits: what is alike in both losses cancels, and what is left is divided.
import { html, write } from "../common/dom.js";
import { pretty } from "../common/numbers.js";
import { DISTANCE, DTYPES, EXAMPLES } from "./losses.js";
import { rough, short } from "./words.js";

const SPACE = "\u2007"; // as wide as a sign

export function digits() {
  const line = (kind) => html("div", { class: kind });
  const formula = line("bp-formula");
  const divided = line("bp-part-name");
  const [numbers, theory, machine, lost, right] = Array.from({ length: 5 }, () => line("bp-small"));
  const [high, low, rise] = ["", "", " bp-total"].map((kind) => row(kind, "", "bp-kept"));
  const [numerical, truth] = ["", ""].map((kind) => row(kind, "bp-right", ""));
  const off = row(" bp-total", "", "bp-wrong");
  const part = (...children) => html("div", { class: "bp-part" }, ...children);
  const elements = (rows) => rows.map(({ element }) => element);
  const element = html(
    "div",
    { class: "bp-digits", role: "group", "aria-label": "digit by digit" },
    part(formula, numbers, theory, machine),
    part(html("div", { class: "bp-part-name" }, "subtract"), ...elements([high, low, rise]), lost),
    part(divided, ...elements([numerical, truth, off]), right),
  );

  function update(state, now) {
    const { example, epsilon, scheme, dtype } = state;
    const { decimals, machine: u } = DTYPES[dtype];
    const central = scheme === "central";
    const step = central ? 2 * epsilon : epsilon;
    const text = (x) => written(x, decimals);
    write(formula, pretty(EXAMPLES[example].formula));
    write(numbers, pretty(EXAMPLES[example].numbers));
    write(theory, laws(example, central));
    write(machine, `u = ${rough(u)}, machine epsilon of ${dtype}`);

    const cancelled = alike(text(now.high), text(now.low));
    high.set("", "L(w₁ + ε)", text(now.high), cancelled);
    low.set("−", central ? "L(w₁ − ε)" : "L(w₁)", text(now.low), cancelled);
    rise.set("=", "difference", text(now.rise), zeros(text(now.rise)));
    write(lost, example === "kink" ? sides(epsilon) : left(cancelled, decimals));

    const error = text(now.numerical - now.truth);
    write(divided, `divide by ${central ? "2ε" : "ε"} = ${short(step)}`);
    numerical.set("", "numerical", text(now.numerical), zeros(error));
    truth.set("−", "true", text(now.truth), zeros(error));
    off.set("=", "off by", error, zeros(error));
    write(right, trusted(zeros(error), decimals));
  }
  return { element, update };
}

/** A number written out, in two parts: as many decimals as are told, and the rest. */
function row(kind, first, second) {
  const operation = html("span", { class: "bp-operation" });
  const name = html("span", {});
  const sign = html("span", { class: "bp-sign" });
  const [head, tail] = [first, second].map((kind) => html("span", { class: kind }));
  const code = html("code", {}, sign, head, tail);
  const element = html("div", { class: `bp-number${kind}` }, operation, name, code);

  function set(does, what, text, count) {
    const cut = text.indexOf(".") + 1 + count;
    write(operation, does);
    write(name, what);
    write(sign, text[0]);
    write(head, text.slice(1, cut));
    write(tail, text.slice(cut));
  }
  return { element, set };
}

/** All decimals, behind a place for the sign. */
function written(x, decimals) {
  const text = Math.abs(x).toFixed(decimals);
  return (x < 0 && /[1-9]/.test(text) ? "−" : SPACE) + text;
}

/** How many decimals two numbers share before they part. */
function alike(one, other) {
  const point = one.indexOf(".");
  const parting = [...one].findIndex((digit, i) => digit !== other[i]);
  return Math.max(0, (parting < 0 ? one.length : parting) - point - 1);
}

/** How many decimals are 0 before the first that is not. */
const zeros = (text) => alike(text.replace("−", SPACE), SPACE + text.slice(1).replace(/\d/g, "0"));

function laws(example, central) {
  if (example === "kink") return "beside a kink no formula for the error holds";
  const truncation = central ? "truncation ∝ ε²" : "truncation ∝ ε";
  return `${example === "ReLU" && central ? "no truncation" : truncation}, round-off ∝ u/ε`;
}

function left(cancelled, decimals) {
  if (cancelled === 0) return `no digit cancels, all ${decimals} are left`;
  if (cancelled === decimals) return `all ${decimals} digits cancel: nothing is left`;
  const first = cancelled === 1 ? "digit of" : `${cancelled} digits of`;
  return `the first ${first} ${decimals} cancel${cancelled === 1 ? "s" : ""}, ${decimals - cancelled} are left`;
}

const sides = (epsilon) =>
  epsilon > DISTANCE ? "the ends are on two sides of the kink" : "both ends are on the flat side";

function trusted(right, decimals) {
  if (right === 0) return "not one decimal is right";
  return right === decimals
    ? `all ${decimals} decimals are right`
    : `right to ${right} of ${decimals} decimals`;
}
