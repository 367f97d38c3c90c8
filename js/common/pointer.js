// Pointing and dragging in a picture, in the picture's own units.

/** move: called with [x, y] when `handle` is pressed and while it is dragged. */
export function follow(handle, move) {
  let held = false;
  const tell = (event) => {
    const picture = handle.ownerSVGElement;
    const box = picture.getBoundingClientRect();
    const { width, height } = picture.viewBox.baseVal;
    move([
      ((event.clientX - box.left) * width) / box.width,
      ((event.clientY - box.top) * height) / box.height,
    ]);
  };
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = true;
    handle.setPointerCapture(event.pointerId);
    tell(event);
    event.preventDefault();
  });
  handle.addEventListener("pointermove", (event) => held && tell(event));
  for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, () => (held = false));
}
