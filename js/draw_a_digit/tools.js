// The tools of the drawing, and the digits that can be loaded.
import { choice } from "../common/choice.js";
import { button } from "../common/controls.js";
import { html } from "../common/dom.js";
import { shelf } from "./shelf.js";

/**
 * choose: called with "draw" or "erase".  clear, undo, reset: called as they are pressed.  load: called with the
 * pixels of one of the examples, { labels, content }.
 */
export function tools({ choose, clear, undo, reset, load, examples }) {
  const pens = choice({
    label: "tool",
    options: [
      ["draw", "draw"],
      ["erase", "erase"],
    ],
    tell: choose,
  });
  pens.set("draw");
  const back = button({ text: "undo", tell: undo });
  const element = html(
    "div",
    { class: "bp-row" },
    pens.element,
    button({ text: "clear", tell: clear }),
    back,
    button({ text: "reset", tell: reset }),
    html(
      "div",
      { class: "bp-row" },
      html("span", { class: "bp-label" }, "load a digit"),
      shelf(examples.labels, examples.content, load),
    ),
  );
  return { element, update: (canUndo) => back.setAttribute("aria-disabled", !canUndo) };
}
