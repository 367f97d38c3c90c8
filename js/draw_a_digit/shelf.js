// Ten buttons that load a handwritten digit of the data; the same button again loads the next one.
import { button } from "../common/controls.js";
import { html } from "../common/dom.js";

/** labels: the class of each example.  content: DataView of 64 float64 each.  load: called with 64 pixels. */
export function shelf(labels, content, load) {
  const next = new Array(10).fill(0);
  const pixelsOf = (k) => Array.from({ length: 64 }, (_, i) => content.getFloat64(8 * (64 * k + i), true));
  const buttons = next.map((_, digit) => {
    const places = labels.flatMap((label, k) => (label === digit ? [k] : []));
    const element = button({
      text: String(digit),
      tell: () => places.length > 0 && load(pixelsOf(places[next[digit]++ % places.length])),
    });
    element.setAttribute("aria-label", `load a ${digit}`);
    if (places.length === 0) element.setAttribute("aria-disabled", "true");
    return element;
  });
  return html("div", { class: "bp-shelf", role: "group", "aria-label": "load a digit" }, ...buttons);
}
