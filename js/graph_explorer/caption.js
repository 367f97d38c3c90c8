// The line under the picture: what this step does, in numbers; and the question that hides the answer.
import { button } from "../common/controls.js";
import { KEEP_KEYS, html, write } from "../common/dom.js";
import { pretty } from "../common/numbers.js";

/**
 * answered: called with the number that the reader typed.
 * Returns { element, tell(lines, remark), text(), ask(isAsked), focus() }; a line is a list of [text, colour class].
 */
export function caption(answered) {
  const head = html("div", { class: "bp-head" });
  const body = html("div", { class: "bp-body" });
  const answer = html("input", {
    type: "text",
    inputmode: "decimal",
    class: "bp-answer",
    "aria-label": "your guess",
    placeholder: "two digits",
    // JupyterLab stops a form inside a cell from being sent with Enter, so there is no form.
    onkeydown: (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      send();
    },
    ...KEEP_KEYS,
  });
  const question = html(
    "div",
    { class: "bp-form", hidden: true },
    answer,
    button({ text: "answer", tell: send }),
  );
  const element = html("div", { class: "bp-caption" }, html("div", { role: "status" }, head, body), question);
  let told = "";

  function send() {
    const text = answer.value.trim().replace("−", "-").replace(",", ".");
    if (text !== "" && Number.isFinite(Number(text))) answered(Number(text));
    else write(head, "write a number, such as −0.25, then press Enter");
  }

  /** Show a step's two lines; a remark on the last answer takes the place of the first. */
  function tell([first, second], remark) {
    element.classList.toggle("bp-feedback", remark !== "");
    write(head, pretty(remark || plain(first)));
    if (told === plain(second)) return;
    told = plain(second);
    body.replaceChildren(
      ...second.map(([text, kind]) =>
        kind ? html("span", { class: `bp-${kind}` }, pretty(text)) : pretty(text),
      ),
    );
  }

  return {
    element,
    tell,
    text: () => body.textContent,
    ask: (isAsked) => (question.hidden = !isAsked),
    focus: () => ((answer.value = ""), answer.focus()),
  };
}

const plain = (line) => line.map(([text]) => text).join("");
