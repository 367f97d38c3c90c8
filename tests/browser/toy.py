"""A tiny explorable that does all that the real ones must, to test the tools on."""

import anywidget
import traitlets

ESM = """
function render({ model, el }) {
  const root = document.createElement("section");
  root.className = "backprop-explorable";
  root.setAttribute("aria-label", "A number and its square");
  root.innerHTML = `
    <svg width="600" height="60" role="img" aria-label="The square as a bar">
      <rect y="10" height="40" fill="#0072B2"/></svg>
    <p role="status"></p>
    <label>w <input type="range" min="-5" max="5" step="0.5" data-lm-suppress-shortcuts="true"></label>
    <button type="button" data-lm-suppress-shortcuts="true">Back</button>
    <button type="button" data-lm-suppress-shortcuts="true">Step</button>
    <button type="button" data-lm-suppress-shortcuts="true">Reset</button>`;
  const input = root.querySelector("input");
  const [back, step, reset] = root.querySelectorAll("button");
  const draw = () => {
    const w = model.get("w");
    input.value = w;
    input.setAttribute("aria-valuetext", `w = ${w}`);
    root.querySelector("rect").setAttribute("width", 10 + 20 * w * w);
    root.querySelector("p").textContent = `w = ${w}, w² = ${w * w}, ${model.get("trace").byteLength} bytes`;
  };
  const put = (w) => {
    model.set("w", Math.max(2, Math.min(5, w)));
    draw();
    model.save_changes();
  };
  input.addEventListener("input", () => put(Number(input.value)));
  back.addEventListener("click", () => put(model.get("w") - 0.5));
  step.addEventListener("click", () => put(model.get("w") + 0.5));
  reset.addEventListener("click", () => put(2));
  model.on("change:w", draw);
  draw();
  el.append(root);
  return () => model.off("change:w", draw);
}
export default { render };
"""

CSS = """
.backprop-explorable { color: var(--jp-ui-font-color1); padding: 8px; }
.backprop-explorable :focus-visible { outline: 3px solid var(--jp-brand-color1); }
"""


class Toy(anywidget.AnyWidget):
    """A number and its square."""

    _esm = ESM
    _css = CSS
    w = traitlets.Float(2.0).tag(sync=True)
    trace = traitlets.Bytes(b"abc").tag(sync=True)

    def __repr__(self):
        return f"w = {self.w:g}, w² = {self.w * self.w:g}"
