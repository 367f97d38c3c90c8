// Behind the blocks: arcs that pair columns with rows, and bands from what made an entry to the entry.
import { svg } from "../common/dom.js";
import { EQUATIONS } from "./equations.js";
import { HEIGHT, signAt } from "./layout.js";
import { kindOf } from "./pass.js";
import { counted, sumSign } from "./words.js";

const APART = 3; // between an arc and what it touches

export function light() {
  const element = svg("svg", { class: "bp-behind", height: HEIGHT, width: "100%", "aria-hidden": "true" });
  let plan;
  let bands;

  /** Draw what belongs to an equation; `show` then lights an entry. */
  function draw(name, seen, next) {
    plan = next;
    const { left, right, product, local } = plan.at;
    const sources = product ? { left, right, product, local } : { left, right };
    bands = Object.fromEntries(
      Object.entries(sources)
        .filter(([, block]) => block)
        .map(([role, block]) => [role, { source: band(block, ""), path: band(block, " bp-path") }]),
    );
    const drawn = Object.values(bands).flatMap(({ source, path }) => [source, path]);
    element.replaceChildren(...drawn, ...arcs(plan), ...signs(name, seen, plan));
  }

  /** row, column: from 0. */
  function show(row, column) {
    const { w, h } = plan;
    const { left, right, product, local, result } = plan.at;
    const first = product ?? result; // where row and column meet
    const [x, y] = [column * w, row * h];
    if (left) {
      const [side, floor] = [plan.at["left-extra"] ?? left, plan.at["right-extra"] ?? right];
      const [end, bottom] = [side.x + side.columns * w, floor.y + floor.rows * h];
      across(bands.left, y + left.y, left.x, end, first.x + x);
      downwards(bands.right, x + right.x, right.y, bottom, first.y + y);
    }
    if (product) {
      across(bands.product, y + product.y, product.x + x, product.x + x + w, result.x + x);
      downwards(bands.local, x + local.x, local.y + y, local.y + y + h, result.y + y);
    }
  }

  const across = ({ source, path }, y, from, end, to) => {
    put(source, { x: from, y, width: end - from, height: plan.h });
    put(path, { x: end, y, width: to - end, height: plan.h });
  };
  const downwards = ({ source, path }, x, from, end, to) => {
    put(source, { x, y: from, width: plan.w, height: end - from });
    put(path, { x, y: end, width: plan.w, height: to - end });
  };
  return { element, draw, show };
}

const band = ({ name }, path) => svg("rect", { class: `bp-band bp-${kindOf(name)}${path}` });

function put(rect, box) {
  for (const [name, value] of Object.entries(box)) rect.setAttribute(name, value);
}

// Column k of the left factor goes with row k of the right one, and the ones with the bias.
function arcs({ w, h, at }) {
  if (!at.left) return [];
  const pairs = [
    [at.left, at.right],
    [at["left-extra"], at["right-extra"]],
  ].filter(([left]) => left);
  const [corner, floor] = [at.right.x - APART, at.left.y - APART];
  return pairs.flatMap(([left, right]) =>
    Array.from({ length: left.columns }, (_, k) => {
      const [x, y] = [left.x + (k + 0.5) * w, right.y + (k + 0.5) * h];
      const d = `M${x} ${floor}A${corner - x} ${floor - y} 0 0 1 ${corner} ${y}`;
      return svg("path", { class: "bp-arc", d });
    }),
  );
}

function signs(name, seen, { at, narrow }) {
  const { over, activation } = EQUATIONS[name];
  const made = [];
  if (over) {
    const words = narrow ? "" : ` over ${counted(seen.sizes[over], over)}`;
    const place = { x: at.right.x - 10, y: at.right.y - 9, "text-anchor": "end" };
    made.push(svg("text", { class: "bp-over", ...place }, `${sumSign(over)}${words}`));
  }
  if (activation) {
    const [x, y] = signAt(at.result);
    made.push(svg("text", { class: "bp-sign", x, y: y + 6, "text-anchor": "middle" }, "⊙"));
  }
  return made;
}
