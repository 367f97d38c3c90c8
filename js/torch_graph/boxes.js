// A node's box: in ours its value and its gradient, in PyTorch's what it keeps and the gradient that came through.
import { svg, write } from "../common/dom.js";
import { number, pretty, signed } from "../common/numbers.js";
import { fit } from "../common/fit.js";
import { BOX } from "./layout.js";

const PAD = 9;
const WIDE = 0.64; // of a digit, for a height of 1, in a wide font
const ROOM = 27; // characters of what a node keeps

/** Returns { group, tell(what has arrived, or undefined) }. */
export function drawBox(box, node, id) {
  const { side, x, y, width, entry } = box;
  const [left, right] = [x - width / 2 + PAD, x + width / 2 - PAD];
  const top = y - BOX / 2;
  const text = (kind, at, line, content = "") =>
    svg("text", { class: `bp-${kind}`, x: at, y: top + (line === 0 ? 16 : 31) }, content);
  const { parts, tell } = { ours: ourTexts, theirs: theirTexts }[side](node, { left, right, text });
  const kind = `bp-node bp-${side} bp-${node.role ?? (node.leaf ? "parameter" : "operation")}`;
  const group = svg(
    "g",
    { id, class: kind, "data-kind": kind, "data-entry": entry, "data-node": node.name, role: "option" },
    svg("rect", { x: x - width / 2, y: top, width, height: BOX, rx: 7 }),
    ...parts,
  );
  return { group, tell };
}

// name, operation | value, gradient: as in the graph explorer
function ourTexts({ name, symbol, value }, { left, right, text }) {
  const shown = fit(pretty(name), symbol ?? "", right - left);
  const shownValue = text("value", left, 1, number(value));
  const gradient = text("gradient bp-right", right, 1);
  return {
    parts: [
      text(shown.small ? "name bp-long" : "name", left, 0, shown.text),
      text("symbol bp-right", right, 0, shown.symbol),
      shownValue,
      gradient,
    ],
    tell(sum) {
      write(gradient, sum === undefined ? "" : signed(sum));
      const characters = shownValue.textContent.length + gradient.textContent.length;
      const size = Math.min(13, (right - left - 6) / (WIDE * characters));
      for (const one of [shownValue, gradient]) one.style.fontSize = `${size.toFixed(2)}px`;
    },
  };
}

// what it is, gradient | what it keeps; a leaf says what its variable's .grad is
function theirTexts({ kind, kept, leaf, variable }, { left, right, text }) {
  const name = text(kind.length > 17 ? "kind bp-long" : "kind", left, 0, kind);
  const gradient = text("gradient bp-right", right, leaf ? 1 : 0);
  const under = text("kept", left, 1);
  if (leaf) under.append(fit(`${pretty(variable)}.grad`, "", right - left - 54).text);
  else under.append(...keeps(kept));
  return {
    parts: [name, gradient, under],
    tell(sum) {
      write(gradient, sum === undefined ? (leaf ? "None" : "") : signed(sum));
      gradient.classList.toggle("bp-none", sum === undefined);
      gradient.classList.toggle("bp-long", gradient.textContent.length > 8);
    },
  };
}

function keeps(kept) {
  const pieces = [];
  let room = ROOM;
  for (const [name, held] of Object.entries(kept)) {
    const shown = number(held);
    room -= name.length + shown.length + 1;
    if (room < 0) return [...pieces, " …"];
    const value = svg("tspan", { class: "bp-value" }, shown);
    pieces.push(pieces.length > 0 ? ` · ${name} ` : `${name} `, value);
  }
  return pieces.length > 0 ? pieces : ["keeps no number"];
}
