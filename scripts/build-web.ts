/**
 * Bundles the page's scripts and style into `dist/web`: `public/` is what is served as it lies there, and
 * `manifest.json` says what the files of this build are called.
 *
 * Runs before each build, start and test; it writes only what has changed, so that a watching build does not go round.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type OutputFile, type Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUTPUT = `${ROOT}dist/web`;

const TARGET = "es2023";

interface Asset {
  /** With a hash of its content: what has a name is the same for ever. */
  readonly file: string;
  readonly body: string;
}

/** For Workers, whose static assets take their headers from a file. */
const HEADERS = `/assets/*
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
`;

/** The components are written for `hono/jsx`, whose twin for the browser has hooks that draw again. */
const inBrowser: Plugin = {
  name: "hono/jsx in the browser",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^hono\/jsx(?:\/jsx-runtime)?$/ }, ({ path, importer, kind, resolveDir }) =>
      resolve(path.replace("hono/jsx", "hono/jsx/dom"), { importer, kind, resolveDir }),
    );
  },
};

const named: Readonly<Record<string, Asset>> = {
  boot: await script("src/web/client/boot.ts", "boot"),
  style: await style("src/web/style.css", "style"),
};
const [explorer, ...parts] = await modules("src/web/client/main.tsx", "explorer");
const files = [...Object.values(named), explorer, ...parts];
mkdirSync(`${OUTPUT}/public/assets`, { recursive: true });
for (const { file, body } of files) write(`public/assets/${file}`, body);
write("public/_headers", HEADERS);
const manifest = {
  ...Object.fromEntries(Object.entries(named).map(([key, asset]) => [key, addressOf(asset)])),
  script: addressOf(explorer),
  parts: parts.map(addressOf),
};
write("manifest.json", `${JSON.stringify(manifest, undefined, 2)}\n`);
// What earlier builds have left.
const current = new Set(files.map(({ file }) => file));
for (const file of readdirSync(`${OUTPUT}/public/assets`)) {
  if (!current.has(file)) rmSync(`${OUTPUT}/public/assets/${file}`);
}

function addressOf({ file }: Asset): string {
  return `/assets/${file}`;
}

async function script(entry: string, name: string): Promise<Asset> {
  const [{ text }] = await bundle(entry, { format: "iife", target: TARGET });
  return withHash(name, "js", text);
}

async function style(entry: string, name: string): Promise<Asset> {
  const [{ text }] = await bundle(entry, {});
  return withHash(name, "css", text);
}

/** The entry first, then what it loads: some with it, the rest when it is wanted. */
async function modules(entry: string, name: string): Promise<readonly [Asset, ...Asset[]]> {
  const built = await bundle(entry, {
    format: "esm",
    splitting: true,
    outdir: OUTPUT,
    entryNames: `${name}-[hash]`,
    chunkNames: "[name]-[hash]",
    plugins: [inBrowser],
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    target: TARGET,
  });
  const assets = built.map(({ path, text }) => ({ file: basename(path), body: text }));
  const own = assets.find(({ file }) => file.startsWith(`${name}-`));
  if (own === undefined) throw new Error(`${entry} was not built`);
  return [own, ...assets.filter((asset) => asset !== own)];
}

type Built = readonly [OutputFile, ...OutputFile[]];

async function bundle(entry: string, options: BuildOptions): Promise<Built> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    charset: "utf8",
    legalComments: "none",
    ...options,
  });
  return outputFiles as unknown as Built;
}

function withHash(name: string, ending: string, body: string): Asset {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 10);
  return { file: `${name}-${hash}.${ending}`, body };
}

function write(path: string, text: string): void {
  const file = `${OUTPUT}/${path}`;
  if (existing(file) !== text) writeFileSync(file, text);
}

function existing(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
