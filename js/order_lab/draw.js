// The graph: four boxes, the arrows between them, and in each box what has arrived from whom.
import { curveBasis, line, linkHorizontal } from "d3-shape";
import { KEEP_KEYS, svg, write } from "../common/dom.js";
import { number, signed } from "../common/numbers.js";
import { EDGES, SENDERS, TRUE, VALUES, finished, waitsFor } from "./lab.js";

const SIZE = { width: 690, height: 250 };
const BOX = { width: 134, height: 112 };
const CENTRES = { x: [69, 145], h: [253, 145], m: [437, 82], q: [621, 145] };
const FORMULAS = { x: "", h: "2x", m: "h·h", q: "m + h" };
const ROWS = 2; // senders at most: h hears from q and from m
const FIT = 16; // characters in a row
const PAD = 11;

// Where each arrow runs, from the node that sends to its parent, and where its local derivative stands.
const left = (name, dy) => [CENTRES[name][0] - BOX.width / 2, CENTRES[name][1] + dy];
const right = (name, dy) => [CENTRES[name][0] + BOX.width / 2, CENTRES[name][1] + dy];
const direct = linkHorizontal();
const below = line().curve(curveBasis);
const ARROWS = [
  {
    from: "q",
    edge: 0,
    d: direct({ source: left("q", -20), target: right("m", 0) }),
    end: right("m", 0),
    at: [540, 85],
  },
  {
    from: "q",
    edge: 1,
    d: below([left("q", 28), [518, 174], [488, 230], [386, 230], [356, 173], [334, 173], right("h", 28)]),
    end: right("h", 28),
    at: [437, 209],
  },
  {
    from: "m",
    edge: 0,
    d: direct({ source: left("m", -26), target: right("h", -38) }),
    end: right("h", -38),
    at: [330, 71],
  },
  {
    from: "m",
    edge: 1,
    d: direct({ source: left("m", 16), target: right("h", -8) }),
    end: right("h", -8),
    at: [354, 139],
  },
  {
    from: "h",
    edge: 0,
    d: direct({ source: left("h", 0), target: right("x", 0) }),
    end: right("x", 0),
    at: [165, 137],
  },
];

/** send(name): the reader lets a node send.  Returns { element, update(state, sent, hint, sentence) }. */
export function draw(send) {
  const arrows = ARROWS.map(drawArrow);
  const boxes = Object.keys(CENTRES).map((name) => drawBox(name, send));
  const element = svg(
    "svg",
    { class: "bp-graph", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "group" },
    ...arrows.map(({ path }) => path),
    ...arrows.map(({ head }) => head),
    ...arrows.map(({ label }) => label),
    ...boxes.map(({ group }) => group),
  );

  function update(state, sent, hint, sentence) {
    element.setAttribute("aria-label", `the graph of q: ${sentence}`);
    const now = sent.at(-1);
    for (const { from, path, head, label } of arrows) {
      const kind = from === now ? "active" : sent.includes(from) ? "done" : "";
      path.setAttribute("class", `bp-edge ${kind}`);
      head.setAttribute("class", `bp-head-of-arrow ${kind}`);
      label.setAttribute("class", `bp-local ${kind}`);
    }
    for (const box of boxes) updateBox(box, state, sent, hint);
  }
  return { element, update };
}

function drawArrow({ from, edge, d, end, at: [x, y] }) {
  const local = EDGES[from][edge][1];
  return {
    from,
    path: svg("path", { d, class: "bp-edge" }),
    head: svg("path", { d: "M0 0 9-4.5 9 4.5z", transform: `translate(${end})` }), // all end to the left
    label: svg("text", { class: "bp-local", x, y }, `× ${local}`),
  };
}

function drawBox(name, send) {
  const [x, top] = [CENTRES[name][0] - BOX.width / 2, CENTRES[name][1] - BOX.height / 2];
  const text = (kind, dx, dy, content = "") => svg("text", { class: kind, x: x + dx, y: top + dy }, content);
  const sender = SENDERS.includes(name);
  const keys = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    send(name);
  };
  const acts = sender && {
    role: "button",
    tabindex: 0,
    onclick: () => send(name),
    onkeydown: keys,
    ...KEEP_KEYS,
  };
  const symbol = text("bp-symbol bp-right", BOX.width - PAD, 20, FORMULAS[name]);
  const gradient = text("bp-gradient bp-sum", PAD, 59);
  const rows = Array.from({ length: ROWS }, (_, i) => text("bp-arrived", PAD, 76 + 16 * i));
  const hint = text("bp-hint", BOX.width / 2, -9);
  const group = svg(
    "g",
    { class: "bp-node", "data-node": name, ...acts },
    svg("rect", { class: "bp-box", x, y: top, width: BOX.width, height: BOX.height, rx: 7 }),
    text("bp-name", PAD, 20, name),
    symbol,
    text("bp-value", PAD, 38, number(VALUES[name])),
    gradient,
    ...rows,
    hint,
  );
  const pill = sender ? drawPill(x + BOX.width / 2, top + BOX.height) : null;
  if (pill) group.append(pill.group);
  return { name, group, gradient, rows, hint, pill, symbol };
}

function drawPill(x, y) {
  const label = svg("text", { x, y: y + 4.5 });
  const group = svg(
    "g",
    { class: "bp-pill" },
    svg("rect", { x: x - 63, y: y - 11, width: 126, height: 22, rx: 11 }),
    label,
  );
  return { group, label };
}

function updateBox(
  { name, group, gradient, rows, hint, pill, symbol },
  { gradients, arrivals },
  sent,
  hinting,
) {
  const times = sent.filter((other) => other === name).length;
  const amount = gradients[name];
  write(gradient, name === "x" ? `dq/dx = ${signed(amount)}` : signed(amount));
  gradient.classList.toggle("bp-tight", gradient.textContent.length > 12);
  const heard = name === "q" ? ["its own: dq/dq = 1"] : arrivals[name].map(arrived);
  rows.forEach((row, i) => write(row, heard[i] ?? ""));
  if (name === "x") {
    const right = amount === TRUE.x;
    write(symbol, finished(sent) ? (right ? "✓ 26" : "≠ 26") : "");
    group.classList.toggle("bp-ended", finished(sent));
    return;
  }
  group.classList.toggle("giving", sent.at(-1) === name);
  const waits = waitsFor(name, sent);
  write(hint, hinting ? `waits for ${waits > 0 ? `${waits} more` : "nobody"}` : "");
  write(pill.label, `◂ send ${signed(amount)}${times > 0 ? " again" : ""}`);
  const parts = [
    `${name}: gradient ${signed(amount)}`,
    times > 0 && `has sent ${times === 1 ? "once" : `${times} times`}`,
    hint.textContent,
  ];
  group.setAttribute("aria-label", `send back from ${parts.filter(Boolean).join(", ")}`);
}

// "from m: +6 +6"; where many do not fit, the last ones.
function arrived({ from, amounts }) {
  const shown = amounts.map(signed);
  const row = () => `from ${from}: ${shown.length < amounts.length ? "… " : ""}${shown.join(" ")}`;
  while (row().length > FIT) shown.shift();
  return row();
}
