// A place for each stage under its arrow: what it does, and its parameter where it has one.
import { slider } from "../common/controls.js";
import { KEEP_KEYS, html } from "../common/dom.js";
import { STAGES, parameter } from "./chain.js";
import { columns } from "./columns.js";
import { gripOf } from "../common/scrub.js";

const LABELS = { "×": "× w", "+": "+ b" };

/** choose: called with a place and a stage's name.  weigh: with a parameter's name and number. */
export function bench(count, { choose, weigh }) {
  const { element, atStages } = columns(count, "bp-bench");
  element.append(html("span", { class: "bp-label" }, "choose stages"));
  const places = atStages(element, "").map((seat, k) => {
    const select = html(
      "select",
      {
        "aria-label": `stage ${k + 1}`,
        onchange: () => choose(k, select.value),
        ...KEEP_KEYS,
      },
      ...Object.entries(STAGES).map(([value, { symbol }]) =>
        html("option", { value }, LABELS[value] ?? symbol),
      ),
    );
    seat.append(select);
    return { select, seat, name: null, made: null };
  });

  function update({ stages, weights }) {
    places.forEach((place, k) => {
      place.select.value = stages[k];
      const name = parameter(stages[k], k);
      if (name !== place.name) replace(place, name);
      place.made?.set(weights[name]);
    });
  }

  function replace(place, name) {
    place.made?.element.remove();
    place.name = name;
    place.made =
      name && slider({ name, role: "parameter", min: -4, max: 4, step: 0.1, tell: (x) => weigh(name, x) });
    if (name) place.seat.append(place.made.element);
  }

  /** What the dragged number of stage k needs, or null where it has none. */
  function grip(k, weights) {
    const { name, made } = places[k];
    return made && gripOf(made, weights[name], (x) => weigh(name, x));
  }

  return { element, update, grip };
}
