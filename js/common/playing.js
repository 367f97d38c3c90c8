// Play and pause: beats at a pace of their own, and none for those who want nothing to move.
import { button, setIcon } from "./controls.js";
import { html } from "./dom.js";

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * beat: called once every `pace` milliseconds while it plays, or at every frame.  jump: called in its place, once,
 * where nothing may move; `label` and `jumpLabel` say what they do.  begin: called before either, to clear the way.
 * status: the element that is read out once it stands still.
 * Returns { element, pause(), leave() }: the button; `pause` does no harm where nothing plays.
 */
export function playing({ pace = 0, begin = () => {}, beat, jump, label = "play", jumpLabel, status }) {
  let frame = null;
  const said = () => (still() ? jumpLabel : label);
  const element = button({ icon: "play", label: said(), tell: () => (frame === null ? play() : pause()) });

  function play() {
    begin();
    if (still()) return jump();
    let last = -Infinity;
    const next = (now) => {
      frame = requestAnimationFrame(next);
      if (!element.checkVisibility()) return pause(); // its output was folded away
      if (now - last < pace) return;
      last = now;
      beat();
    };
    frame = requestAnimationFrame(next);
    setIcon(element, "pause", "pause");
    status.setAttribute("aria-live", "off");
  }

  function pause() {
    if (frame === null) return;
    cancelAnimationFrame(frame);
    frame = null;
    setIcon(element, "play", said());
    status.setAttribute("aria-live", "polite");
  }

  // A page that was left does not go on by itself when it is seen again.
  const hidden = () => document.hidden && pause();
  document.addEventListener("visibilitychange", hidden);
  const leave = () => {
    pause();
    document.removeEventListener("visibilitychange", hidden);
  };
  return { element, pause, leave };
}

/**
 * The row of a training: back to its beginning, `play` (of `playing`), one on, `settings`, reset.
 * what: one of those it takes, as "step".  Returns { element, one }: the row, and the button that takes one.
 */
export function playRow({ what, play, back, on, settings, reset }) {
  const one = button({ text: `one ${what}`, tell: () => (play.pause(), on()) });
  const element = html(
    "div",
    { class: "bp-row" },
    button({ icon: "first", label: `back to ${what} 0`, tell: back }),
    play.element,
    one,
    ...settings,
    button({ text: "reset", tell: reset }),
  );
  return { element, one };
}
