// In JupyterLab a link opens its notebook in a tab, without loading the page again. Elsewhere it is a plain link.

const IN_LAB = /^(?:lab|doc)(?:\/workspaces\/[^/]+)?(?:\/tree\/(.*))?$/;

/**
 * The path, as JupyterLab counts it, of a file beside the notebook that is open; null outside of JupyterLab.
 * pathname: the page's.  base: that of the server.
 */
export function besideThis(file, pathname, base) {
  const here = pathname.startsWith(base) ? IN_LAB.exec(pathname.slice(base.length)) : null;
  if (!here) return null;
  return decodeURIComponent(here[1] ?? "").replace(/[^/]*$/, "") + file;
}

/** Tell JupyterLab what to do with the click that is under way: it looks for these two when it gets there. */
export function openInLab(link, file) {
  const config = document.getElementById("jupyter-config-data");
  if (!config) return;
  const { pathname } = new URL(JSON.parse(config.textContent).baseUrl ?? "/", location.href);
  const path = besideThis(file, location.pathname, pathname);
  if (path === null) return;
  link.setAttribute("data-commandlinker-command", "docmanager:open");
  link.setAttribute("data-commandlinker-args", JSON.stringify({ path }));
}
