// What the picture shows, in words. backprop_lib/explorables/gradient_flow/words.py says the same.
import { number, raise } from "../common/numbers.js";
import { NAMES } from "./choices.js";

/** Three digits: 0.234, 326, 1.06×10⁻¹². */
export function three(x) {
  if (x === 0) return "0";
  const [digits, exponent] = x.toExponential(2).split("e");
  if (exponent >= -3 && exponent <= 3) return String(Number(x.toPrecision(3)));
  return `${digits}×10${raise(Number(exponent))}`;
}

/** One digit, at an axis: 4, 10³, 4×10³. */
export function coarse(x) {
  if (x < 1000) return number(x);
  const [digit, exponent] = x.toExponential(0).split("e");
  return `${digit === "1" ? "" : `${digit}×`}10${raise(Number(exponent))}`;
}

/** A power of ten at an axis: 10⁻⁴; 1 and 10 as they are. */
export const power = (exponent) => (exponent === 0 ? "1" : exponent === 1 ? "10" : `10${raise(exponent)}`);

export const gainText = (gain) => (gain === Math.SQRT2 ? "√2" : number(gain));

/** The settings in a few words. */
export function settingsText({ depth, width, activation, gain, normalisation, residual }) {
  const added = [normalisation === "none" ? "" : `, ${normalisation}`, residual ? ", residual" : ""];
  const layers = depth === 1 ? "1 layer" : `${depth} layers`;
  return `${layers} of ${width}, ${NAMES[activation]}, gain ${gainText(gain)}${added.join("")}`;
}

/** { head, rest }: lists of texts; a { text, kind } has its own colour. */
export function describe(settings, measured, expected) {
  return {
    head: [`${settingsText(settings)}: `, ...ratioTold(settings, measured)],
    rest: [
      ...passedOn(settings, measured, expected),
      ...(settings.clipping ? clippingTold(measured) : []),
      ...insideTold(settings, measured),
    ],
  };
}

export const plainText = ({ head, rest }) =>
  [...head, " ", ...rest].map((part) => part.text ?? part).join("");

function ratioTold({ depth }, { gradients }) {
  const [first, last] = [gradients[0], gradients.at(-1)];
  if (last === 0) return [`no gradient enters layer ${depth}: f′ is 0 for all its units, at every row.`];
  if (depth === 1) {
    const size = { text: three(first), kind: "gradient" };
    return ["layer 1 receives ", size, " of the gradient at the output."];
  }
  const ratio = first / last;
  const told =
    ratio === 0
      ? "f′ is 0 for all its units, at every row"
      : ratio < 0.01
        ? "it vanishes"
        : ratio > 100
          ? "it explodes"
          : "it gets through";
  const size = { text: three(ratio), kind: "gradient" };
  return ["layer 1 receives ", size, ` of the gradient at layer ${depth}: ${told}.`];
}

function passedOn({ depth }, { gradients }, expected) {
  const ratio = gradients[0] / gradients.at(-1);
  if (depth === 1 || !(ratio > 0) || ratio === Infinity) return [];
  const each = (sizes) => three((sizes[0] / sizes.at(-1)) ** (1 / (depth - 1)));
  const said = expected ? ` (theory: ${each(expected.gradients)})` : "";
  return ["On average a layer passes on ", { text: each(gradients), kind: "gradient" }, `${said}. `];
}

function clippingTold({ norm, factor }) {
  const together = `Clipping: all ∂L/∂W together have norm ${three(norm)}`;
  if (factor === 1) return [`${together}, less than 1, so nothing changes. `];
  return [`${together}, so each is multiplied by ${three(factor)}; the ratio stays. `];
}

function insideTold({ layer }, { activations, slopes }) {
  return [
    `Layer ${layer}: signals of size `,
    { text: three(activations[layer - 1]), kind: "value" },
    ", slopes √mean f′² = ",
    { text: three(slopes[layer - 1]), kind: "gradient" },
    ".",
  ];
}
