// The function as a graph: inputs, hidden nodes, outputs, and what one pass hands from node to node.
import { linkHorizontal } from "d3-shape";
import { svg, write } from "../common/dom.js";
import { number, pretty } from "../common/numbers.js";
import { HEAD, HEIGHT, MOST, ROW, middle } from "./layout.js";
import { HIDDEN } from "./passes.js";
import { counted, short } from "./words.js";

const BESIDE = 50; // left of the inputs and right of the outputs: room for a derivative
const GAP = 88; // between hidden nodes
const link = linkHorizontal();

/** start(mode, k): called when the reader presses input or output k, where a pass starts. */
export function graph(start) {
  const element = svg("svg", { class: "bp-network", height: HEIGHT, role: "img" });
  let built = "";
  let cards;
  let edges;

  function build({ width, roomy }, inputCount, outputCount) {
    const size = { width: roomy ? 76 : 38, height: 25 };
    const hiddenSize = { width: roomy ? 78 : 50, height: 44 };
    const xs = [BESIDE + size.width / 2, width / 2, width - BESIDE - size.width / 2];
    const hiddenTop = HEAD + (MOST * ROW) / 2 - ((HIDDEN - 1) / 2) * GAP;

    const inputs = row("x", inputCount, (k) => middle(k, inputCount), xs[0], size, -1);
    const hidden = row("h", HIDDEN, (k) => hiddenTop + k * GAP, xs[1], hiddenSize, 0);
    const outputs = row("y", outputCount, (k) => middle(k, outputCount), xs[2], size, 1);
    inputs.forEach((one, k) => pressable(one, () => start("forward", k)));
    outputs.forEach((one, k) => pressable(one, () => start("reverse", k)));

    edges = [...joined(inputs, hidden), ...joined(hidden, outputs)];
    cards = { inputs, hidden, outputs };
    element.setAttribute("width", width);
    element.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    element.replaceChildren(
      svg("g", {}, ...edges.map(({ path }) => path)),
      svg("g", {}, ...edges.map(({ arrow }) => arrow)),
      ...[...inputs, ...hidden, ...outputs].map(({ group }) => group),
    );
  }

  /**
   * room: { width, roomy }; narrow cards have no room for their values.
   * found: from `evaluate`.  last: what the last pass left at every node, or null.
   */
  function update(room, found, { mode, passes }, last) {
    const key = [room.width, room.roomy, found.inputs.length, found.outputs.length].join();
    if (key !== built) build(room, found.inputs.length, found.outputs.length);
    built = key;
    const [starts, ends] = mode === "forward" ? [cards.inputs, cards.outputs] : [cards.outputs, cards.inputs];
    const [from, awaited] = [starts[passes - 1], starts[passes]];
    const reached = new Set(from ? [from, ...cards.hidden, ...ends] : []);
    for (const kind of ["inputs", "hidden", "outputs"]) {
      cards[kind].forEach((card, k) => {
        const node = found[kind][k];
        write(card.value, number(Number(found.values[node].toFixed(2))));
        write(card.derivative, !reached.has(card) ? "" : card === from ? "+1" : short(last[node]));
        card.group.classList.toggle("reached", reached.has(card));
        card.group.classList.toggle("started", card === from);
        card.group.classList.toggle("awaited", card === awaited);
      });
    }
    for (const { path, arrow, a, b, turned } of edges) {
      const lit = reached.has(a) && reached.has(b);
      path.classList.toggle("active", lit);
      arrow.classList.toggle("active", lit);
      arrow.setAttribute("transform", turned(mode === "forward"));
    }
    element.setAttribute("aria-label", label(found, mode, passes));
  }

  return { element, update };
}

// side: −1 with its derivative on the left, 1 on the right, 0 inside.
function row(letter, count, y, x, { width, height }, side) {
  return Array.from({ length: count }, (_, k) => {
    const value = svg("text", { class: "bp-value", x: width / 2 - 8, y: side ? 4.5 : -4 });
    const beside = { x: side * (width / 2 + 7), y: 4.5, "text-anchor": side < 0 ? "end" : "start" };
    const inside = { x: 0, y: 15, "text-anchor": "middle" };
    const derivative = svg("text", { class: "bp-derivative", ...(side ? beside : inside) });
    const name = svg(
      "text",
      { class: "bp-name", x: 8 - width / 2, y: side ? 4.5 : -4 },
      pretty(`${letter}${k + 1}`),
    );
    const card = svg("rect", { x: -width / 2, y: -height / 2, width, height, rx: 6 });
    const group = svg("g", { class: "bp-card", transform: `translate(${x} ${y(k)})` });
    group.append(card, name, value, derivative);
    return { group, value, derivative, left: [x - width / 2, y(k)], right: [x + width / 2, y(k)] };
  });
}

function joined(from, to) {
  return from.flatMap((a) =>
    to.map((b) => {
      const [source, target] = [a.right, b.left];
      const [dx, dy] = [target[0] - source[0], target[1] - source[1]];
      const slope = (Math.atan2(2 * dy, dx) * 180) / Math.PI; // of the curve at its middle
      const turned = (onward) =>
        `translate(${source[0] + dx / 2} ${source[1] + dy / 2}) rotate(${onward ? slope : slope + 180})`;
      const path = svg("path", { class: "bp-edge", d: link({ source, target }) });
      return { a, b, path, arrow: svg("path", { class: "bp-arrow", d: "M-5 -4.5 5 0 -5 4.5z" }), turned };
    }),
  );
}

function pressable({ group }, tell) {
  group.classList.add("bp-pressable");
  group.addEventListener("click", tell);
}

function label({ inputs, outputs }, mode, passes) {
  const shape = [
    counted(inputs.length, "input"),
    counted(HIDDEN, "hidden node"),
    counted(outputs.length, "output"),
  ].join(", ");
  if (passes === 0) return `the function as a graph: ${shape}`;
  const way = mode === "forward" ? `from x${passes} to every output` : `from y${passes} back to every input`;
  return `the function as a graph: ${shape}; the pass runs ${way}`;
}
