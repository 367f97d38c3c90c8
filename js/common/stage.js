// Where the picture stands. A graph that is larger than its stage is scrolled, by us and by the arrow keys.
import { KEEP_KEYS, html } from "./dom.js";

/** Returns { element, put(picture), look(node), leave() }; at first a picture's result is in sight. */
export function stage() {
  const element = html("div", { class: "bp-stage", role: "group", "aria-label": "the graph", ...KEEP_KEYS });
  let picture;
  let sought = null; // the node to be in sight as soon as there is a size

  const resized = new ResizeObserver(() => {
    const scrolls = element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
    if (scrolls) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
    if (sought !== null) look(sought);
    sought = null;
  });

  function put(drawn, result) {
    picture = drawn;
    sought = result;
    element.replaceChildren(picture.element);
    resized.disconnect();
    resized.observe(element);
    resized.observe(picture.element);
  }

  function look(node) {
    const { x, y } = picture.at.get(node);
    element.scrollLeft = (x / picture.width) * element.scrollWidth - element.clientWidth / 2;
    element.scrollTop = (y / picture.height) * element.scrollHeight - element.clientHeight / 2;
  }

  return { element, put, look, leave: () => resized.disconnect() };
}
