// The chosen lesson in full, and the link that opens it.
import { KEEP_KEYS, html } from "../common/dom.js";
import { code } from "../common/code.js";
import { openInLab } from "./open.js";

/** All lessons lie on one another, so that the height is that of the longest; one of them is seen. */
export function details(lessons) {
  const all = new Map(lessons.map((lesson) => [lesson.number, one(lesson)]));
  const element = html("div", { class: "bp-details", "aria-live": "polite" }, ...all.values());

  function show(chosen) {
    for (const [number, lesson] of all) lesson.classList.toggle("bp-shown", number === chosen);
  }
  return { element, show };
}

function one({ number, title, question, teaches, explorables, details, status, notebook }) {
  const line = (name, text) => html("div", {}, html("span", { class: "bp-quiet" }, `${name} `), `${text}.`);
  return html(
    "div",
    { class: "bp-detail" },
    html(
      "div",
      {},
      html(
        "div",
        { class: "bp-detail-head" },
        html("b", {}, `${number} · ${title}`),
        " — ",
        ...code(question),
      ),
      line("You learn", teaches),
      line("You move", explorables.join(", ")),
      html("div", { class: "bp-quiet" }, details || status),
    ),
    notebook ? link(notebook, number) : html("span", { class: "bp-quiet bp-open-place" }, "not here yet"),
  );
}

function link(notebook, number) {
  const element = html(
    "a",
    {
      class: "bp-open bp-open-place",
      href: notebook,
      target: "_blank", // where JupyterLab does not take the click: what the learner has open stays
      onclick: () => openInLab(element, notebook),
      // JupyterLab keeps Enter from following a link inside a cell.
      onkeydown: (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        element.click();
      },
      ...KEEP_KEYS,
    },
    `Open lesson ${number}`,
  );
  return element;
}
