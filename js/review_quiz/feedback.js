// What is said to an answer. Its place is as high as the longest that can be said, so that nothing jumps.
import { html } from "../common/dom.js";
import { code } from "../common/code.js";

const LONGEST = 3; // of all texts: one of these needs the most lines

export function feedback(questions) {
  const body = html("div", { class: "bp-body bp-told" });
  const texts = questions.flatMap(({ whys }) => whys).sort((one, other) => other.length - one.length);
  const room = texts.slice(0, LONGEST).map((text) => {
    const filler = html("div", { class: "bp-body bp-room", "aria-hidden": "true" });
    filler.append(...said(text, false));
    return filler;
  });
  const element = html("div", { class: "bp-caption", "aria-live": "polite" }, ...room, body);
  let last;

  /** question: null while nothing has been answered.  finished: whether nothing is asked any more. */
  function show(question, chosen, finished) {
    const key = question ? `${question.id} ${chosen}` : String(finished);
    if (key === last) return;
    last = key;
    const right = question && chosen === question.right;
    element.dataset.kind = !question ? "" : right ? "right" : "wrong";
    if (question) {
      body.replaceChildren(...said(question.whys[chosen], right));
    } else {
      body.replaceChildren(
        html(
          "span",
          { class: "bp-quiet" },
          finished
            ? "What comes back stays. Press start again to be asked once more."
            : "Choose with a click, or with the keys 1, 2, …; what is wrong comes back after the others.",
        ),
      );
    }
  }
  return { element, show };
}

function said(text, right) {
  if (right) return [html("b", {}, "Right. "), ...code(text)];
  const again = html("span", { class: "bp-quiet" }, " It will be asked again.");
  return [html("b", {}, "Not this one. "), ...code(text), again];
}
