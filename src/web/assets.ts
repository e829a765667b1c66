/**
 * What the files of the page are called, as `scripts/build-web.ts` has made them.
 *
 * They are served by the runtime, before any request comes to the service: on Workers as static assets, on Deno by
 * `runtime/deno/assets.ts`.
 *
 * @module
 */
import manifest from "../../dist/web/manifest.json" with { type: "json" };

/** `{ style: "/assets/style-1a2b3c4d5e.css" }` */
export const ASSETS: Readonly<Record<"boot" | "script" | "style", string>> = manifest;
