// A square with the four points in it, shaded by what the output says: of the inputs, or of two hidden units.
import { scaleLinear } from "d3-scale";
import { html, svg, write } from "../common/dom.js";
import { pane } from "../common/pane.js";
import { CELLS, field } from "../common/shading.js";
import { shortTick } from "../common/short.js";
import { CLASSES } from "./xor.js";
import { glyph } from "../common/glyph.js";
import { unique } from "../common/unique.js";

const SIZE = { width: 222, height: 246, left: 42, top: 24, side: 178 };
const RIGHT = SIZE.left + SIZE.side;
const BOTTOM = SIZE.top + SIZE.side;

export const KEYS = BOTTOM + 27; // the height at which the marks are explained

/** title, names: of the picture and its two axes.  beside: [dx, dy, anchor] of the text at each point.  extra: what else is drawn. */
export function plane({ title, names, beside, extra = [] }) {
  const shaded = field();
  const x = scaleLinear().range([SIZE.left, RIGHT]);
  const y = scaleLinear().range([BOTTOM, SIZE.top]);
  const clip = unique("clip");
  const lines = svg("g", { "clip-path": `url(#${clip})` });
  const units = svg("g", { class: "bp-units" });
  const scaled = svg("g", {
    transform: `translate(${SIZE.left} ${SIZE.top}) scale(${SIZE.side / CELLS})`,
  });
  scaled.append(shaded.line);
  lines.append(units, scaled);
  const axes = svg("g", { class: "bp-axis" });
  const points = CLASSES.map((c) => svg("g", { class: "bp-sample" }, glyph(c)));
  const texts = beside.map(([, , anchor]) =>
    svg("text", { class: "bp-beside-point", "text-anchor": anchor }),
  );
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg(
      "clipPath",
      { id: clip },
      svg("rect", { x: SIZE.left, y: SIZE.top, width: SIZE.side, height: SIZE.side }),
    ),
    svg("text", { class: "bp-axis-name", x: 2, y: 14 }, title),
    ...extra,
    lines,
    svg("rect", { class: "bp-frame", x: SIZE.left, y: SIZE.top, width: SIZE.side, height: SIZE.side }),
    axes,
    svg(
      "text",
      { class: "bp-axis-name", x: SIZE.left + SIZE.side / 2, y: BOTTOM + 31, "text-anchor": "middle" },
      names[0],
    ),
    svg(
      "text",
      {
        class: "bp-axis-name",
        "text-anchor": "middle",
        transform: `translate(${SIZE.left - 18} ${SIZE.top + SIZE.side / 2}) rotate(-90)`,
      },
      names[1],
    ),
    ...points,
    ...texts,
  );
  const element = html("div", { class: "bp-plane" }, pane(shaded.canvas, SIZE), drawing);
  let shown = "";

  /** domain: [low, high] of both axes.  ticks: where numbers stand.  at: four [x, y].  told: four texts. */
  function update({ domain, ticks, logits, at, told, straight = [], says }) {
    x.domain(domain);
    y.domain(domain);
    const ticked = `${domain} ${ticks}`;
    if (ticked !== shown) axes.replaceChildren(...ticks.flatMap(tick));
    shown = ticked;
    shaded.update(logits);
    at.forEach(([u, v], r) => {
      const [px, py] = [x(u), y(v)];
      points[r].setAttribute("transform", `translate(${px} ${py})`);
      texts[r].setAttribute("x", px + beside[r][0]);
      texts[r].setAttribute("y", py + beside[r][1]);
      write(texts[r], told[r]);
    });
    if (units.childElementCount !== straight.length)
      units.replaceChildren(...straight.map(() => svg("line", { class: "bp-unit-line" })));
    straight.forEach((one, k) => through(units.children[k], one, domain));
    drawing.setAttribute("aria-label", says);
  }

  const tick = (value) => [
    svg("text", { x: x(value), y: BOTTOM + 14, "text-anchor": "middle" }, shortTick(value)),
    svg("text", { x: SIZE.left - 4, y: y(value) + 4, "text-anchor": "end" }, shortTick(value)),
  ];

  // Where p·x + q·y + c = 0: from its point nearest to the middle, farther than the square reaches.
  function through(line, [p, q, c], [low, high]) {
    const middle = (low + high) / 2;
    const size = Math.hypot(p, q);
    const off = (p * middle + q * middle + c) / size;
    const seen = Math.abs(off) < high - low; // not where p = q = 0, for then it is no number
    line.style.display = seen ? "" : "none";
    if (!seen) return;
    const [nx, ny] = [p / size, q / size];
    const reach = 2 * (high - low);
    for (const [end, way] of [
      [1, reach],
      [2, -reach],
    ]) {
      line.setAttribute(`x${end}`, x(middle - off * nx - way * ny));
      line.setAttribute(`y${end}`, y(middle - off * ny + way * nx));
    }
  }
  return { element, update };
}
