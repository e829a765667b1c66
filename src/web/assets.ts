/**
 * What the files of the page are called, as `scripts/build-web.ts` has made them.
 *
 * They are served by the runtime, before any request comes to the service: on Workers as static assets, on Deno by
 * `runtime/deno/assets.ts`.
 *
 * @module
 */
import manifest from "../../dist/web/manifest.json" with { type: "json" };

const { parts, ...named } = manifest;

/** What a page names: `{ style: "/assets/style-1a2b3c4d5e.css" }`. */
export const ASSETS: Readonly<Record<"boot" | "script" | "style", string>> = named;

/** All, with the parts that the script loads. */
export const ASSET_PATHS: ReadonlySet<string> = new Set([...Object.values(named), ...parts]);
