// The picture: boxes and edges once, then only the numbers and classes that change.
import { KEEP_KEYS, svg, write } from "../common/dom.js";
import { number, pretty, signed } from "../common/numbers.js";
import { fit } from "../common/fit.js";
import { layout } from "./layout.js";

const PAD = 9;
const TALLEST = 500;
const CROWDED = 25; // edges; beyond that only the active edge shows its local derivative

/**
 * Draw a folded graph. toggle(node): open or close a folded node.
 * Returns { element, update(now) }; now holds values, gradients, locals (by edge), known, sums, active, hidden.
 */
export function draw(view, nodes, toggle) {
  const crowded = view.edges.length > CROWDED;
  const { box, width, height, at, paths } = layout(view, crowded);
  const edges = view.edges.map((edge, e) => drawEdge(paths[e]));
  const boxes = new Map(view.drawn.map((i) => [i, drawBox(i, at.get(i), box, view, nodes, toggle)]));
  const picture = svg(
    "svg",
    {
      class: crowded ? "bp-graph bp-crowded" : "bp-graph",
      viewBox: `0 0 ${width} ${height}`,
      style: sizes(width, height),
      role: "group",
    },
    svg("g", {}, ...edges.map(({ path }) => path)),
    svg("g", {}, ...[...boxes.values()].map(({ group }) => group)),
    svg("g", {}, ...edges.map(({ label }) => label)),
  );

  function update(now) {
    picture.setAttribute("aria-label", now.sentence);
    edges.forEach((edge, e) => updateEdge(edge, e, view, now));
    for (const [i, box] of boxes) updateBox(box, i, now);
  }
  return { element: picture, update, width, height, at };
}

// Shrunk to the page's width and to a screen's height, but never so far that the numbers become unreadable: then
// it scrolls.
function sizes(width, height) {
  const most = Math.max(0.8, Math.min(1, TALLEST / height));
  return `max-width: ${most * width}px; min-width: ${0.8 * width}px`;
}

function drawEdge({ d, label: { x, y } }) {
  const path = svg("path", { d, class: "bp-edge" });
  const label = svg("text", { class: "bp-local", x, y });
  return { path, label };
}

function updateEdge({ path, label }, e, view, now) {
  const { from, to } = view.edges[e];
  const state = now.active?.edge === e ? "active" : now.done.has(e) ? "done" : "";
  path.setAttribute("class", `bp-edge ${state}`);
  label.setAttribute("class", `bp-local ${state}`);
  const legible = view.edges.length <= CROWDED || state === "active";
  write(label, legible && now.known.has(to) && now.known.has(from) ? number(now.locals[e]) : "");
}

function drawBox(i, center, box, view, nodes, toggle) {
  const { name, role, symbol } = nodes[i];
  const [left, top] = [center.x - box.width / 2, center.y - box.height / 2];
  const right = left + box.width - PAD;
  const shown = fit(pretty(name), symbol ?? "", box.width - 2 * PAD);
  const text = (kind, x, y, content = "") => svg("text", { class: `bp-${kind}`, x, y: top + y }, content);
  const value = text("value", left + PAD, 36);
  const gradient = box.compact ? text("gradient bp-right", right, 36) : text("gradient", left + PAD, 53);
  const group = svg(
    "g",
    { class: `bp-node bp-${role}`, "data-node": name },
    svg("rect", { x: left, y: top, width: box.width, height: box.height, rx: 7 }),
    text(shown.small ? "name bp-long" : "name", left + PAD, 18, shown.text),
    text("symbol bp-right", right, 18, shown.symbol),
    value,
    gradient,
  );
  const inside = view.members.get(i).length;
  const opened = view.opened.includes(i);
  if (inside > 1 || opened) group.append(handle(i, name, inside, opened, center.x, top + box.height, toggle));
  return { group, value, gradient, role };
}

/** The button that opens a folded node, or folds an opened one again. */
function handle(i, name, inside, opened, x, y, toggle) {
  const keys = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    toggle(i);
  };
  return svg(
    "g",
    {
      class: "bp-fold",
      role: "button",
      tabindex: 0,
      "data-fold": i,
      "aria-expanded": opened ? "true" : "false",
      "aria-label": opened ? `fold ${name} again` : `open ${name}: ${inside} nodes`,
      onclick: () => toggle(i),
      onkeydown: keys,
      ...KEEP_KEYS,
    },
    svg("rect", { x: x - 16, y: y - 7, width: 32, height: 15, rx: 7.5 }),
    svg("text", { x, y: y + 4.5 }, opened ? "−" : `+${inside - 1}`),
  );
}

function updateBox({ group, value, gradient, role }, i, now) {
  const state = now.active?.node === i ? (now.active.kind === "forward" ? "computing" : "giving") : "";
  const receiving = now.receiver === i ? "receiving" : "";
  group.setAttribute("class", `bp-node bp-${role} ${state} ${receiving}`);
  writeNumber(value, now.known.has(i) ? number(now.values[i]) : "");
  writeNumber(gradient, now.sums.has(i) ? signed(now.sums.get(i)) : "");
}

// A power of ten is long, and must not leave its box.
function writeNumber(element, text) {
  write(element, text);
  element.classList.toggle("bp-long", text.length > 8);
}
