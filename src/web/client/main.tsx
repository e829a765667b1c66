/**
 * Takes over the page that the server has drawn.
 *
 * @module
 */
import { render } from "hono/jsx/dom";
import { addressOf } from "../address.ts";
import { lifeOfOwnPage } from "../cluster/own.ts";
import type { Embedded } from "../page.ts";
import { LiveExplorer } from "./live.tsx";

const embedded = document.getElementById("embedded");
const root = document.getElementById("explorer");
if (embedded !== null && root !== null) {
  const first = JSON.parse(embedded.textContent ?? "") as Embedded;
  // The address that was asked may be of any life; this one is of what is seen.
  if (lifeOfOwnPage(location.search) === undefined) {
    history.replaceState(null, "", addressOf(first.life) + location.hash);
  }
  render(<LiveExplorer first={first} />, root);
}
