// A logarithmic axis that changes seldom: its ends move only from one power of ten in a short list to another.
import { axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { svg } from "../common/dom.js";
import { power } from "./words.js";

const LOWS = [-2, -4, -8, -16, -32, -64, -128];
const HIGHS = [1, 2, 4, 8, 16, 32, 64];
const TICKS = [1, 2, 4, 8, 16, 32, 64];

/**
 * top, bottom: where the axis is; left, right: from where to where its lines go; most: how many ticks at most.
 * set: takes in the sizes to be shown.  y: size → height; 0 lies at the bottom.
 */
export function powersOfTen({ top, bottom, left, right, most }) {
  const scale = scaleLinear().range([bottom, top]);
  const element = svg("g", { class: "bp-axis", transform: `translate(${left} 0)` });
  let shown = "";

  function set(sizes) {
    const exponents = sizes.filter((size) => size > 0).map(Math.log10);
    const low = LOWS.find((end) => exponents.every((e) => e >= end + 0.05)) ?? LOWS.at(-1);
    const high = HIGHS.find((end) => exponents.every((e) => e <= end - 0.05)) ?? HIGHS.at(-1);
    const zero = exponents.length < sizes.length;
    if (shown === `${low} ${high} ${zero}`) return;
    shown = `${low} ${high} ${zero}`;
    scale.domain([low, high]);
    const step = TICKS.find((one) => (high - low) / one < most);
    const first = Math.ceil(low / step);
    const count = Math.floor(high / step) - first + 1;
    const values = Array.from({ length: count }, (_, k) => step * (first + k));
    if (zero && values[0] > low) values.unshift(low);
    select(element).call(
      axisLeft(scale)
        .tickValues(values)
        .tickFormat((exponent) => (zero && exponent === low ? "0" : power(exponent)))
        .tickSize(left - right)
        .tickSizeOuter(0)
        .tickPadding(6),
    );
  }
  const y = (size) => (size > 0 ? scale(Math.log10(size)) : bottom);
  return { element, set, y };
}
