// One lesson: its number and name, its question, and how much of it is done.
import { KEEP_KEYS, html } from "../common/dom.js";
import { code } from "../common/code.js";

export function card(lesson, chosen, walk) {
  const { number, state, notebook } = lesson;
  const mark = state === "finished" ? "✓" : lesson.next ? "next" : "";
  const kind = `bp-lesson bp-${state}${notebook ? "" : " bp-absent"}${lesson.next ? " bp-next" : ""}`;
  const span = (name, ...children) => html("span", { class: `bp-${name}` }, ...children);
  const element = html(
    "button",
    { type: "button", class: kind, "data-lesson": number, onclick: chosen, onkeydown: walk, ...KEEP_KEYS },
    span("first", span("number", number), span("name", lesson.title), span("mark", mark)),
    span("question", ...code(lesson.question)),
    span("done", ...pips(lesson), span("state", lesson.status)),
  );
  return element;
}

// A small square for every exercise, filled when it is solved.
function pips({ solved, total, status }) {
  if (total === 0 || status === "planned") return [];
  const all = Array.from({ length: total }, (_, i) => html("i", { class: i < solved ? "bp-solved" : "" }));
  return [html("span", { class: "bp-pips", "aria-hidden": "true" }, ...all)];
}
