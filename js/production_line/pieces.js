// The pieces on the line, one under the other on one scale: what each station made of what it got.
import { scaleLinear } from "d3-scale";
import { svg, write } from "../common/dom.js";
import { number, signed } from "../common/numbers.js";

export const ROW = 58;
const [LEAST, MOST] = [-3, 12]; // cm that are drawn; a longer piece leaves the picture at the right
const THICK = 22;
const LINE = 20; // the middle of a bar, below the top of its row

// In percent of the width, which is the column's: the letters keep their size in a narrow one.
const x = scaleLinear().domain([LEAST, MOST]).range([9, 88]).clamp(true);
const at = (length) => `${x(length)}%`;
const beyond = (length) => length > MOST || length < LEAST;

const rounded = (length) => number(Number(length.toFixed(2)));

const ROWS = ["x", "p1", "p2", "p"];

/** tell: called with the length that the reader drags the customer's mark to; without it the mark stands fast. */
export function pieces(tell) {
  const middle = (row) => row * ROW + LINE;
  const bottom = 5 * ROW;
  const bars = ROWS.map((name, row) => {
    const part = (kind) => svg("rect", { class: `bp-${kind}`, height: THICK, y: middle(row) - THICK / 2 });
    const text = svg("text", { class: "bp-value", y: middle(row) + 5, dx: 7 });
    return { name, piece: part("piece"), added: part("added"), cut: part("cut"), text };
  });
  const wanted = svg("line", { class: "bp-wanted", y1: middle(3) - 20, y2: middle(4) + 8 });
  const fall = svg("line", { class: "bp-end", y1: middle(3) + THICK / 2, y2: middle(4) + 8 });
  const miss = svg("line", { class: "bp-miss", y1: middle(4), y2: middle(4) });
  const told = svg("text", { class: "bp-told", y: middle(4) + 26 });
  const handle = svg("circle", { class: "bp-handle", r: tell ? 7 : 3, cy: middle(4) });
  const element = svg(
    "svg",
    { class: "bp-pieces", role: "img", width: "100%", height: bottom + 22 },
    axis(bottom),
    ...bars.flatMap(({ piece, added, cut, text }) => [piece, added, cut, text]),
    wanted,
    fall,
    miss,
    told,
    handle,
  );
  if (tell) draggable(handle, element, tell);

  function update(values) {
    bars.forEach(({ name, piece, added, cut, text }, row) => {
      const length = values[name];
      const came = row > 0 ? values[ROWS[row - 1]] : length;
      const kept = came * length > 0 ? (Math.abs(came) < Math.abs(length) ? came : length) : 0;
      span(piece, 0, kept);
      span(added, kept, length);
      span(cut, kept, came);
      text.setAttribute("x", at(Math.max(0, length)));
      write(text, `${rounded(length)}${beyond(length) ? " »" : ""}`);
    });
    between(wanted, values.y, values.y);
    between(fall, values.p, values.p);
    between(miss, values.y, values.p);
    handle.setAttribute("cx", at(values.y));
    const middle = (x(values.y) + x(values.p)) / 2;
    told.setAttribute("x", `${Math.min(73, Math.max(27, middle))}%`);
    write(told, `miss ${signed(Number(values.miss.toPrecision(3)))}`);
    element.setAttribute(
      "aria-label",
      `lengths in cm: raw piece ${number(values.x)}, after station 1 ${number(values.p1)}, ` +
        `after station 2 ${number(values.p2)}, product ${number(values.p)}, wanted ${number(values.y)}`,
    );
  }
  return { element, update };
}

function span(rect, from, to) {
  const [left, right] = [x(Math.min(from, to)), x(Math.max(from, to))];
  rect.setAttribute("x", `${left}%`);
  rect.setAttribute("width", `${right - left}%`);
}

function between(line, from, to) {
  line.setAttribute("x1", at(from));
  line.setAttribute("x2", at(to));
}

function axis(bottom) {
  const ticks = x.ticks(4).flatMap((length) => [
    svg("line", {
      x1: at(length),
      x2: at(length),
      y1: 0,
      y2: bottom,
      class: length === 0 ? "bp-zero" : "",
    }),
    svg("text", { x: at(length), y: bottom + 16 }, number(length)),
  ]);
  return svg("g", { class: "bp-axis" }, ...ticks);
}

function draggable(handle, frame, tell) {
  let held = false;
  handle.classList.add("bp-loose");
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    held = true;
    event.preventDefault();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!held) return;
    const { left, width } = frame.getBoundingClientRect();
    tell(x.invert((100 * (event.clientX - left)) / width));
  });
  for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, () => (held = false));
}
