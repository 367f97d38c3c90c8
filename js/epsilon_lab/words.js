// What the picture shows, in numbers: backprop_lib/explorables/epsilon_lab.py says the same.
import { number, raise } from "../common/numbers.js";
import { DISTANCE } from "./losses.js";
import { expected } from "./measure.js";

const ABOUT_EQUAL = 10; // truncation and round-off, up to this factor: points scatter as much

/** 10⁻⁵, 2×10⁻⁷, 0.01, 7.16×10⁻¹²: no zeros at the end. */
export const short = (x) =>
  number(x)
    .replace(/\.?0+×/, "×")
    .replace(/^1×/, "");

/** 10⁻⁴ for −4. */
export const power = (exponent) => (exponent === 0 ? "1" : `10${raise(exponent)}`);

/** Two digits: 6.1×10⁻⁶. */
export const rough = (x) => short(Number(x.toPrecision(2)));

/** A gradient with its sign and six decimals at most. */
export function sixDecimals(x) {
  const text = Math.abs(x)
    .toFixed(6)
    .replace(/\.?0+$/, "");
  return text === "0" ? "0" : `${x < 0 ? "−" : "+"}${text}`;
}

export const LIMITS = { good: 1e-5, bug: 1e-3 };

/** What a gradient check says of a relative error. */
export const verdict = (error) => (error < LIMITS.good ? "good" : error <= LIMITS.bug ? "suspicious" : "bug");

/** The sentence in parts, in order: settings, what was measured, and what to do. */
export function describe(state, now, theory) {
  const judged = verdict(now.error);
  return {
    head: `ε = ${short(state.epsilon)}, ${state.scheme}, ${state.dtype}: `,
    measured: `numerical ${sixDecimals(now.numerical)}, true ${sixDecimals(now.truth)}`,
    error: `, relative error ${rough(now.error)}, `,
    verdict: `verdict ${judged}${judged === "good" ? "" : ", a false alarm"}; `,
    remark: remark(state, now, theory),
  };
}

function remark(state, now, theory) {
  const { example, epsilon, dtype } = state;
  if (now.ends[0] === now.ends[1])
    return `ε is too small to move w₁ in ${dtype}: both ends are the same number`;
  if (example === "kink") {
    return epsilon > DISTANCE
      ? `the step reaches over the kink, ${short(DISTANCE)} away: make ε smaller`
      : "both ends lie on the same side of the kink";
  }
  if (now.rise === 0) return `both losses are the same number in ${dtype}: no digit is left`;
  const { truncation, roundOff } = expected(state, theory);
  if (truncation === 0)
    return "L is quadratic here, so central differences have no truncation: the larger ε, the better";
  if (truncation > ABOUT_EQUAL * roundOff) return "truncation rules here: a smaller ε would be better";
  if (roundOff > ABOUT_EQUAL * truncation) return "round-off rules here: a larger ε would be better";
  return "truncation and round-off are about equal here: the best ε is near";
}
