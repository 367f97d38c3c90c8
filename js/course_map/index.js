// The course map: a card for every lesson; the chosen one tells what it teaches and can be opened.
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { title } from "../common/title.js";
import { card } from "./card.js";
import { details } from "./details.js";
import { besideThis } from "./open.js";
import "./style.css";

const WAYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

function render({ model, el }) {
  const lessons = model.get("lessons");
  const report = reporter(model);
  const cards = lessons.map((lesson) => card(lesson, () => choose(lesson.number), walk));
  const under = details(lessons);
  const sentence = html("div", { class: "bp-body" });

  function choose(chosen) {
    report({ chosen });
    update();
  }

  // The arrows go from card to card, in the order of the course.
  function walk(event) {
    const way = WAYS[event.key];
    if (way === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = cards.indexOf(event.currentTarget);
    const to = Math.min(cards.length - 1, Math.max(0, from + way));
    cards[to].focus();
    choose(lessons[to].number);
  }

  const update = guarded(el, () => {
    const chosen = model.get("chosen");
    cards.forEach((element, i) => element.setAttribute("aria-pressed", lessons[i].number === chosen));
    under.show(chosen);
    write(sentence, model.get("summary"));
  });

  const root = html("div", {
    class: "backprop-explorable bp-course-map",
    role: "group",
    "aria-label": "course map",
  });
  root.append(
    title("The course", {}),
    ...parts(model.get("parts"), cards),
    html("div", { class: "bp-caption" }, html("div", { role: "status" }, sentence)),
    under.element,
  );
  el.append(root);
  update();
  return listen(model, ["chosen", "summary"], () => update());
}

// The lessons that belong together stand in one row, under their heading.
function parts(headings, cards) {
  let first = 0;
  return headings.map(({ heading, count }) => {
    const own = cards.slice(first, (first += count)).map((element) => html("li", {}, element));
    return html(
      "div",
      { class: "bp-part" },
      html("div", { class: "bp-heading" }, heading),
      html("ol", {}, ...own),
    );
  });
}

export { besideThis }; // for the tests
export default { render };
