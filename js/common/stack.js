// Several things in one place, of which one is seen: the place is as large as the largest, so nothing jumps.
import { html } from "./dom.js";

/** parts: [the views in which it is seen, element] each. */
export function stack(parts) {
  const element = html("div", { class: "bp-stack" }, ...parts.map(([, part]) => part));
  return {
    element,
    show(view) {
      for (const [views, part] of parts) part.classList.toggle("bp-off", !views.includes(view));
    },
  };
}
