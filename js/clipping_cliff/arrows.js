// The last step's gradient, turned round as a step goes, and what clipping leaves of it: a ball, or a box.
import { svg, write } from "../common/dom.js";
import { number, signed } from "../common/numbers.js";
import { angle, size } from "./cliff.js";
import { degrees, pair } from "./words.js";

const SIZE = { width: 420, height: 200, x: 96, y: 112 };
const UNIT = 34; // pixels for the threshold
const LONGEST = 78;
const ROWS = ["∂L/∂w", "∂L/∂b", "norm", "turned by"];
const COLUMNS = [320, SIZE.width - 4]; // their right ends: g, and what clipping leaves of it

export function arrows() {
  const name = svg("text", { class: "bp-axis-name", x: 2, y: 13 });
  const ball = svg("circle", { class: "bp-limit", r: UNIT });
  const box = svg("rect", { class: "bp-limit", x: -UNIT, y: -UNIT, width: 2 * UNIT, height: 2 * UNIT });
  const whole = svg("path", { class: "bp-whole" });
  const left = svg("path", { class: "bp-left" });
  const broken = svg("path", { class: "bp-broken", d: "M-4-5 0 5M2-5 6 5" });
  const limit = svg("text", { class: "bp-limit-name", y: UNIT + 46, "text-anchor": "middle" });
  const heads = ["g", "clipped"].map((words, k) => cell(COLUMNS[k], 58, "bp-row-name", words));
  const cells = ROWS.map((_, row) => COLUMNS.map((x) => cell(x, 84 + 25 * row, "bp-cell")));
  const element = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    name,
    svg(
      "g",
      { transform: `translate(${SIZE.x} ${SIZE.y})` },
      svg("path", { class: "bp-cross", d: "M-86 0H86M0-86V86" }),
      ball,
      box,
      whole,
      left,
      broken,
      svg("circle", { class: "bp-origin", r: 2.5 }),
      limit,
    ),
    ...heads,
    ...ROWS.map((row, k) => svg("text", { class: "bp-row-name", x: 190, y: 84 + 25 * k }, row)),
    ...cells.flat(),
  );

  /** point: where the step begins, of `descend`.  step: its number; 0 where none was taken. */
  function update({ clipping, threshold }, point, step) {
    const { gradient, clipped } = point;
    const same = gradient.every((entry, k) => entry === clipped[k]);
    write(name, step === 0 ? "−g at the start" : `−g of step ${step}, where the step goes`);
    ball.style.display = clipping === "value" ? "none" : "";
    ball.classList.toggle("bp-idle", clipping === "none");
    box.style.display = clipping === "value" ? "" : "none";
    const scale = UNIT / threshold;
    const length = size(gradient) * scale;
    const shown = Math.min(length, LONGEST);
    const down = gradient.map((entry) => (length > 0 ? (-entry * scale * shown) / length : 0));
    whole.setAttribute("d", arrow(down));
    left.setAttribute("d", same ? "" : arrow(clipped.map((entry) => -entry * scale)));
    broken.style.display = length > LONGEST ? "" : "none";
    const turned = (Math.atan2(-down[1], down[0]) * 180) / Math.PI;
    broken.setAttribute(
      "transform",
      `translate(${0.72 * down[0]} ${-0.72 * down[1]}) rotate(${turned.toFixed(1)})`,
    );
    write(limit, `threshold ${number(threshold)}`);
    const turn = degrees(angle(gradient, clipped));
    [gradient, clipped].forEach((one, column) => {
      const told = [...one.map(signed), number(size(one)), column === 0 ? "" : turn];
      told.forEach((words, row) => write(cells[row][column], words));
    });
    for (const row of cells) row[1].classList.toggle("bp-same", same);
    element.setAttribute(
      "aria-label",
      `g = ${pair(gradient)} of norm ${number(size(gradient))}; after clipping ${pair(clipped)} of norm ${number(size(clipped))}, turned by ${turn}`,
    );
  }
  return { element, update };
}

const cell = (x, y, kind, words = "") => svg("text", { class: kind, x, y, "text-anchor": "end" }, words);

// From the origin; entries point up and to the right.
function arrow([dx, dy]) {
  const length = Math.hypot(dx, dy);
  if (length < 0.01) return "";
  const [u, v] = [dx / length, -dy / length];
  const wing = Math.min(9, length);
  const back = (side) => `${dx - wing * u + side * 0.5 * wing * v} ${-dy - wing * v - side * 0.5 * wing * u}`;
  return `M0 0L${dx} ${-dy}M${back(1)}L${dx} ${-dy}L${back(-1)}`;
}
