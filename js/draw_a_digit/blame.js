// The gradient of the loss by each pixel, as a picture with its scale.
import { html, write } from "../common/dom.js";
import { number, signed } from "../common/numbers.js";
import { frame, lines, ring, set, signs } from "./picture.js";
import { place } from "./words.js";

/** point: called with the pixel under the pointer, or null. */
export function blame(point) {
  const cells = signs();
  const mark = ring();
  const picture = frame({ class: "bp-gradients", role: "img" }, ...cells.elements, lines(), mark.element);
  const [low, high] = [html("span"), html("span")];
  const element = html(
    "div",
    { class: "bp-blame" },
    picture,
    html(
      "div",
      { class: "bp-scale" },
      html("div", { class: "bp-scale-numbers" }, low, html("span", {}, "0"), high),
      html("div", { class: "bp-ramp" }),
      html(
        "div",
        { class: "bp-scale-words" },
        html("span", {}, "− ink lowers L"),
        html("span", {}, "+ raises L"),
      ),
    ),
  );
  picture.addEventListener("pointermove", ({ clientX, clientY }) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    const [column, row] = [(clientX - left) / width, (clientY - top) / height].map((share) =>
      Math.min(7, Math.max(0, Math.floor(8 * share))),
    );
    point(8 * row + column);
  });
  picture.addEventListener("pointerleave", () => point(null));

  function update(gradient) {
    const largest = Math.max(...gradient.map(Math.abs));
    const scale = round(largest);
    cells.update(gradient, scale);
    write(low, scale > 0 ? number(-scale) : "");
    write(high, scale > 0 ? signed(scale) : "");
    const at = gradient.findIndex((g) => Math.abs(g) === largest);
    const steepest = largest > 0 ? `largest at ${place(at)}: ${signed(gradient[at])}` : "0 everywhere";
    set(picture, "aria-label", `gradient of the loss by each pixel, ${steepest}`);
  }
  return { element, update, ring: mark.at };
}

/** The next round number: a scale that stays while the numbers under it change a little. */
function round(largest) {
  if (!(largest > 0)) return 0;
  const unit = 10 ** Math.floor(Math.log10(largest));
  const times = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((k) => k * unit >= largest * (1 - 1e-12));
  return Number((times * unit).toPrecision(2));
}
