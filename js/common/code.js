// Text in which `code` stands between backticks.
import { html } from "./dom.js";

export const code = (text) => text.split("`").map((part, i) => (i % 2 ? html("code", {}, part) : part));
