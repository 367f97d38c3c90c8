// Bundle every explorable into the package, so that learners never need Node: `node build.mjs [output folder]`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = process.argv[2] ?? here("../backprop_lib/explorables/static");

const { metafile } = await build({
  entryPoints: { ...explorables(), explorables: here("common/explorables.css") },
  outdir,
  absWorkingDir: here("."),
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "none", // licences.txt has them all
  logLevel: "warning",
  metafile: true,
});

writeFileSync(join(outdir, "licences.txt"), licences(Object.keys(metafile.inputs)));

// Each folder with an index.js is an explorable of that name.
function explorables() {
  const names = readdirSync(here(".")).filter((name) => existsSync(here(`${name}/index.js`)));
  return Object.fromEntries(names.sort().map((name) => [name, here(`${name}/index.js`)]));
}

// What is bundled keeps its licence: each text once, under the packages that it covers.
function licences(inputs) {
  const folders = new Set(inputs.flatMap((path) => path.match(/^node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []));
  const packages = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version } = JSON.parse(readFileSync(here(`${folder}/package.json`), "utf8"));
    const files = readdirSync(here(folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file));
    const text = files.map((file) => readFileSync(here(`${folder}/${file}`), "utf8").trim()).join("\n\n");
    packages.set(text, [...(packages.get(text) ?? []), `${name} ${version}`]);
  }
  return [...packages]
    .map(([text, names]) => `${names.join("\n")}\n\n${text}\n`)
    .join(`\n${"-".repeat(78)}\n\n`);
}
