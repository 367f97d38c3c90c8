// A bandit and its policy. The traits decide every pull, so whatever is changed, all of them are taken again.
import "./style.css";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { playing } from "../common/playing.js";
import { title } from "../common/title.js";
import { stack } from "../common/stack.js";
import { enumerated, expectedReward, learn, sampled } from "./bandit.js";
import { check } from "./check.js";
import { CHECK, LEARN, MOST, controls } from "./controls.js";
import { history } from "./history.js";
import { rows } from "./rows.js";
import { checking, learning } from "./words.js";

const TRAITS = ["arms", "rate", "baseline", "seed", "pulls", "held", "view"];
const PACE = 60; // milliseconds from one beat to the next
const PULLS_A_JUMP = 100; // what play does where nothing may move

function render({ model, el }) {
  const report = reporter(model);
  const state = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
  let drawn = null; // the pictures, for as many arms as there are

  // --- what happens ---
  const more = (name, count) => report({ [name]: Math.min(MOST[name], model.get(name) + count) });

  function pull(count) {
    play.pause();
    if (count === null) report({ pulls: 0 });
    else more("pulls", count);
  }

  function beat() {
    const { pulls } = state();
    more("pulls", pace(pulls));
    if (model.get("pulls") === MOST.pulls) play.pause();
  }

  const sentence = html("div", { class: "bp-body", role: "status" });
  const play = playing({
    pace: PACE,
    begin: () => model.get("pulls") === MOST.pulls && report({ pulls: 0 }),
    beat,
    jump: () => more("pulls", PULLS_A_JUMP),
    jumpLabel: `${PULLS_A_JUMP} pulls at once`,
    status: sentence,
  });
  const set = controls({
    play: play.element,
    pull,
    hold: (count) => (count === null ? report({ held: 0 }) : more("held", count)),
    tell(changes) {
      if ("view" in changes) play.pause();
      report(changes);
    },
    otherLuck: () => report({ seed: (model.get("seed") + 1) % 2 ** 32 }),
    reset() {
      play.pause();
      report({ ...model.get("start") });
    },
  });

  // --- what is drawn ---
  const update = guarded(el, () => {
    const now = state();
    if (drawn?.count !== now.arms.length) {
      drawn = pictures(now.arms.length, (k, payout) =>
        report({ arms: model.get("arms").map((before, i) => (i === k ? payout : before)) }),
      );
      board.replaceChildren(drawn.element);
    }
    set.update(now);
    titles.show(now.view);
    drawn.show(now.view);
    const learnt = learn(now);
    if (now.view === LEARN) {
      drawn.learn(now, learnt);
      write(sentence, learning(learnt, Math.max(...now.arms)));
    } else {
      const found = measured(now, learnt);
      drawn.check(found);
      write(sentence, checking({ ...found, variances: found.variances.map(total) }));
    }
  });

  const titles = stack([
    [
      [LEARN],
      title("No derivative of the reward, and still a gradient", {
        value: "probability, reward",
        gradient: "gradient",
        parameter: "logit θ",
        loss: "reward missed",
      }),
    ],
    [
      [CHECK],
      title("One pull is noise, the mean of many the gradient", {
        gradient: "mean of n pulls",
        truth: "exact gradient of −V",
        stray: "± σ/√n",
      }),
    ],
  ]);
  const board = html("div", { class: "bp-board" });
  const root = html("div", {
    class: "backprop-explorable bp-policy-bandit",
    role: "group",
    "aria-label": "policy bandit",
  });
  root.append(titles.element, set.views, board, html("div", { class: "bp-caption" }, sentence), set.element);
  el.append(root);
  update();
  const stop = listen(model, TRAITS, () => update());
  return () => {
    play.leave();
    stop();
  };
}

function pictures(count, pay) {
  const lines = rows(count, pay);
  const past = history(count);
  const held = check(count);
  const views = stack([
    [[LEARN], html("div", { class: "bp-learn" }, lines.element, past.element)],
    [[CHECK], held.element],
  ]);
  return {
    count,
    element: views.element,
    show: views.show,
    check: held.update,
    learn(now, learnt) {
      lines.update(now, learnt);
      past.update(now, learnt);
    },
  };
}

/** What pulls without learning say at the logits reached, and what is true. */
function measured({ arms, seed, held: count }, { p }) {
  const expected = expectedReward(p, arms);
  const baselines = [0, expected];
  const samples = sampled(p, arms, seed, count, baselines);
  return {
    arms,
    p,
    count,
    expected,
    exact: enumerated(p, arms, 0).mean,
    variances: baselines.map((b) => enumerated(p, arms, b).variance),
    samples,
    means: samples.map(({ means }) => means.at(-1)?.[1]),
  };
}

const total = (numbers) => numbers.reduce((sum, x) => sum + x, 0);

// One pull at a time at first, where every one tells; up to ten later.
const pace = (pulls) => Math.min(10, 1 + Math.floor(pulls / 30));

export { learn, measured, checking, learning, total }; // for the tests
export default { render };
