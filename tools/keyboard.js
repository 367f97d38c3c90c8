// What the keyboard test asks of a page. `root` is an explorable's root element everywhere.

const CONTROLS = "button, input, select, textarea, summary, [tabindex]";

const shown = (element) => {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && getComputedStyle(element).visibility !== "hidden";
};

const enabled = (element) =>
  !element.matches(":disabled") &&
  element.getAttribute("aria-disabled") !== "true" &&
  !element.closest("[inert]");

// How an element looks, itself and all it holds: a focus ring may be drawn by a child.
const look = (element) =>
  [element, ...element.querySelectorAll("*")]
    .slice(0, 20)
    .map((item) => {
      const style = getComputedStyle(item);
      const outline = style.outlineStyle === "none" ? "" : `${style.outlineWidth} ${style.outlineColor}`;
      return [
        outline,
        style.boxShadow,
        style.borderColor,
        style.borderWidth,
        style.backgroundColor,
        style.stroke,
        style.strokeWidth,
        style.fill,
        style.filter,
      ].join("|");
    })
    .join("\n");

const controls = (root) => [...root.querySelectorAll(CONTROLS)].filter(shown);

const name = (element) =>
  element.getAttribute("aria-label") ||
  [...(element.labels ?? [])].map((label) => label.textContent.trim()).join(" ") ||
  element.textContent.trim() ||
  element.id ||
  element.tagName.toLowerCase();

window.keyboardTest = {
  list(root) {
    // What the walk of another explorable left behind would look like a control without a focus ring.
    document.activeElement?.blur();
    return controls(root).map((element) => ({
      name: name(element).replace(/\s+/g, " ").slice(0, 60),
      tag: element.tagName.toLowerCase(),
      type: element.getAttribute("type") ?? "",
      role: element.getAttribute("role") ?? "",
      enabled: enabled(element),
      look: look(element),
    }));
  },

  // Where the focus is: its place in `list` (-1: on something that is no control), or null if it has left.
  focused(root) {
    const active = document.activeElement;
    if (!root.contains(active)) return null;
    return {
      index: controls(root).indexOf(active),
      visible: active.matches(":focus-visible"),
      look: look(active),
    };
  },

  focus(root, index) {
    const element = controls(root)[index];
    element?.focus();
    return Boolean(element) && document.activeElement === element;
  },

  // A stop before the explorable, so that Tab enters it as from the text above.
  enter(root) {
    const stop = document.createElement("span");
    stop.tabIndex = 0;
    stop.dataset.lmSuppressShortcuts = "true";
    root.before(stop);
    stop.focus();
    stop.addEventListener("blur", () => stop.remove(), { once: true });
  },

  // Everything drawn and everything said to assistive technology. A tick is both; that a slider's own thumb
  // moved is not enough: something must answer it.
  drawn(root) {
    const ticks = [...root.querySelectorAll("input:is([type=checkbox], [type=radio])")];
    return root.innerHTML + ticks.map((input) => Number(input.checked)).join("");
  },
};
