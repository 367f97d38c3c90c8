// One unit close up: its samples on the curve of f, and below on that of f′, which the gradient is multiplied by.
import { scaleLinear } from "d3-scale";
import { ACTIVATIONS } from "../common/activations.js";
import { svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { powerOfTen } from "../common/short.js";
import { NAMES } from "./words.js";

const SIZE = { width: 408, height: 250, left: 44, right: 400 };
const VALUES = { top: 28, bottom: 126 };
const SLOPES = { top: 156, bottom: 216 };
const REACHES = [4, 10, 25, 60, 150, 400, 1e3, 1e4, 1e5, 1e6, 1e7]; // of the axis: few, so that it seldom jumps
const POINTS = 160;

export function detail(samples) {
  const x = scaleLinear().range([SIZE.left, SIZE.right]);
  const value = scaleLinear().range([VALUES.bottom, VALUES.top]);
  const slope = scaleLinear([-0.2, 1.2], [SLOPES.bottom, SLOPES.top]);
  const name = svg("text", { class: "bp-axis-name", x: 2, y: 13 });
  const top = band("bp-value", samples);
  const bottom = band("bp-gradient", samples);
  const ticks = Array.from({ length: 5 }, () =>
    svg("text", { class: "bp-tick", y: SLOPES.bottom + 16, "text-anchor": "middle" }),
  );
  const level = [0, 1].map(() => svg("text", { class: "bp-tick", x: SIZE.left - 6, "text-anchor": "end" }));
  const most = svg("text", {
    class: "bp-band-name bp-gradient",
    x: SIZE.right,
    y: SLOPES.top - 6,
    "text-anchor": "end",
  });
  const zero = svg("line", { class: "bp-zero", x1: SIZE.left, x2: SIZE.right });
  const kink = svg("line", { class: "bp-kink", y1: VALUES.top, y2: SLOPES.bottom });
  const element = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    name,
    zero,
    ...[0, 1].flatMap((at) => [
      svg("line", {
        class: "bp-zero",
        x1: SIZE.left,
        x2: SIZE.right,
        y1: slope(at),
        y2: slope(at),
      }),
      svg("text", { class: "bp-tick", x: SIZE.left - 6, y: slope(at) + 4, "text-anchor": "end" }, at),
    ]),
    kink,
    ...ticks,
    ...level,
    svg(
      "text",
      { class: "bp-axis-name", x: (SIZE.left + SIZE.right) / 2, y: SIZE.height - 2, "text-anchor": "middle" },
      "z₁",
    ),
    svg("text", { class: "bp-band-name bp-value", x: SIZE.left + 4, y: VALUES.top + 10 }, "f(z₁)"),
    svg(
      "text",
      { class: "bp-band-name bp-gradient", x: SIZE.left + 4, y: SLOPES.top - 6 },
      "f′(z₁): multiplies the gradient",
    ),
    most,
    top.group,
    bottom.group,
  );
  let drawn = "";

  /** now: one of `units` of `ringsNetwork`. */
  function update({ activation, unit }, now) {
    const f = ACTIVATIONS[activation];
    const reach = REACHES.find((one) => Math.max(-now.low, now.high) <= one) ?? REACHES.at(-1);
    if (drawn !== `${activation} ${reach}`) curves(f, reach);
    drawn = `${activation} ${reach}`;
    write(name, `unit ${unit} close up: ${NAMES[activation]} at the ${now.z.length} samples`);
    write(most, `at most ${number(now.steepest)}`);
    now.z.forEach((z, r) => {
      const a = f.value(z);
      put(top.dots[r], x(z), value(a));
      put(bottom.dots[r], x(z), slope(now.slopes[r]));
    });
    element.setAttribute(
      "aria-label",
      `unit ${unit}: its ${now.z.length} samples on the curves of f and f′ of ${NAMES[activation]}; f′ is at most ${number(now.steepest)}`,
    );
  }

  function curves(f, reach) {
    x.domain([-reach, reach]);
    value.domain([-0.3 * reach, reach]);
    const at = (k) => (2 * reach * k) / POINTS - reach;
    const draw = (height) =>
      Array.from({ length: POINTS + 1 }, (_, k) => `${x(at(k)).toFixed(1)} ${height(at(k)).toFixed(1)}`).join(
        "L",
      );
    top.curve.setAttribute("d", `M${draw((z) => value(f.value(z)))}`);
    bottom.curve.setAttribute("d", slopePath(f, draw));
    for (const end of ["x1", "x2"]) kink.setAttribute(end, x(0));
    for (const end of ["y1", "y2"]) zero.setAttribute(end, value(0));
    [-reach, -reach / 2, 0, reach / 2, reach].forEach((z, k) => {
      ticks[k].setAttribute("x", x(z));
      write(ticks[k], tickText(z));
    });
    [0, reach].forEach((a, k) => {
      level[k].setAttribute("y", value(a) + 4);
      write(level[k], tickText(a));
    });
  }

  // A slope that jumps is drawn as a jump, not as a steep line.
  function slopePath(f, draw) {
    const [below, above] = [f.slope(-1e-12, f.value(-1e-12)), f.slope(1e-12, f.value(1e-12))];
    if (above - below < 0.1) return `M${draw((z) => slope(f.slope(z, f.value(z))))}`;
    const ends = x.range();
    return `M${ends[0]} ${slope(below)}H${x(0)}V${slope(above)}H${ends[1]}`;
  }
  return { element, update };
}

// As it is, or as a power of ten; what is neither has no room.
function tickText(z) {
  if (Math.abs(z) < 1000) return number(z);
  const power = Math.log10(Math.abs(z));
  return Number.isInteger(power) ? (z < 0 ? "−" : "") + powerOfTen(power) : "";
}

function band(kind, samples) {
  const curve = svg("path", { class: `bp-function ${kind}-line` });
  const dots = samples.map(() => svg("circle", { class: `bp-sample ${kind}-dot`, r: 3.2 }));
  return { group: svg("g", {}, curve, ...dots), curve, dots };
}

function put(dot, x, y) {
  dot.setAttribute("cx", x);
  dot.setAttribute("cy", y);
}
