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
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUTPUT = `${ROOT}dist/web`;

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

const assets = {
  boot: await script("src/web/client/boot.ts", "boot", "iife"),
  script: await script("src/web/client/main.tsx", "explorer", "esm"),
  style: await style("src/web/style.css", "style"),
};
mkdirSync(`${OUTPUT}/public/assets`, { recursive: true });
for (const { file, body } of Object.values(assets)) write(`public/assets/${file}`, body);
write("public/_headers", HEADERS);
const names = Object.entries(assets).map(([key, { file }]) => [key, `/assets/${file}`]);
write("manifest.json", `${JSON.stringify(Object.fromEntries(names), undefined, 2)}\n`);
// What earlier builds have left.
const current = new Set(Object.values(assets).map(({ file }) => file));
for (const file of readdirSync(`${OUTPUT}/public/assets`)) {
  if (!current.has(file)) rmSync(`${OUTPUT}/public/assets/${file}`);
}

async function script(entry: string, name: string, format: "esm" | "iife"): Promise<Asset> {
  const body = await bundle(entry, {
    format,
    plugins: [inBrowser],
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    target: "es2023",
  });
  return named(name, "js", body);
}

async function style(entry: string, name: string): Promise<Asset> {
  return named(name, "css", await bundle(entry, {}));
}

async function bundle(entry: string, options: Parameters<typeof build>[0]): Promise<string> {
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
  return outputFiles?.[0]?.text ?? "";
}

function named(name: string, ending: string, body: string): Asset {
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
