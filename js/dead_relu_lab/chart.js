// Something over all steps so far, the steps on a logarithmic axis: the first ten matter as much as the next thousand.
import { scaleLog } from "d3-scale";
import { svg, write } from "../common/dom.js";
import { powerOfTen } from "../common/short.js";

const SIZE = { width: 408, height: 132, left: 44, right: 400, top: 24, bottom: 108 };
const FEWEST = 100; // steps that the axis shows at least

/** title: what is drawn.  parts: the elements of it.  Returns { element, x, told, update }. */
export function chart(title, parts) {
  const x = scaleLog().range([SIZE.left, SIZE.right]);
  const steps = svg("g", { class: "bp-axis" });
  const told = svg("text", { class: "bp-told", x: SIZE.right, y: 13, "text-anchor": "end" });
  const element = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: 2, y: 13 }, title),
    told,
    svg("text", { class: "bp-row-name", x: SIZE.left - 12, y: SIZE.bottom + 17 }, "step"),
    steps,
    ...parts,
  );
  let shown = 0;

  /** last: the step at the right end, if it is more than FEWEST. */
  function update(last) {
    const end = Math.max(FEWEST, last);
    x.domain([1, end + 1]);
    if (end === shown) return;
    shown = end;
    const marks = [0, ...powers(end)];
    const room = SIZE.right - 7.5 * String(end).length - 18; // beyond, the last step is written
    steps.replaceChildren(
      ...marks.flatMap((step) => {
        const at = x(step + 1);
        const line = svg("line", { x1: at, x2: at, y1: SIZE.top, y2: SIZE.bottom });
        return at > room
          ? [line]
          : [line, text(at, step < 10000 ? String(step) : powerOfTen(Math.log10(step)), "middle")];
      }),
      text(SIZE.right, String(end), "end"),
    );
  }
  return { element, x: (step) => x(step + 1), told: (now) => write(told, now), update };
}

export { SIZE };

const text = (x, words, anchor) => svg("text", { x, y: SIZE.bottom + 17, "text-anchor": anchor }, words);

function powers(end) {
  const all = [];
  for (let step = 1; step <= end; step *= 10) all.push(step);
  return all;
}
