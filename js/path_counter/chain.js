// The chain of diamonds in the width that there is; above each join its visits, below it its gradient.
import { svg } from "../common/dom.js";
import { number, signed } from "../common/numbers.js";
import { LOWER, UPPER, backward, brief, route } from "./counts.js";

const MOST_DRAWN = 12; // diamonds; of more, the first and the last ones
const LEAST_DRAWN = 4;
const NARROWEST = 34; // a diamond
const HEIGHT = 214;
const LEFT = 154; // for the names of the rows
const RIGHT = 26;
const WIDEST = 180; // a diamond
const ROOMY = 62; // … in which slopes and names can be read
const LETTER = 7.4;
const Y = { many: 16, once: 37, upper: 70, join: 103, lower: 136, gradient: 172, factor: 203 };

/** turn(diamond): the reader sends the path the other way there.  Returns { element, update(n, k, width) }. */
export function chain(turn) {
  const element = svg("svg", { class: "bp-chain", height: HEIGHT, role: "img" });

  function update(n, k, width) {
    const room = width - LEFT - RIGHT;
    const slots = slotsOf(n, Math.max(LEAST_DRAWN, Math.min(MOST_DRAWN, Math.floor(room / NARROWEST))));
    const step = Math.min(WIDEST, room / Math.max(1, slots.length));
    const x = (place) => LEFT + step * place;
    const joins = joinsOf(slots, n);
    const lower = route(n, k);
    const gradients = backward(n);
    element.setAttribute("width", width);
    element.setAttribute("aria-label", told(n, lower));
    element.replaceChildren(
      ...rowNames(),
      ...slots.flatMap((i, place) =>
        i === null ? [gap(x(place), step, n - slots.length + 1)] : diamond(i, x(place), step, lower[i], turn),
      ),
      ...joins.map(([i, place]) => join(i, n, x(place))),
      ...numbers("many", joins, x, step, (i) => brief(2 ** (n - i))),
      ...numbers("once", joins, x, step, () => "1"),
      ...numbers("gradient", joins, x, step, (i) => signed(Number(gradients[i].toPrecision(3)))),
    );
  }
  return { element, update };
}

// Which diamond stands in each place; null is the gap for those that are left out.
function slotsOf(n, most) {
  const all = Array.from({ length: n }, (_, i) => i);
  const first = Math.ceil(most / 2);
  return n <= most ? all : [...all.slice(0, first), null, ...all.slice(first + 1 - most)];
}

// The joins that are drawn, [number of the join, place]: join i is where diamond i begins, the last one is q.
function joinsOf(slots, n) {
  const begins = slots.flatMap((i, place) => (i === null ? [[slots[place - 1] + 1, place]] : [[i, place]]));
  return [...begins, [n, slots.length]];
}

function rowNames() {
  const names = {
    many: "visits, path by path",
    once: "visits, each waits",
    gradient: "gradient",
    factor: "this path",
  };
  return Object.entries(names).map(([row, name]) =>
    svg("text", { class: "bp-row-name", x: 0, y: Y[row] }, name),
  );
}

function diamond(i, x, step, lower, turn) {
  const [middle, end] = [x + step / 2, x + step];
  const way = (y, slope, taken) => {
    const edges = `M${x} ${Y.join}L${middle} ${y}L${end} ${Y.join}`;
    const side = y < Y.join ? -4 : 13;
    const parts = [
      svg("path", { class: `bp-edge ${taken ? "active" : ""}`, d: edges }),
      svg("circle", { class: taken ? "active" : "", cx: middle, cy: y, r: 6 }),
    ];
    if (step >= ROOMY) {
      const label = {
        class: `bp-slope ${taken ? "active" : ""}`,
        x: x + step / 4 - 9,
        y: (y + Y.join) / 2 + side,
      };
      parts.push(svg("text", label, number(slope)));
    }
    // A wide line that cannot be seen takes the pointer.
    parts.push(svg("path", { class: "bp-reach", d: edges }));
    return svg("g", { class: "bp-way", onclick: () => taken || turn(i) }, ...parts);
  };
  const ways = [way(Y.upper, UPPER, !lower), way(Y.lower, LOWER, lower)];
  const factor = svg(
    "text",
    { class: "bp-factor", x: middle, y: Y.factor },
    `×${number(lower ? LOWER : UPPER)}`,
  );
  return [...(lower ? ways : ways.reverse()), factor];
}

function gap(x, step, left) {
  const middle = x + step / 2;
  return svg(
    "g",
    { class: "bp-gap" },
    svg("text", { x: middle, y: Y.join + 2 }, "…"),
    svg("text", { x: middle, y: Y.lower + 4 }, `${left} more`),
  );
}

function join(i, n, x) {
  const name = n === 0 ? "x, q" : i === 0 ? "x" : i === n ? "q" : "";
  return svg(
    "g",
    { class: "bp-join" },
    svg("circle", { cx: x, cy: Y.join, r: n === 0 ? 18 : name ? 12 : 6 }),
    svg("text", { x, y: Y.join + 4.5 }, name),
  );
}

// A row of numbers under the joins; where they are too wide, only every second or third one, counted from x.
function numbers(row, joins, x, step, textOf) {
  const texts = joins.map(([i]) => textOf(i));
  const widest = Math.max(...texts.map((text) => text.length)) * LETTER + 6;
  const every = Math.ceil(widest / step);
  return texts.map((text, place) =>
    svg("text", { class: `bp-${row}`, x: x(joins[place][1]), y: Y[row] }, place % every === 0 ? text : ""),
  );
}

function told(n, lower) {
  const ways = lower.map((low) => (low ? "c" : "b")).join(" ");
  return n === 0 ? "x is q" : `a chain of ${n} diamonds from x to q; this path goes by ${ways}`;
}
