// Play and pause: beats at a pace of their own, and none for those who want nothing to move.
import { button, setIcon } from "./controls.js";

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * beat: called once every `pace` milliseconds while it plays.  jump: called in its place, once, where nothing may
 * move; `jumpLabel` says what that does.  begin: called before either, to clear the way.
 * status: the element that is read out once it stands still.
 * Returns { element, pause(), leave() }: the button; `pause` does no harm where nothing plays.
 */
export function playing({ pace, begin = () => {}, beat, jump, jumpLabel, status }) {
  let frame = null;
  const label = () => (still() ? jumpLabel : "play");
  const element = button({ icon: "play", label: label(), tell: () => (frame === null ? play() : pause()) });

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
    setIcon(element, "play", label());
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
