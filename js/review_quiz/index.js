// The review quiz: one question at a time; a wrong one comes back after the others, until it was right once.
import { button } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { title } from "../common/title.js";
import { code } from "../common/code.js";
import { feedback } from "./feedback.js";
import { panel } from "./panel.js";
import { pips } from "./pips.js";
import { sentence, standing } from "./standing.js";
import "./style.css";

function render({ model, el }) {
  const report = reporter(model);
  let parts; // of the picture, for the questions that are there
  let told = null; // the answer that is being looked at: its question, the choice
  let known = ""; // the answers that were drawn last

  const draw = guarded(el, () => {
    const questions = model.get("questions");
    const answers = model.get("answers");
    if (JSON.stringify(answers) !== known) told = null; // Python has set them
    known = JSON.stringify(answers);
    if (parts?.questions !== questions) {
      parts = build(questions, { choose, next, restart });
      el.replaceChildren(parts.root);
    }
    const now = standing(questions, answers);
    const shown = told ? told.at : (now.queue[0] ?? questions.length);
    parts.panels.forEach((one, i) => one.show(i === shown, told?.chosen));
    parts.end.classList.toggle("bp-shown", shown === questions.length);
    write(parts.end, questions.length ? `${sentence(questions, answers)}.` : "");
    parts.pips.show(now, shown);
    parts.feedback.show(told ? questions[told.at] : null, told?.chosen, shown === questions.length);
    write(parts.status, sentence(questions, answers));
    parts.next.disabled = !told;
    parts.restart.disabled = !answers.length;
    parts.next.textContent = told && !now.queue.length ? "finish" : "next question";
  });

  function choose(at, chosen) {
    if (told) return;
    const { id, right } = model.get("questions")[at];
    const answers = [...model.get("answers"), { id, chosen, right: chosen === right }];
    told = { at, chosen };
    known = JSON.stringify(answers);
    report({ answers });
    draw();
    parts.next.focus();
  }

  function next() {
    told = null;
    draw();
    const left = parts.panels.find((one) => one.element.classList.contains("bp-shown"));
    (left ? left.first : parts.restart).focus();
  }

  function restart() {
    told = null;
    known = "[]";
    report({ answers: [] });
    draw();
    parts.panels[0]?.first.focus();
  }

  draw();
  return listen(model, ["questions", "answers"], () => draw());
}

function build(questions, { choose, next, restart }) {
  const panels = questions.map((question, i) => panel(question, (chosen) => choose(i, chosen)));
  const end = html("div", { class: "bp-panel bp-end" });
  const marks = pips(questions.length);
  const status = html("span", { class: "bp-count", role: "status" });
  const under = feedback(questions);
  const controls = {
    next: button({ text: "next question", tell: next }),
    restart: button({ text: "start again", tell: restart }),
  };
  // The keys 1 to 4 choose, wherever in the quiz the focus is.
  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const i = panels.findIndex((one) => one.element.classList.contains("bp-shown"));
    const chosen = Number(event.key) - 1;
    if (questions[i]?.choices[chosen] === undefined) return;
    event.preventDefault();
    choose(i, chosen);
  }
  const root = html("div", {
    class: "backprop-explorable bp-review-quiz",
    role: "group",
    "aria-label": "review quiz",
    onkeydown: pressed,
  });
  root.append(title("Asked again", {}));
  if (questions.length) {
    root.append(
      html("div", { class: "bp-head-line" }, marks.element, status),
      html("div", { class: "bp-panels" }, ...panels.map((one) => one.element), end),
      under.element,
      html("div", { class: "bp-row" }, controls.next, controls.restart),
    );
  } else {
    root.append(html("div", { class: "bp-caption" }, status));
  }
  return { root, questions, panels, end, pips: marks, status, feedback: under, ...controls };
}

export { code, sentence, standing }; // for the tests
export default { render };
