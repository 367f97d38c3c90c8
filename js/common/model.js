// What every explorable does with its traits.

/**
 * Tell Python, once for all that changes together. Without a kernel nobody listens, and the explorable goes on.
 * In the same breath, not in the next frame: the echo of an older message would undo what has not been sent.
 */
export function reporter(model) {
  let waiting = false;
  return (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      try {
        model.save_changes();
      } catch {
        // The kernel is gone.
      }
    });
  };
}

/** Listen to several traits, once for all that change together; returns a function that stops listening. */
export function listen(model, names, heard) {
  const events = names.map((name) => `change:${name}`);
  let waiting = false;
  const gather = () => {
    if (waiting) return;
    waiting = true;
    // A microtask: after the handler that is running, and before the next picture.
    queueMicrotask(() => {
      waiting = false;
      heard();
    });
  };
  for (const event of events) model.on(event, gather);
  return () => events.forEach((event) => model.off(event, gather));
}

/** Run a drawing; an error is shown in the widget in place of being lost in the console. */
export function guarded(element, draw) {
  return (...all) => {
    try {
      return draw(...all);
    } catch (problem) {
      element.replaceChildren(`This picture could not be drawn: ${problem.message}. Run its cell again.`);
      throw problem;
    }
  };
}
