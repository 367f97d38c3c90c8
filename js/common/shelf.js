// A slider for every leaf of a graph: the first ones at once, any other when it is chosen.
import { slider } from "./controls.js";
import { KEEP_KEYS, html } from "./dom.js";
import { span } from "./span.js";

const MOST = 12;

/** leaves: their nodes, in order.  tell: called with a leaf's name and new number.  set: shows all numbers. */
export function shelf(leaves, tell) {
  const sliders = new Map();
  const element = html("div", { class: "bp-sliders" });
  let shown = {};

  function add({ name, role, value }) {
    if (sliders.has(name)) return;
    const made = slider({ ...span(value), name, role, tell: (number) => tell(name, number) });
    sliders.set(name, made);
    element.append(made.element);
  }

  function set(values) {
    shown = values;
    for (const [name, made] of sliders) made.set(values[name]);
  }

  leaves.slice(0, MOST).forEach(add);
  const others = leaves.slice(MOST);
  const chooser = html(
    "select",
    {
      "aria-label": "another slider",
      onchange: () => {
        if (chooser.value === "") return;
        add(others[chooser.value]);
        set(shown);
      },
      ...KEEP_KEYS,
    },
    html("option", { value: "" }, "another slider…"),
    ...others.map(({ name }, i) => html("option", { value: i }, name)),
  );
  return {
    elements: others.length > 0 ? [element, html("div", { class: "bp-row" }, chooser)] : [element],
    set,
  };
}
