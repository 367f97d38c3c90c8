// How numbers and names are written, everywhere. backprop_lib/explorables/words.py writes them the same way.

const SUPERSCRIPT = {
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
};
/** −4 → ⁻⁴, as an exponent. */
export const raise = (digits) => [...String(digits)].map((digit) => SUPERSCRIPT[digit]).join("");

/** Four decimals at most, no trailing zeros, a true minus sign; powers of ten for the very small and large. */
export function number(x) {
  if (!Number.isFinite(x)) return "none";
  const size = Math.abs(x);
  if (size !== 0 && (size < 0.0005 || size >= 100000)) {
    const [digits, exponent] = x.toExponential(2).split("e");
    return `${minus(digits)}×10${raise(Number(exponent))}`;
  }
  return minus(x.toFixed(4).replace(/\.?0+$/, "")).replace(/^−0$/, "0");
}

/** The same with a sign: gradients say their direction by glyph as well as by colour. */
export const signed = (x) => (x > 0 && x < Infinity ? `+${number(x)}` : number(x));

const minus = (text) => text.replace("-", "−");

/** w1 → w₁, in names and in formulas made of names. */
export const pretty = (text) =>
  text.replace(
    /(\p{L})(\d+)/gu,
    (_, letter, digits) => letter + digits.replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]),
  );

/** Text that is multiplied or differentiated needs brackets when it is more than one name. */
export const bracketed = (text) => (/[ ·/^]/.test(text) ? `(${text})` : text);
