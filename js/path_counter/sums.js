// The two ways of going back, side by side in numbers, and how far the paths have added up.
import { html, write } from "../common/dom.js";
import { number, raise, signed } from "../common/numbers.js";
import {
  backward,
  brief,
  count,
  pathsOf,
  product,
  route,
  sumTo,
  visitsOf,
  visitsPathByPath,
  LOWER,
  UPPER,
} from "./counts.js";

const ROWS = { visits: "node visits", products: "products", gradient: "dq/dx" };

/** Returns { element, update(n, k) }. */
export function sums() {
  const cells = Object.fromEntries(
    Object.keys(ROWS).map((row) => {
      const kind = row === "gradient" ? "bp-gradient" : "";
      return [row, [html("td", { class: kind }), html("td", { class: kind })]];
    }),
  );
  const head = html(
    "tr",
    {},
    html("th", { scope: "col" }, ""),
    html("th", { scope: "col" }, "path by path"),
    html("th", { scope: "col" }, "each waits"),
  );
  const body = Object.entries(ROWS).map(([row, name]) =>
    html("tr", {}, html("th", { scope: "row" }, name), ...cells[row]),
  );
  const table = html("table", { class: "bp-table" }, html("thead", {}, head), html("tbody", {}, ...body));
  const path = html("div", { class: "bp-product" });
  const before = html("div", { class: "bp-sum-before" });
  const now = html("div", { class: "bp-sum-now" });
  const bar = html("div", { class: "bp-sum", "aria-hidden": "true" }, before, now);
  const sum = html("div", { class: "bp-product" });

  function update(n, k) {
    const all = pathsOf(n);
    const total = backward(n)[0];
    const put = (row, first, second) => [first, second].forEach((text, i) => write(cells[row][i], text));
    put("visits", count(visitsPathByPath(n)), count(visitsOf(n)));
    put("products", count(visitsPathByPath(n) - 1), count(4 * n));
    put("gradient", signed(sumTo(n, all)), signed(total));
    const lower = route(n, k).filter(Boolean).length;
    write(path, `path ${brief(k)}: ${factors(n - lower, lower)}${signed(product(n, k))}`);
    const share = (x) => `${(100 * x) / total}%`;
    before.style.width = share(sumTo(n, k) - product(n, k));
    now.style.width = share(product(n, k));
    write(
      sum,
      `${k === 1 ? "path 1 alone" : `paths 1 to ${brief(k)}`}: ${signed(sumTo(n, k))} of ${signed(total)}`,
    );
  }
  return { element: html("div", { class: "bp-sums" }, table, path, bar, sum), update };
}

// 0.9⁶ × 0.6⁴ =
function factors(upper, lower) {
  const raised = (slope, times) => {
    return times > 0 ? [`${number(slope)}${times > 1 ? raise(times) : ""}`] : [];
  };
  const both = [...raised(UPPER, upper), ...raised(LOWER, lower)];
  return both.length > 0 ? `${both.join(" × ")} = ` : "";
}
