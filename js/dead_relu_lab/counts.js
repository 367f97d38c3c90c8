// How many units have every z ≤ 0 after each step, as a line; how many of these are dead, as the area under it.
import { svg, write } from "../common/dom.js";
import { SIZE, chart } from "./chart.js";
import { UNITS } from "./lab.js";
import { NAMES } from "./words.js";

export function counts() {
  const y = (count) => SIZE.bottom - ((SIZE.bottom - SIZE.top) * count) / UNITS;
  const area = svg("path", { class: "bp-dead-area" });
  const path = svg("path", { class: "bp-silent-line" });
  const dot = svg("circle", { class: "bp-silent-dot", r: 3.5 });
  const mark = svg("line", { class: "bp-since", y1: SIZE.top, y2: SIZE.bottom });
  const came = svg("text", { class: "bp-came", y: SIZE.top + 11 });
  const levels = [0, UNITS / 2, UNITS].flatMap((count) => [
    svg("line", { x1: SIZE.left, x2: SIZE.right, y1: y(count), y2: y(count) }),
    svg("text", { x: SIZE.left - 6, y: y(count) + 4, "text-anchor": "end" }, count),
  ]);
  const drawing = chart("units with every z₁ ≤ 0", [
    svg("g", { class: "bp-axis" }, ...levels),
    area,
    path,
    mark,
    dot,
    came,
  ]);

  /** points, since: of `history`. */
  function update(points, since) {
    const now = points.at(-1);
    drawing.update(now.step);
    const at = ({ step }) => drawing.x(step).toFixed(1);
    // A count holds until the next step.
    const over = (read) =>
      points.map((point, k) => `${k ? `H${at(point)}V` : `M${at(point)} `}${y(read(point))}`).join("");
    path.setAttribute(
      "d",
      over(({ silent }) => silent),
    );
    area.setAttribute("d", `${over(({ dead }) => dead)}V${SIZE.bottom}H${at(points[0])}Z`);
    dot.setAttribute("cx", at(now));
    dot.setAttribute("cy", y(now.silent));
    drawing.told(`${now.silent} of ${UNITS}, dead: ${now.dead}`);
    mark.style.display = since ? "" : "none";
    write(came, since ? NAMES[since.activation] : "");
    if (since) follow(drawing.x(since.step));
    drawing.element.setAttribute(
      "aria-label",
      `of ${UNITS} units, ${points[0].silent} had every z ≤ 0 at step ${points[0].step}, ${now.silent} at step ${now.step}; ${now.dead} of these are dead`,
    );
  }

  // The name stands on the side where there is room.
  function follow(at) {
    for (const end of ["x1", "x2"]) mark.setAttribute(end, at);
    const left = at > (SIZE.left + SIZE.right) / 2;
    came.setAttribute("x", left ? at - 5 : at + 5);
    came.setAttribute("text-anchor", left ? "end" : "start");
  }
  return { element: drawing.element, update };
}
