// A stand-in for the model and the loader that anywidget gives to a widget's module: no kernel, no Jupyter.
// `window.mountWidget(state, id)` draws a widget and leaves the model in `window.model` for the tests.

class FakeModel {
  constructor(state) {
    this.state = state;
    this.listeners = new Map(); // event name -> Set of callbacks
    this.changed = new Set(); // set since the last save_changes
    this.saved = []; // what a kernel would have received, one object a save
    this.sent = []; // custom messages
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    const values = typeof name === "object" ? name : { [name]: value };
    for (const [key, next] of Object.entries(values)) {
      if (JSON.stringify(this.state[key]) === JSON.stringify(next)) continue;
      this.state[key] = next;
      this.changed.add(key);
      this.emit(`change:${key}`, this, next);
      this.emit("change", this);
    }
  }

  save_changes() {
    if (!this.changed.size) return;
    this.saved.push(Object.fromEntries([...this.changed].map((key) => [key, this.state[key]])));
    this.changed.clear();
  }

  send(content) {
    this.sent.push(content);
  }

  on(names, callback) {
    for (const name of names.split(/\s+/)) {
      if (!this.listeners.has(name)) this.listeners.set(name, new Set());
      this.listeners.get(name).add(callback);
    }
  }

  // As Backbone's: without a name every listener goes, without a callback all of that name.
  off(names, callback) {
    if (!names) {
      for (const callbacks of this.listeners.values())
        callback ? callbacks.delete(callback) : callbacks.clear();
      return;
    }
    for (const name of names.split(/\s+/)) {
      if (callback) this.listeners.get(name)?.delete(callback);
      else this.listeners.delete(name);
    }
  }

  emit(name, ...details) {
    for (const callback of [...(this.listeners.get(name) ?? [])]) callback(...details);
  }

  listenerCount() {
    return [...this.listeners.values()].reduce((sum, callbacks) => sum + callbacks.size, 0);
  }
}

// Binary traits travel as {"$base64": "..."} and reach the module as a DataView, as in Jupyter.
function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== "object") return value;
  if ("$base64" in value) {
    const bytes = Uint8Array.from(atob(value.$base64), (character) => character.charCodeAt(0));
    return new DataView(bytes.buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
}

async function loadModule(esm) {
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  URL.revokeObjectURL(url);
  return typeof widget === "function" ? widget() : widget;
}

window.mountWidget = async (state, id = "widget") => {
  const { _esm, _css, ...traits } = decode(state);
  const style = document.createElement("style");
  style.textContent = _css ?? "";
  document.head.append(style);

  const model = new FakeModel(traits);
  const controller = new AbortController();
  const { signal } = controller;
  const el = document.getElementById(id);
  const widget = await loadModule(_esm);
  const undoInitialize = await widget.initialize?.({ model, signal, experimental: {} });
  const undoRender = await widget.render?.({ model, el, signal, experimental: {} });

  window.model = model;
  // What Jupyter does when the output is cleared.
  window.unmountWidget = async () => {
    controller.abort();
    await undoRender?.();
    if (typeof undoInitialize === "function") await undoInitialize();
    el.replaceChildren();
  };
};
