// The neighbourhood of x under a lens whose width is tied to the step: there any smooth curve is straight.
import { line } from "d3-shape";
import { svg, write } from "../common/dom.js";
import { set } from "./curve.js";
import { FUNCTIONS } from "./functions.js";
import { SIZE } from "./size.js";
import { atKink, digits } from "./slopes.js";
import { unique } from "../common/unique.js";

const { x: cx, y: cy, radius } = SIZE.lens;
const UNIT = radius / 2; // one step, in pixels: the lens is four steps wide
const SAMPLES = Array.from({ length: 161 }, (_, k) => -2 + k / 40);
const PLAIN = (SIZE.bottom - SIZE.top) / ((SIZE.right - SIZE.left) / (2 * SIZE.reach)); // as steep as beside it

export function lens() {
  const clip = unique("clip");
  const name = svg("text", { class: "bp-axis-name", x: cx, y: 14, "text-anchor": "middle" });
  const drawn = svg("path", { class: "bp-curve bp-thick" });
  const tangent = svg("line", { class: "bp-tangent" });
  const secant = svg("line", { class: "bp-secant" });
  const run = svg("line", { class: "bp-run" });
  const rise = svg("line", { class: "bp-rise" });
  const [point, first, second] = ["bp-point", "bp-end", "bp-end"].map((kind) =>
    svg("circle", { class: kind, r: 5.5 }),
  );
  const runName = svg("text", { class: "bp-leg", "text-anchor": "middle" }, "Δx");
  const riseName = svg("text", { class: "bp-leg bp-value" }, "Δy");
  const riseText = svg("text", {
    class: "bp-measure bp-value",
    x: cx,
    y: cy + radius + 20,
    "text-anchor": "middle",
  });
  const runText = svg("text", { class: "bp-measure", x: cx, y: cy + radius + 38, "text-anchor": "middle" });
  const element = svg(
    "g",
    {},
    svg("clipPath", { id: clip }, svg("circle", { cx, cy, r: radius })),
    name,
    svg("circle", { class: "bp-glass", cx, cy, r: radius }),
    svg(
      "g",
      { "clip-path": `url(#${clip})` },
      run,
      rise,
      drawn,
      tangent,
      secant,
      runName,
      riseName,
      first,
      second,
      point,
    ),
    svg("circle", { class: "bp-rim", cx, cy, r: radius }),
    riseText,
    runText,
  );

  function update(state, now) {
    const { value, view } = FUNCTIONS[state.function];
    const { x, step } = state;
    const at = value(x);
    const end = (number) => (number - at) / step;
    const [low, high] = [end(now.low), end(now.high)];
    const [from, to] = [state.scheme === "central" ? -1 : 0, 1];
    // As steep as in the picture beside it, unless an end would leave the lens.
    const steepest = Math.max(Math.abs(low), Math.abs(high), Math.abs(now.derivative));
    const tall = Math.min((PLAIN * UNIT) / (view[1] - view[0]), (0.78 * radius) / Math.max(steepest, 1e-9));
    const across = (u) => cx + UNIT * u;
    const up = (v) => cy - tall * v;
    drawn.setAttribute("d", line(across, (u) => up(end(value(x + step * u))))(SAMPLES));
    set(tangent, ends(now.derivative, 0, 0));
    tangent.style.display = atKink(state) ? "none" : "";
    set(secant, ends(now.secant, from, low));
    set(run, { x1: across(from), x2: across(to), y1: up(low), y2: up(low) });
    set(rise, { x1: across(to), x2: across(to), y1: up(low), y2: up(high) });
    set(point, { cx: across(0), cy: up(0) });
    set(first, { cx: across(from), cy: up(low) });
    first.style.display = from < 0 ? "" : "none";
    set(second, { cx: across(to), cy: up(high) });
    const below = high >= low ? 16 : -8;
    set(runName, { x: across((from + to) / 2), y: up(low) + below });
    const short = Math.abs(up(high) - up(low)) < 16; // then its name stands above it
    set(riseName, { x: across(to) + 8, y: up((low + high) / 2) + (short ? -8 : 4) });
    write(name, `through the lens: ${digits(4 * step)} wide`);
    write(riseText, `rise Δy = ${digits(now.rise)}`);
    write(runText, `run Δx = ${digits(now.run)}`);

    function ends(slope, u, v) {
      return { x1: across(-3), y1: up(v + slope * (-3 - u)), x2: across(3), y2: up(v + slope * (3 - u)) };
    }
  }
  return { element, update };
}
