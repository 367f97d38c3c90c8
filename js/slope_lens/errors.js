// The error at every step, on logarithmic axes: it falls with the step, and rises again where float64 ends.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { follow } from "../common/pointer.js";
import { STEPS, digits, measure } from "./slopes.js";

const SIZE = { width: 300, height: 320, left: 44, right: 288, top: 26, bottom: 270 };
const LOWEST = 1e-16; // what is smaller is drawn here, as a ring: a logarithm has no 0

/** tell: called with the step that was pointed at. */
export function errors(tell) {
  const x = scaleLog([1e-14, 1], [SIZE.left + 6, SIZE.right - 6]);
  const y = scaleLog([LOWEST, 1e2], [SIZE.bottom - 6, SIZE.top]).clamp(true);
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${SIZE.bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${SIZE.left} 0)` });
  const powers = (k) => digits(k);
  select(across).call(axisBottom(x).tickValues([1e-12, 1e-8, 1e-4, 1]).tickFormat(powers).tickSizeOuter(0));
  select(up).call(
    axisLeft(y)
      .tickValues([1e-16, 1e-12, 1e-8, 1e-4, 1])
      .tickFormat((k) => (k === LOWEST ? "0" : powers(k)))
      .tickSize(SIZE.left - SIZE.right)
      .tickSizeOuter(0)
      .tickPadding(7),
  );
  const guides = svg("path", { class: "bp-guide" });
  const falling = svg("text", { class: "bp-guide-name" });
  const rising = svg("text", { class: "bp-guide-name" });
  const mark = svg("line", { class: "bp-mark", y1: SIZE.top, y2: SIZE.bottom });
  const dots = STEPS.map((step) => svg("circle", { class: "bp-measured", cx: x(step), r: 3.2 }));
  const present = svg("circle", { class: "bp-present", r: 6 });
  const { width, height, left, right, top, bottom } = SIZE;
  const ground = svg("rect", {
    class: "bp-reach",
    x: left,
    y: top,
    width: right - left,
    height: bottom - top,
  });
  const element = svg(
    "svg",
    { class: "bp-errors", viewBox: `0 0 ${width} ${height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: left - 36, y: 14 }, "error = |secant slope − derivative|"),
    svg(
      "text",
      { class: "bp-axis-name", x: (left + right) / 2, y: height - 6, "text-anchor": "middle" },
      "step h",
    ),
    across,
    up,
    guides,
    falling,
    rising,
    mark,
    ...dots,
    present,
    ground,
  );
  follow(ground, ([at]) => {
    const power = Math.round(Math.log10(x.invert(at)));
    tell(Number(`1e${Math.min(0, Math.max(-14, power))}`));
  });

  function update(state, now) {
    const all = STEPS.map((step) => Math.abs(measure({ ...state, step }).difference));
    all.forEach((error, k) => place(dots[k], error));
    place(present, Math.abs(now.difference));
    for (const end of ["x1", "x2"]) mark.setAttribute(end, x(state.step));
    present.setAttribute("cx", x(state.step));
    draw(state.scheme === "central" ? 2 : 1);
    const error = number(Math.abs(now.difference));
    element.setAttribute(
      "aria-label",
      `the error at steps from 10⁻¹⁴ to 1; at h = ${digits(state.step)} it is ${error}`,
    );
  }

  function place(dot, error) {
    dot.setAttribute("cy", y(Math.max(error, LOWEST)));
    dot.classList.toggle("bp-beyond", error < LOWEST);
  }

  // What an error would look like that is h (or h²), and one that is the last of float64's digits over h.
  function draw(order) {
    const floor = 1e-15;
    const low = floor ** (1 / order);
    const noise = Number.EPSILON;
    guides.setAttribute(
      "d",
      `M${x(Math.max(low, 1e-14))} ${y(Math.max(low, 1e-14) ** order)}L${x(1)} ${y(1)}` +
        `M${x(1e-14)} ${y(noise / 1e-14)}L${x(1)} ${y(noise)}`,
    );
    falling.setAttribute("x", x(1e-13 ** (1 / order)) + 5);
    falling.setAttribute("y", y(1e-13) + 9);
    write(falling, order === 2 ? "h²" : "h");
    rising.setAttribute("x", x(1e-3) + 4);
    rising.setAttribute("y", y(noise / 1e-3) - 5);
    write(rising, "ε / h");
  }
  return { element, update };
}
