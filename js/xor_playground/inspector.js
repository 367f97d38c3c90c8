// One weight looked at closely: chosen by name, moved by a slider, with what its gradient will do to it.
import { slider } from "../common/controls.js";
import { KEEP_KEYS, html, write } from "../common/dom.js";
import { number, pretty, signed } from "../common/numbers.js";

/** choose: called with the place of the weight chosen.  tell: called with its new number. */
export function inspector({ choose, tell }) {
  const chooser = html("select", {
    "aria-label": "weight to move",
    onchange: () => choose(Number(chooser.value)),
    ...KEEP_KEYS,
  });
  const code = html("code", {});
  const made = slider({ name: "weight", label: "=", role: "parameter", min: -8, max: 8, step: 0.1, tell });
  made.range.setAttribute("aria-label", "the weight chosen");
  const gradient = html("b", { class: "bp-gradient" });
  const next = html("b", { class: "bp-parameter" });
  const element = html(
    "div",
    { class: "bp-inspector" },
    html("div", { class: "bp-which" }, chooser, code),
    made.element,
    html("div", { class: "bp-told" }, "gradient", gradient),
    html("div", { class: "bp-told" }, "− η × gradient", next),
  );

  function rebuild(weights) {
    chooser.replaceChildren(...weights.map(({ name }, k) => html("option", { value: k }, pretty(name))));
  }

  function update(weight, chosen, rate) {
    chooser.value = chosen;
    write(code, weight.code);
    made.set(weight.number);
    made.range.setAttribute("aria-valuetext", `${weight.name} = ${number(weight.number)}`);
    write(gradient, signed(weight.gradient));
    write(next, signed(-rate * weight.gradient));
  }
  return { element, rebuild, update, range: made.range };
}
