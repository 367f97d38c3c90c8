// The line about the pixel that is pointed at: what its gradient predicts, and what is true.
import { html, write } from "../common/dom.js";
import { atPixel } from "./words.js";

export const STEP = 0.25; // of ink, that one press of a key puts

export function pixelLine(network) {
  const element = html("div", { class: "bp-pixel", "aria-live": "polite" });

  /** now: pixels, goal, loss and gradient.  i: the pixel, or null. */
  function update(now, i) {
    if (i === null) {
      write(element, "Point at a pixel to see what a little more ink there would do to the loss.");
      return;
    }
    const ink = now.pixels[i];
    const step = Math.min(STEP, 1 - ink);
    const more = now.pixels.map((x, k) => (k === i ? x + step : x));
    const change = network.lossAt(more, now.goal) - now.loss;
    write(element, atPixel(i, ink, now.gradient[i], step, change));
  }
  return { element, update };
}
