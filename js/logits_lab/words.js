// What the picture shows, in parts: a { text, kind } has its own colour.
// backprop_lib/explorables/logits_lab.py says the same.
import { number, pretty, signed } from "../common/numbers.js";
import { bigLogits, threeClasses, yesOrNo } from "./losses.js";

const CERTAIN = 0.1; // an output this close to 0 or 1 is sure of itself

const value = (x) => ({ text: number(x), kind: "value" });
const gradient = (x) => ({ text: signed(x), kind: "gradient" });
const formula = (text) => ({ text, kind: "formula" }); // not broken at the end of a line
const loss = (x) => ({ text: number(x), kind: "loss" });
const listed = (parts) => parts.flatMap((part, i) => (i > 0 ? [", ", part] : [part]));

export const describe = (state) => TELL[state.view](state);

const TELL = {
  "three classes"(state) {
    const { p, delta, loss: missed } = threeClasses(state);
    const { right } = state;
    const others = [1, 2, 3].filter((k) => k !== right).map((k) => pretty(`z${k}`));
    const share = pretty(`p${right}`);
    return [
      `Class ${right} is right and gets ${share} = `,
      value(p[right - 1]),
      `: the loss is −ln ${share} = `,
      loss(missed),
      ". It sends ",
      formula("δ = p − y"),
      " = (",
      ...listed(delta.map(gradient)),
      `) back into the logits: a step downhill raises ${pretty(`z${right}`)} and lowers ${others.join(" and ")}`,
    ];
  },

  "yes or no"(state) {
    const { a, miss, slope, squared } = yesOrNo(state);
    return [
      `${verdict(Math.abs(miss))}: z = ${number(state.z)} gives `,
      formula("a = σ(z)"),
      " = ",
      value(a),
      `, and y = ${state.target}. Cross-entropy sends back `,
      formula("a − y"),
      " = ",
      gradient(miss),
      "; half the squared error sends ",
      formula("(a − y)·σ'(z)"),
      ` = ${signed(miss)} × ${number(slope)} = `,
      gradient(squared.gradient),
      `, ${number(Number((1 / slope).toPrecision(3)))} times less`,
    ];
  },

  "big logits"(state) {
    const { largest, naive, stable } = bigLogits(state);
    return [
      `c = ${number(state.shift)}: ${outcome(largest, naive)}. `,
      "The stable form takes the largest logit away first, so that p is (",
      ...listed(stable.p.map(value)),
      ") for any c",
    ];
  },
};

function verdict(miss) {
  if (miss === 0.5) return "Undecided";
  const sure = miss <= CERTAIN || miss >= 1 - CERTAIN;
  if (miss < 0.5) return sure ? "Confidently right" : "Right";
  return sure ? "Confidently wrong" : "Wrong";
}

function outcome(largest, { powers, total }) {
  const power = Math.max(...powers);
  if (power === Infinity) {
    return `exp(${number(largest)}) is more than float64 can hold, and ∞/∞ has no value`;
  }
  if (total === Infinity) return "each exp(z + c) fits into float64, but their sum does not: every p is 0";
  return `exp(${number(largest)}) = ${number(power)} fits into float64, and both forms agree`;
}
