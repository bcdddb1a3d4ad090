// Bundles the style sheets and scripts of this folder into app/static, which is never committed.
// `node app/assets/build.mjs` builds once, minified; `--watch` rebuilds on every change, with source maps.
import { context } from "esbuild";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const watching = process.argv.includes("--watch");

// A script directly in js/ is loaded by a page; what pages share lies in js/parts/.
const scripts = (await readdir(join(here, "js"))).filter((name) => name.endsWith(".js"));

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await cp(join(here, "img"), out, { recursive: true });

const bundle = await context({
  entryPoints: [join(here, "css", "podium.css"), ...scripts.map((name) => join(here, "js", name))],
  outdir: out,
  entryNames: "[name]",
  // What only some visitors need is fetched when they do; its name changes with its content.
  splitting: true,
  chunkNames: "[name]-[hash]",
  bundle: true,
  format: "esm",
  minify: !watching,
  sourcemap: watching,
  target: ["chrome111", "firefox121", "safari16.4"],
  logLevel: "info",
});
if (watching) {
  await bundle.watch();
} else {
  await bundle.rebuild();
  await bundle.dispose();
}
