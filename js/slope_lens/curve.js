// The curve with its tangent and secant; both points can be dragged.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import { svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { FUNCTIONS } from "./functions.js";
import { follow } from "../common/pointer.js";
import { SIZE } from "./size.js";
import { atKink } from "./slopes.js";
import { unique } from "../common/unique.js";

const { left, right, top, bottom, height } = SIZE;
const POINTS = Array.from({ length: 127 }, (_, k) => -SIZE.reach + k / 20);
const LEAST = 11; // pixels: the ring that shows where the lens looks never gets smaller

/** moveX, moveEnd: called with the x to which the point, or the secant's other end, is dragged. */
export function curve({ moveX, moveEnd }) {
  const x = scaleLinear([-SIZE.reach, SIZE.reach], [left, right]);
  const y = scaleLinear([0, 1], [bottom, top]);
  const clip = unique("clip");
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${left} 0)` });
  const zero = svg("line", { class: "bp-zero", x1: left, x2: right });
  const drawn = svg("path", { class: "bp-curve" });
  const tangent = svg("line", { class: "bp-tangent" });
  const secant = svg("line", { class: "bp-secant" });
  const triangle = svg("path", { class: "bp-run" });
  const rise = svg("line", { class: "bp-rise" });
  const cone = svg("path", { class: "bp-cone" });
  const ring = svg("circle", { class: "bp-where" });
  const [point, first, second] = ["bp-point", "bp-end", "bp-end"].map((kind) =>
    svg("circle", { class: kind, r: 5.5 }),
  );
  const held = svg("circle", { class: "bp-handle", r: 15 });
  const heldEnd = svg("circle", { class: "bp-handle", r: 15 });
  const name = svg("text", { class: "bp-axis-name", x: 4, y: 14 });
  select(across).call(axisBottom(x).ticks(6).tickFormat(number).tickSizeOuter(0));
  const frame = { x: left, y: top, width: right - left, height: bottom - top };
  const element = svg(
    "g",
    {},
    svg("clipPath", { id: clip }, svg("rect", frame)),
    name,
    svg(
      "text",
      { class: "bp-axis-name", x: (left + right) / 2, y: height - 1, "text-anchor": "middle" },
      "x",
    ),
    svg("text", { class: "bp-hint", x: right, y: 14, "text-anchor": "end" }, "drag a point"),
    across,
    up,
    cone,
    svg(
      "g",
      { "clip-path": `url(#${clip})` },
      zero,
      ring,
      triangle,
      rise,
      drawn,
      tangent,
      secant,
      first,
      second,
      point,
    ),
    heldEnd,
    held,
  );
  follow(held, ([at]) => moveX(x.invert(at)));
  follow(heldEnd, ([at]) => moveEnd(x.invert(at)));

  function update(state, now) {
    const { value, view } = FUNCTIONS[state.function];
    const at = value(state.x);
    y.domain([Math.min(view[0], 1.06 * now.low), Math.max(view[1], 1.06 * now.high)]);
    select(up).call(
      axisLeft(y)
        .ticks(5)
        .tickFormat(number)
        .tickSize(left - right)
        .tickSizeOuter(0)
        .tickPadding(6),
    );
    write(name, `f(x) = ${state.function}`);
    set(zero, { y1: y(0), y2: y(0) });
    drawn.setAttribute("d", line(x, (t) => y(value(t)))(POINTS));
    through(tangent, state.x, at, now.derivative);
    tangent.style.display = atKink(state) ? "none" : "";
    through(secant, now.from, now.low, now.secant);
    triangle.setAttribute("d", `M${x(now.from)} ${y(now.low)}H${x(now.to)}`);
    set(rise, { x1: x(now.to), x2: x(now.to), y1: y(now.low), y2: y(now.high) });
    const seen = { x: x(state.x), y: y(at), radius: Math.max(LEAST, x(2 * state.step) - x(0)) };
    set(ring, { cx: seen.x, cy: seen.y, r: seen.radius });
    cone.setAttribute("d", seen.radius < SIZE.lens.radius / 2 ? tangents(seen, SIZE.lens) : "");
    put(point, state.x, at);
    put(held, state.x, at);
    put(first, now.from, now.low);
    first.style.display = state.scheme === "central" ? "" : "none";
    put(second, now.to, now.high);
    put(heldEnd, now.to, now.high);
  }

  const put = (circle, u, v) => set(circle, { cx: x(u), cy: y(v) });

  function through(straight, u, v, slope) {
    set(straight, { x1: x(-4), y1: y(v + slope * (-4 - u)), x2: x(4), y2: y(v + slope * (4 - u)) });
  }
  return { element, update };
}

// The two lines that touch both circles from outside.
function tangents(one, other) {
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  const along = Math.atan2(dy, dx);
  const turn = Math.acos((one.radius - other.radius) / Math.hypot(dx, dy));
  const at = ({ x, y, radius }, angle) => `${x + radius * Math.cos(angle)} ${y + radius * Math.sin(angle)}`;
  return [along + turn, along - turn].map((angle) => `M${at(one, angle)}L${at(other, angle)}`).join("");
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
