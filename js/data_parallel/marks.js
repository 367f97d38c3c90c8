// What tells the workers apart: a form at the end of each way and at each name; the patterns are in the style sheet.
import { svg } from "../common/dom.js";

const FORMS = [
  "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1-5 0Z",
  "M-4.5-4.5H4.5V4.5H-4.5Z",
  "M0-5.8L5.4 4.2H-5.4Z",
  "M0-6.2L6.2 0L0 6.2L-6.2 0Z",
];

/** k: of worker k + 1. */
export const mark = (k) => svg("path", { class: "bp-mark", d: FORMS[k] });

export const framedMark = (k) =>
  svg("svg", { class: "bp-framed-mark", viewBox: "-7 -7 14 14", "aria-hidden": "true" }, mark(k));
