// The backward pass by hand: the reader lets nodes send their gradients back, in any order, and sees what comes of it.
import { button, checkbox } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { title } from "../common/title.js";
import { draw } from "./draw.js";
import { MOST, ORDERS, describe, finished, progress, replay } from "./lab.js";
import "./style.css";

function render({ model, el }) {
  const report = reporter(model);
  const sent = () => model.get("sent");
  const graph = draw(send);
  const head = html("div", { class: "bp-head" });
  const body = html("div", { class: "bp-body", role: "status" });
  const recursion = button({ text: " ", tell: () => play("recursion") });
  const topological = button({ text: " ", tell: () => play("topological") });
  const back = button({ text: "one back", tell: () => report({ sent: sent().slice(0, -1) }) });
  const hint = checkbox({ label: "hint: who waits", tell: (shown) => report({ hint: shown }) });

  function send(name) {
    const now = [...sent(), name];
    if (now.length > MOST) write(head, `${MOST} sends are all that fit here: press reset or one back`);
    else report(finished(now) ? { sent: now, tried: true } : { sent: now });
  }

  // One send of an order at each press. It starts afresh where something else has been sent, or at its end.
  function play(which) {
    const order = ORDERS[which];
    const done = progress(order, sent()) % order.length;
    report({ sent: order.slice(0, done + 1) });
  }

  function reset() {
    report({ sent: [], hint: false });
    update(); // also where nothing changed but the line about too many sends
  }

  const update = guarded(el, () => {
    const sentence = describe(sent());
    graph.update(replay(sent()), sent(), model.get("hint"), sentence);
    hint.input.checked = model.get("hint");
    // It would give the rule away before the reader has looked for it. Its place stays free, so nothing jumps.
    topological.style.visibility = model.get("tried") ? "visible" : "hidden";
    write(head, sent().length > 0 ? `sent: ${sent().join(" → ")}${callers()}` : "sent: nothing yet");
    write(body, sentence);
    count(recursion, "recursion", "as recursion calls it");
    count(topological, "topological", "in topological order");
    back.setAttribute("aria-disabled", sent().length === 0);
  });

  function callers() {
    const whole = sent().join() === ORDERS.recursion.join();
    return whole ? " (q calls m, m calls h, and then q calls h)" : "";
  }

  function count(element, which, label) {
    const order = ORDERS[which];
    write(element, `${label} ${progress(order, sent())}/${order.length}`);
    element.setAttribute("aria-label", `${label}: one more of ${order.length} sends`);
  }

  const label = "backward pass by hand for q = h·h + h";
  const root = html("div", { class: "backprop-explorable bp-order_lab", role: "group", "aria-label": label });
  root.append(
    title("q = h·h + h with h = 2x: send the gradients back to x", {
      value: "value",
      gradient: "gradient dq/d(this)",
      local: "on each arrow: the local derivative",
    }),
    html("div", { class: "bp-lab-stage" }, graph.element),
    html("div", { class: "bp-caption" }, html("div", {}, head, body)),
    html(
      "div",
      { class: "bp-row" },
      recursion,
      back,
      hint.element,
      button({ text: "reset", tell: reset }),
      topological,
    ),
  );
  el.append(root);
  update();
  return listen(model, ["sent", "hint", "tried"], () => update());
}

export default { render };
