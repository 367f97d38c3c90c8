// Bundle every explorable into the package, so that learners never need Node: `node build.mjs [output folder]`.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: {
    graph_explorer: here("graph_explorer/index.js"),
    gradient_descent: here("gradient_descent/index.js"),
    explorables: here("common/explorables.css"),
  },
  outdir: process.argv[2] ?? here("../backprop_lib/explorables/static"),
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "eof",
  logLevel: "warning",
});
