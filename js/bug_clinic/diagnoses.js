// All that can be named, as radio buttons; those that were named in vain are struck out.
import { KEEP_KEYS, html, write } from "../common/dom.js";
import { pretty } from "../common/numbers.js";
import { unique } from "../common/unique.js";

/** all: [{ key, name }].  tell: called when one is chosen.  chosen(): its key, or null. */
export function diagnoses(all, tell) {
  const group = unique("diagnosis");
  const items = all.map(({ key, name }) => {
    const input = html("input", { type: "radio", name: group, value: key, onchange: tell, ...KEEP_KEYS });
    const mark = html("span", { class: "bp-mark" });
    const text = html("span", { class: "bp-diagnosis-name" }, pretty(name));
    return { key, input, mark, element: html("label", { class: "bp-diagnosis" }, input, text, mark) };
  });
  const element = html(
    "div",
    { class: "bp-diagnoses", role: "radiogroup", "aria-label": "diagnosis" },
    ...items.map(({ element }) => element),
  );

  /** wrong: keys that were named in vain.  right: the key that it is, once that is known. */
  function update(wrong, right) {
    for (const item of items) {
      const out = wrong.includes(item.key);
      item.element.classList.toggle("bp-out", out);
      item.element.classList.toggle("bp-found", item.key === right);
      write(item.mark, item.key === right ? " ✓" : out ? " ✗" : "");
    }
  }

  function choose(key) {
    for (const { key: other, input } of items) input.checked = other === key;
  }
  const chosen = () => items.find(({ input }) => input.checked)?.key ?? null;
  return { element, update, choose, chosen };
}
