// Forward or reverse: two radio buttons.
import { KEEP_KEYS, html } from "../common/dom.js";

export function modes(tell) {
  const name = `bp-mode-${Math.random()}`; // a group of its own: two pictures may stand on one page
  const inputs = new Map();
  const element = html("div", { class: "bp-modes", role: "radiogroup", "aria-label": "mode" });
  for (const mode of ["forward", "reverse"]) {
    const input = html("input", {
      type: "radio",
      name,
      value: mode,
      onchange: () => tell(mode),
      ...KEEP_KEYS,
    });
    inputs.set(mode, input);
    element.append(html("label", {}, input, `${mode} mode`));
  }
  return { element, set: (mode) => (inputs.get(mode).checked = true) };
}
