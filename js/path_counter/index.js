// A chain of diamonds: how many paths lead through it, and how many visits the backward pass needs all the same.
import { count } from "../common/count.js";
import { button } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { title } from "../common/title.js";
import { chain } from "./chain.js";
import { chart } from "./chart.js";
import { MOST, brief, describe, pathsOf, route } from "./counts.js";
import { sums } from "./sums.js";
import "./style.css";

function render({ model, el }) {
  const report = reporter(model);
  const start = { diamonds: model.get("diamonds"), path: model.get("path") };
  const diamonds = () => model.get("diamonds");
  const path = () => Math.min(model.get("path"), pathsOf(diamonds())); // Python tells one after the other
  const picture = chain(turn);
  const stage = html("div", { class: "bp-chain-stage" }, picture.element);
  const visits = chart();
  const numbers = sums();
  const sentence = html("div", { class: "bp-body", role: "status" });
  const howMany = count({
    label: "diamonds",
    tell: (n) => report({ diamonds: n, path: Math.min(path(), pathsOf(n)) }),
  });
  const which = count({ label: "path", tell: follow });
  const back = button({ icon: "back", label: "the path before", tell: () => follow(path() - 1) });
  const next = button({ icon: "next", label: "the next path", tell: () => follow(path() + 1) });

  function follow(k) {
    if (k >= 1 && k <= pathsOf(diamonds())) report({ path: k });
  }

  // The other way through one diamond.
  function turn(i) {
    const n = diamonds();
    follow(path() + (route(n, path())[i] ? -1 : 1) * 2 ** (n - 1 - i));
  }

  const update = guarded(el, () => {
    const [n, k] = [diamonds(), path()];
    const all = pathsOf(n);
    if (stage.clientWidth > 0) picture.update(n, k, stage.clientWidth);
    visits.update(n);
    numbers.update(n, k);
    howMany.set(n, 0, MOST, String(n));
    which.set(k, 1, all, `${brief(k)} of ${brief(all)}`);
    back.setAttribute("aria-disabled", k === 1);
    next.setAttribute("aria-disabled", k === all);
    write(sentence, describe(n, k));
  });

  const label = "paths through a chain of diamonds";
  const root = html("div", {
    class: "backprop-explorable bp-path_counter",
    role: "group",
    "aria-label": label,
  });
  root.append(
    title("Paths from x to q, and visits back", {
      gradient: "gradient dq/d(this)",
      local: "on arrows: the local derivative, 1 where they join",
    }),
    stage,
    html("div", { class: "bp-beside" }, visits.element, numbers.element),
    html("div", { class: "bp-caption" }, sentence),
    html("div", { class: "bp-row" }, howMany.element),
    html(
      "div",
      { class: "bp-row" },
      which.element,
      back,
      next,
      button({ text: "reset", tell: () => report(start) }),
    ),
  );
  el.append(root);
  update();
  const resized = new ResizeObserver(() => update());
  resized.observe(stage);
  const stop = listen(model, ["diamonds", "path"], () => update());
  return () => {
    resized.disconnect();
    stop();
  };
}

export default { render };
