/**
 * The page's files, as Workers serve theirs: before the service, and for ever.
 *
 * @module
 */
import { ASSET_PATHS } from "../../web/assets.ts";

const FOLDER = new URL("../../../dist/web/public/", import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=UTF-8",
  js: "text/javascript; charset=UTF-8",
};

/** Undefined where the request is for no file of this build. */
export function assetFor(request: Request): Promise<Response> | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  const at = request.url.lastIndexOf("/assets/");
  const path = request.url.slice(at);
  return at >= 0 && ASSET_PATHS.has(path) && new URL(request.url).pathname === path
    ? respond(path, request.method === "HEAD")
    : undefined;
}

async function respond(path: string, headOnly: boolean): Promise<Response> {
  const body = await Deno.readFile(new URL(`.${path}`, FOLDER));
  return new Response(headOnly ? null : body, {
    headers: {
      "content-type": TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream",
      "content-length": String(body.length),
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
    },
  });
}
