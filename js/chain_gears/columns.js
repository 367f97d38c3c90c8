// The columns that the picture and the controls under it share.
import { html } from "../common/dom.js";

/** An empty train of columns for `count` stages, and what puts a part in the column of value or stage k. */
export function columns(count, kind = "") {
  const element = html("div", { class: `bp-train ${kind}`, style: `--bp-count: ${count + 1}` });
  element.classList.toggle("bp-many", count > 4);
  const put = (parent, k, offset, kind) => {
    const cell = html("span", { class: `bp-cell ${kind}` });
    cell.style.gridColumn = `${2 + 2 * k + offset} / span 2`;
    parent.append(cell);
    return cell;
  };
  const places = Array.from({ length: count + 1 }, (_, k) => k);
  return {
    element,
    atValues: (parent, kind) => places.map((k) => put(parent, k, 0, kind)),
    atStages: (parent, kind) => places.slice(1).map((k) => put(parent, k - 1, 1, kind)),
  };
}
