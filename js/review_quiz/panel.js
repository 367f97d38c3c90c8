// One question: what it is about, the question, what there is to go by, and the choices.
import { KEEP_KEYS, html, write } from "../common/dom.js";
import { code } from "../common/code.js";

const LONG = 60; // characters: from here on a choice has a line of its own

/** tell: called with the number of the choice.  Returns: element, first (choice), show(shown, chosen). */
export function panel(question, tell) {
  const buttons = question.choices.map((text, i) => choice(text, i, () => tell(i)));
  const long = question.choices.some((text) => text.length > LONG);
  const element = html(
    "div",
    { class: "bp-panel", "data-id": question.id },
    html("div", { class: "bp-about" }, `Lesson ${question.lesson}. ${question.about}`),
    html("div", { class: "bp-question" }, ...code(question.question)),
    evidence(question.evidence),
    html(
      "div",
      { class: `bp-choices${long ? " bp-long" : ""}`, role: "group", "aria-label": "choices" },
      ...buttons.map((one) => one.element),
    ),
  );

  function show(shown, chosen) {
    element.classList.toggle("bp-shown", shown);
    const answered = shown && chosen !== undefined;
    buttons.forEach((one, i) => {
      const kind = !answered ? "" : i === question.right ? "right" : i === chosen ? "wrong" : "other";
      one.mark(kind, i + 1);
    });
  }
  return { element, first: buttons[0].element, show };
}

function choice(text, i, tell) {
  const key = html("span", { class: "bp-key-name", "aria-hidden": "true" }, String(i + 1));
  const said = html("span", { class: "bp-visually-hidden" });
  const element = html(
    "button",
    { type: "button", class: "bp-pick", onclick: tell, ...KEEP_KEYS },
    key,
    html("span", { class: "bp-pick-text" }, ...code(text)),
    said,
  );
  function mark(kind, number) {
    element.dataset.kind = kind;
    element.setAttribute("aria-disabled", kind !== "");
    write(key, { right: "✓", wrong: "✗" }[kind] ?? String(number));
    write(said, { right: ", right", wrong: ", chosen, not right" }[kind] ?? "");
  }
  return { element, mark };
}

function evidence(rows) {
  const lines = rows.map(([name, text]) =>
    html("div", {}, html("dt", {}, name), html("dd", { class: `bp-${name.replace(" ", "-")}` }, text)),
  );
  return html("dl", { class: "bp-evidence" }, ...lines);
}
