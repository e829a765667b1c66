/**
 * What a click on a link does where the service could not do it: lives of the visitor's own cluster are asked for with it.
 *
 * @module
 */
import { isOwn, requestOf } from "./asked.ts";
import type { Own } from "./own.ts";

/** Links of the cluster's tab, and all of the own cluster, stay on the page. */
export function follow(
  event: MouseEvent,
  own: Own | undefined,
  open: (address: string) => void,
): void {
  const { target, ctrlKey, metaKey, shiftKey } = event;
  if (event.defaultPrevented || ctrlKey || metaKey || shiftKey) return;
  const link = target instanceof Element ? target.closest("a[href]") : null;
  const address = link?.getAttribute("href") ?? "";
  const asksOwn = isOwn(address, own);
  if (!asksOwn && !link?.closest(".cluster")) return;
  const form = /\/life(?:\.(\w+))?\?/.exec(address);
  if (form === null) return;
  event.preventDefault();
  if (form[1] === undefined) open(address);
  else void save(address, own, `life.${form[1]}`);
}

async function save(address: string, own: Own | undefined, name: string): Promise<void> {
  const request = await requestOf(address, own);
  if (!request.ok) return;
  try {
    saveBlob(await (await fetch(address, request.value)).blob(), name);
  } catch {
    // The service did not answer: there is nothing to save.
  }
}

export function saveText(text: string, name: string): void {
  saveBlob(new Blob([text]), name);
}

function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has begun with the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
