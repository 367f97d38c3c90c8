// Training and validation loss over the epochs, the gap between them, the best epoch, and where training stopped.
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import { svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { unique } from "../common/unique.js";
import { shortTick } from "../common/short.js";
import { bestEpoch } from "./run.js";

const SIZE = { width: 528, height: 334, left: 38, right: 404, top: 50, bottom: 292 };
const EPOCHS = [50, 100, 200]; // how far the axis may reach
const LOSSES = [1, 2, 5, 10];
const MOST_LOSS = LOSSES.at(-1); // what is above is off the picture: its number stands at the end
const APART = 15; // between two labels
const BELOW = 16; // a tick at ln 2 needs so much room to the others

export function curves() {
  const x = scaleLinear().range([SIZE.left, SIZE.right]);
  const y = scaleLinear().range([SIZE.bottom, SIZE.top]);
  const clip = unique("clip");
  const path = (kind) => svg("path", { class: kind, "clip-path": `url(#${clip})` });
  const [gap, before, training, validation] = ["bp-gap", "bp-before", "bp-training", "bp-validation"].map(
    path,
  );
  const nothing = svg("line", { class: "bp-nothing", x1: SIZE.left, x2: SIZE.right });
  const [axes, epochs] = [svg("g", { class: "bp-axis" }), svg("g", { class: "bp-axis" })];
  const labels = ["training", "validation"].map((name) => svg("text", { class: "bp-end", "data-of": name }));
  const best = mark("bp-best", SIZE.top - 8);
  const stop = mark("bp-stop", SIZE.top - 24);
  const dot = svg("circle", { class: "bp-best-dot", r: 4 });
  const earlier = svg(
    "text",
    { class: "bp-hint", x: SIZE.width - 2, y: SIZE.height - 6, "text-anchor": "end" },
    "grey: validation, the run before",
  );
  const element = svg(
    "svg",
    { class: "bp-curves", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg(
      "clipPath",
      { id: clip },
      svg("rect", {
        x: SIZE.left,
        y: SIZE.top - 2,
        width: SIZE.right - SIZE.left,
        height: SIZE.bottom - SIZE.top + 4,
      }),
    ),
    svg("text", { class: "bp-axis-name", x: 2, y: 14 }, "loss"),
    axes,
    epochs,
    svg(
      "text",
      {
        class: "bp-axis-name",
        x: (SIZE.left + SIZE.right) / 2,
        y: SIZE.height - 6,
        "text-anchor": "middle",
      },
      "epoch",
    ),
    nothing,
    gap,
    before,
    best.rule,
    stop.rule,
    training,
    validation,
    dot,
    best.name,
    stop.name,
    ...labels,
    earlier,
  );
  let shown = "";

  /** history: of the run.  past: the validation losses of the one before, or null.  ended: where it stopped early, or null. */
  function update({ train_loss, val_loss }, past, ended) {
    fit(Math.max(val_loss.length, past?.length ?? 0), Math.max(0, ...train_loss, ...val_loss));
    const px = (_, k) => x(k + 1);
    const py = (loss) => y(Math.min(loss, 2 * MOST_LOSS)); // off the picture, and no farther
    const draw = line(px, py);
    training.setAttribute("d", draw(train_loss) ?? "");
    validation.setAttribute("d", draw(val_loss) ?? "");
    before.setAttribute("d", draw(past ?? []) ?? "");
    gap.setAttribute("d", area(px, (_, k) => py(train_loss[k]), py)(val_loss) ?? "");
    earlier.style.display = past ? "" : "none";
    label([train_loss, val_loss]);
    const lowest = val_loss.length > 0 ? bestEpoch(val_loss) : null;
    best.set(lowest && x(lowest), `lowest: epoch ${lowest}`);
    stop.set(ended && x(ended), `stopped: epoch ${ended}`);
    const seen = lowest !== null && val_loss[lowest - 1] <= MOST_LOSS;
    dot.style.display = seen ? "" : "none";
    if (seen) {
      dot.setAttribute("cx", x(lowest));
      dot.setAttribute("cy", y(val_loss[lowest - 1]));
    }
    element.setAttribute("aria-label", says(train_loss, val_loss, lowest));
  }

  // The axes reach as far as they must, in a few large strides.
  function fit(epoch, loss) {
    const far = EPOCHS.find((reach) => epoch <= reach);
    const high = LOSSES.find((reach) => loss <= reach) ?? MOST_LOSS;
    if (`${far} ${high}` === shown) return;
    shown = `${far} ${high}`;
    x.domain([0, far]);
    epochs.replaceChildren(
      ...x
        .ticks(5)
        .map((at) => svg("text", { x: x(at), y: SIZE.bottom + 15, "text-anchor": "middle" }, String(at))),
    );
    const ticks = y.domain([0, high]).ticks(4);
    axes.replaceChildren(...ticks.flatMap((value) => tick(value, shortTick(value))), ...known(ticks));
    nothing.setAttribute("y1", y(Math.LN2));
    nothing.setAttribute("y2", y(Math.LN2));
  }

  const tick = (value, text) => [
    svg("line", { x1: SIZE.left, x2: SIZE.right, y1: y(value), y2: y(value) }),
    svg("text", { x: SIZE.left - 5, y: y(value) + 4, "text-anchor": "end" }, text),
  ];
  const known = (ticks) =>
    ticks.every((value) => Math.abs(y(value) - y(Math.LN2)) >= BELOW)
      ? [svg("text", { x: SIZE.left - 5, y: y(Math.LN2) + 4, "text-anchor": "end" }, "ln 2")]
      : [];

  // At the ends of the curves, and never on one another.
  function label(losses) {
    const epoch = losses[0].length;
    for (const text of labels) text.style.display = epoch > 0 ? "" : "none";
    if (epoch === 0) return;
    const at = losses.map((all) => Math.max(SIZE.top + APART, y(all.at(-1))));
    const above = at[0] < at[1] ? 0 : 1;
    const missing = Math.max(0, APART - Math.abs(at[0] - at[1])) / 2;
    at[above] -= missing;
    at[1 - above] += missing;
    const sunk = Math.max(0, at[1 - above] - SIZE.bottom + 4);
    labels.forEach((text, k) => {
      text.setAttribute("x", x(epoch) + 9);
      text.setAttribute("y", at[k] - sunk + 4);
      write(text, `${text.dataset.of} ${short(losses[k].at(-1))}`);
    });
  }
  return { element, update };
}

// A line at an epoch, with its name above the picture.
function mark(kind, height) {
  const rule = svg("line", { class: kind, y1: SIZE.top, y2: SIZE.bottom });
  const name = svg("text", { class: `${kind}-name`, y: height, "text-anchor": "middle" });
  return {
    rule,
    name,
    set(place, text) {
      for (const part of [rule, name]) part.style.display = place ? "" : "none";
      if (!place) return;
      rule.setAttribute("x1", place);
      rule.setAttribute("x2", place);
      name.setAttribute("x", Math.max(SIZE.left + 46, place));
      write(name, text);
    },
  };
}

const short = (loss) => (loss < 100 ? loss.toFixed(3) : shortTick(Math.round(loss)));

function says(train_loss, val_loss, lowest) {
  if (lowest === null) return "training and validation loss over the epochs: none yet";
  return `training and validation loss over ${val_loss.length} epochs: training from ${number(train_loss[0])} to ${number(train_loss.at(-1))}, validation from ${number(val_loss[0])} to ${number(val_loss.at(-1))}, lowest in epoch ${lowest}`;
}
