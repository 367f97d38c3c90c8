// A number in the picture that can be dragged: to the right it grows, to the left it falls. Its slider does the same.
const PIXELS = 4; // for one step of the slider

/** grip: gives, when the drag begins, { number, min, max, step, tell }; null where nothing can be dragged. */
export function scrub(element, grip) {
  let held = null;
  element.addEventListener("pointerdown", (event) => {
    held = event.button === 0 ? grip() : null;
    if (held === null) return;
    held.at = event.clientX;
    element.setPointerCapture(event.pointerId);
    event.preventDefault(); // no text is selected on the way
  });
  element.addEventListener("pointermove", (event) => {
    if (held === null) return;
    const { number, min, max, step, tell, at } = held;
    const moved = step * Math.round(number / step + (event.clientX - at) / PIXELS);
    tell(Math.max(min, Math.min(max, Number(moved.toPrecision(12)))));
  });
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (held = null));
}

/** What a drag needs to know of a slider. */
export function gripOf({ range }, number, tell) {
  return { number, min: Number(range.min), max: Number(range.max), step: Number(range.step), tell };
}
