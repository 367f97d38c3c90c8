// The relative error at every ε, on logarithmic axes, with the two lines that theory draws through it.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { svg, write } from "../common/dom.js";
import { follow } from "../common/pointer.js";
import { DISTANCE } from "./losses.js";
import { STEPS, bestEpsilon, expected, measure, nearest } from "./measure.js";
import { LIMITS, power, rough, short } from "./words.js";

const SIZE = { width: 556, height: 344, left: 44, right: 470, top: 42, bottom: 300 };
const { left, right, top, bottom } = SIZE;
const LOWEST = 1e-16; // an error of 0 is drawn here, as a ring: a logarithm has no 0
const HIGHEST = 3;
const ROOM = 8; // for half a dot, at the edges
const MARK_ROOM = 100; // for half of what is written above the mark

const x = scaleLog([1, 1e-14], [left + ROOM, right - ROOM]);
const y = scaleLog([LOWEST, HIGHEST], [bottom - ROOM, top]);

/** tell: called with the ε that was pointed at. */
export function plot(tell) {
  const dots = STEPS.map((step) => svg("circle", { class: "bp-measured", cx: x(step), r: 3.6 }));
  const present = svg("circle", { class: "bp-present", r: 6.5 });
  const stem = svg("line", { class: "bp-stem", y2: bottom });
  const mark = svg("line", { class: "bp-mark", y1: top, y2: bottom });
  const tip = svg("path", { class: "bp-tip" });
  const marked = svg("text", { class: "bp-marked", y: top - 11, "text-anchor": "middle" });
  const truncation = line("bp-truncation", "end");
  const roundOff = line("bp-round-off", "start");
  const ground = svg("rect", { class: "bp-reach", ...box(top, bottom) });
  const element = svg(
    "svg",
    { class: "bp-plot", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    ...bands(),
    ...axes(),
    mark,
    tip,
    marked,
    truncation.path,
    roundOff.path,
    stem,
    truncation.name,
    roundOff.name,
    ...dots,
    present,
    ground,
  );
  follow(ground, ([at]) => tell(STEPS[nearest(x.invert(at))]));
  let drawn = "";

  function update(state, now, theory) {
    const { example, scheme, dtype, epsilon } = state;
    if (drawn !== (drawn = [example, scheme, dtype].join())) drawCurve(state, theory);
    const height = place(present, now.error);
    present.setAttribute("cx", x(epsilon));
    for (const end of ["x1", "x2"]) stem.setAttribute(end, x(epsilon));
    stem.setAttribute("y1", height);
    element.setAttribute(
      "aria-label",
      `relative error of the numerical gradient at every ε from 1 to 10⁻¹⁴; at ε = ${short(epsilon)} it is ${rough(now.error)}`,
    );
  }

  // What stays while ε moves.
  function drawCurve(state, theory) {
    STEPS.forEach((epsilon, k) => place(dots[k], measure({ ...state, epsilon }, theory).error));
    const at = (epsilon) => expected({ ...state, epsilon }, theory);
    truncation.draw((epsilon) => at(epsilon).truncation, "truncation");
    roundOff.draw((epsilon) => at(epsilon).roundOff, "round-off", at(1).truncation === 0); // alone, it has the dots below it
    const best = bestEpsilon(state);
    if (state.example === "kink") setMark(DISTANCE, `the kink is ${short(DISTANCE)} away`);
    else setMark(best, `rule of thumb ${state.scheme === "central" ? "∛" : "√"}u = ${rough(best)}`);
  }

  function setMark(epsilon, text) {
    const at = x(epsilon);
    for (const end of ["x1", "x2"]) mark.setAttribute(end, at);
    tip.setAttribute("d", `M${at - 5} ${top - 6}h10l-5 6z`);
    marked.setAttribute("x", Math.min(right - MARK_ROOM, Math.max(left + MARK_ROOM, at)));
    write(marked, text);
  }
  return { element, update };
}

/** Put a dot at the height of an error; tells how high that is. */
function place(dot, error) {
  const height = y(Math.min(HIGHEST, Math.max(error, LOWEST)));
  dot.setAttribute("cy", height);
  dot.classList.toggle("bp-beyond", error < LOWEST);
  return height;
}

const box = (from, to) => ({ x: left, y: from, width: right - left, height: to - from });

/** What a gradient check says of an error this large. */
function bands() {
  const parts = [
    ["bug", top, y(LIMITS.bug), "> 10⁻³"],
    ["suspicious", y(LIMITS.bug), y(LIMITS.good)],
    ["good", y(LIMITS.good), bottom, "< 10⁻⁵"],
  ];
  return parts.flatMap(([name, from, to, limit]) => {
    const middle = name === "good" ? from + 24 : (from + to) / 2;
    const text = (written, dy, kind) =>
      svg("text", { class: `bp-${kind}`, x: right + 10, y: middle + dy }, written);
    const words = limit ? [text(name, -3, "judged"), text(limit, 13, "limit")] : [text(name, 4.5, "judged")];
    return [svg("rect", { class: `bp-band bp-band-${name}`, ...box(from, to) }), ...words];
  });
}

function axes() {
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${left} 0)` });
  const decades = [0, 2, 4, 6, 8, 10, 12, 14].map((k) => Number(`1e${-k}`));
  const written = (k) => (k === LOWEST ? "0" : power(Math.round(Math.log10(k))));
  select(across).call(axisBottom(x).tickValues(decades).tickFormat(written).tickSizeOuter(0).tickPadding(5));
  select(up).call(
    axisLeft(y)
      .tickValues([LOWEST, 1e-12, 1e-8, 1e-4, 1])
      .tickFormat(written)
      .tickSize(left - right)
      .tickSizeOuter(0)
      .tickPadding(7),
  );
  const middle = { x: (left + right) / 2, y: SIZE.height - 6, "text-anchor": "middle" };
  return [
    across,
    up,
    svg("text", { class: "bp-axis-name", x: 4, y: 13 }, "relative error"),
    svg("text", { class: "bp-axis-name", ...middle }, "ε, smaller to the right"),
  ];
}

/** A straight line of theory, with its name at its lower end. */
function line(kind, anchor) {
  const path = svg("path", { class: `bp-theory ${kind}` });
  const name = svg("text", { class: "bp-theory-name", "text-anchor": anchor });

  /** error: ε → the error expected; 0 or NaN where theory has no such line.  above: where its name stands. */
  function draw(error, text, above = false) {
    const [atOne, atEnd] = [error(1), error(1e-14)];
    const shown = atOne > 0;
    for (const part of [path, name]) part.style.display = shown ? "" : "none";
    if (!shown) return;
    const order = Math.round(Math.log10(atOne / atEnd) / 14); // error = atOne · ε^order
    const where = (height) => Math.min(1, Math.max(1e-14, (height / atOne) ** (1 / order)));
    const [from, to] = [where(HIGHEST), where(LOWEST)];
    path.setAttribute("d", `M${x(from)} ${y(error(from))}L${x(to)} ${y(error(to))}`);
    const end = where(order > 0 ? 4e-16 : 4e-15);
    const tilt = Math.atan2(y(error(to)) - y(error(from)), x(to) - x(from));
    const degrees = (180 / Math.PI) * (order > 0 ? tilt : tilt - Math.PI);
    name.setAttribute("transform", `translate(${x(end)} ${y(error(end))}) rotate(${degrees})`);
    name.setAttribute("dy", above ? -6 : 14);
    write(name, text);
  }
  return { path, name, draw };
}
