// Where there is less room than the picture needs, it is scrolled: by the pointer, and by the arrow keys.
import { KEEP_KEYS, html } from "../common/dom.js";

/** Returns { element, leave() }; the element is a stop for the keyboard only while there is something to scroll. */
export function scrolled(picture, label) {
  const element = html(
    "div",
    { class: "bp-scrolled", role: "group", "aria-label": label, ...KEEP_KEYS },
    picture,
  );
  const resized = new ResizeObserver(() => {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  });
  resized.observe(element);
  return { element, leave: () => resized.disconnect() };
}
