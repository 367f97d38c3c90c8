// The chain in columns: one for each value, and between two of them the stage that leads from one to the other.
import { html, write } from "../common/dom.js";
import { number, pretty, signed } from "../common/numbers.js";
import { STAGES, parameter, valueName } from "./chain.js";
import { columns } from "./columns.js";
import { gear } from "./gear.js";
import { lens } from "./lens.js";
import { scrub } from "../common/scrub.js";
import { change } from "./words.js";

/** count: how many stages.  gripX, gripWeight(k): for `scrub`.  update: the state, and what `compute` found. */
export function picture(count, { gripX, gripWeight }) {
  const { element, atValues, atStages } = columns(count);

  function row(kind) {
    const head = html("span", { class: "bp-label" });
    const line = html("div", { class: `bp-line bp-line-${kind}`, role: "group" }, head);
    element.append(line);
    // A row is called what stands at its left.
    const label = (text) => {
      write(head, text);
      if (line.getAttribute("aria-label") !== text) line.setAttribute("aria-label", text);
    };
    return { line, label };
  }

  function fill(cells, make) {
    return cells.map((cell) => {
      const made = make();
      cell.append(...(made.elements ?? [made.element]));
      return made;
    });
  }

  const rows = Object.fromEntries(
    ["names", "values", "gears", "slopes", "products", "predicted", "measured"].map((kind) => [
      kind,
      row(kind),
    ]),
  );
  const names = atValues(rows.names.line, "bp-name");
  const stages = atStages(rows.names.line, "bp-stage-name");
  const numbers = atValues(rows.values.line, "bp-value");
  const lenses = fill(atStages(rows.gears.line, "bp-shaft"), lens);
  const seats = atValues(rows.gears.line, "bp-seat");
  const gears = fill(seats, gear);
  const slopeCells = atStages(rows.slopes.line, "bp-slope");
  const slopes = fill(slopeCells, factor);
  const products = atValues(rows.products.line, "bp-gradient");
  const predicted = atValues(rows.predicted.line, "bp-gradient");
  const measured = atValues(rows.measured.line, "bp-value");
  const silence = html("span", { class: "bp-silence" });
  const hint = html("span", { class: "bp-hint" });
  element.append(silence, hint);

  names.forEach((cell, k) => write(cell, pretty(valueName(k, count))));
  for (const cell of [numbers[0], seats[0]]) {
    cell.classList.add("bp-scrub");
    scrub(cell, gripX);
  }
  stages.forEach((cell, k) => scrub(cell, () => gripWeight(k)));

  function update(state, found) {
    const back = state.direction === "backward";
    name(state, back);
    const [first, last] = silenced(found.silencer, back, count);
    names.forEach((_, k) => showValue(k, state, found, k >= first && k <= last));
    stages.forEach((_, k) => showStage(k, state, found, back));
    const nearly = found.slopes[found.silencer] === 0 ? "" : "nearly ";
    const silencer = STAGES[state.stages[found.silencer]];
    if (silencer) silence.style.gridColumn = `${2 + 2 * first} / span ${2 * (last - first + 1)}`;
    write(silence, silencer ? `${nearly}silenced by ${silencer.symbol}` : "");
  }

  function name({ nudge, nudged }, back) {
    rows.names.label("stage");
    rows.values.label("value");
    rows.gears.label(back ? "one tooth here turns y by" : "one tooth of x turns this by");
    rows.slopes.label("local slope");
    rows.products.label(back ? "∂y/∂(here)" : "∂(here)/∂x");
    rows.predicted.label(nudged ? `× nudge ${number(nudge)}` : "");
    rows.measured.label(nudged ? (back ? "y really moves" : "really moves") : "");
    write(hint, nudged ? "" : "press “nudge” to see whether the values move as the slopes say");
  }

  function showValue(k, { nudge, nudged }, { values, products: rates, measured: moved }, faded) {
    write(numbers[k], number(values[k]));
    write(products[k], signed(rates[k]));
    write(predicted[k], nudged ? change(rates[k] * nudge) : "");
    write(measured[k], nudged ? change(moved[k]) : "");
    gears[k].update({ rate: rates[k], measured: nudged ? moved[k] / nudge : null });
    for (const part of [products[k], predicted[k], gears[k].element])
      part.classList.toggle("bp-faded", faded);
  }

  function showStage(k, state, found, back) {
    const stage = state.stages[k];
    const weight = parameter(stage, k);
    const { symbol } = STAGES[stage];
    write(stages[k], weight ? `${symbol} ${number(state.weights[weight])}` : symbol);
    for (const kind of ["bp-parameter", "bp-scrub"]) stages[k].classList.toggle(kind, weight !== null);
    slopes[k].update(number(found.slopes[k]), back);
    slopeCells[k].classList.toggle("bp-flat", k === found.silencer);
    lenses[k].update(state, k, found.values[k], found.values[k + 1], found.slopes[k]);
  }

  return { element, update };
}

// A slope between two products, and which way it leads; where there is little room, the slope alone.
function factor() {
  const elements = ["bp-way", "", "bp-way"].map((kind) => html("span", { class: kind }));
  function update(text, back) {
    [back ? "← × " : "× ", text, back ? "" : " →"].forEach((part, i) => write(elements[i], part));
  }
  return { elements, update };
}

// The values that a flat stage cuts off: those before it from y, those after it from x.
function silenced(silencer, back, count) {
  if (silencer === null) return [1, 0];
  return back ? [0, silencer] : [silencer + 1, count];
}
