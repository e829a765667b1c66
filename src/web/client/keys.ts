/**
 * Which step a key leads to.
 *
 * @module
 */

/** Undefined where the key is no one's of ours, or belongs to what has the focus. */
export function stepByKey(event: KeyboardEvent, at: number, count: number): number | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (isTyping(event.target)) return undefined;
  switch (event.key) {
    case "ArrowRight":
      return Math.min(at + 1, count - 1);
    case "ArrowLeft":
      return Math.max(at - 1, 0);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    case " ":
      // A button or a link takes the space bar for itself.
      return isPressed(event.target) ? undefined : Math.min(at + 1, count - 1);
    default:
      return undefined;
  }
}

/** The tab that an arrow leads to, going round; the key is then used up. */
export function tabByKey(
  event: KeyboardEvent,
  ids: readonly string[],
  at: number,
): string | undefined {
  const last = ids.length - 1;
  const to = new Map([
    ["ArrowRight", at === last ? 0 : at + 1],
    ["ArrowLeft", at === 0 ? last : at - 1],
    ["Home", 0],
    ["End", last],
  ]).get(event.key);
  if (to === undefined) return undefined;
  event.preventDefault();
  event.stopPropagation();
  return ids[to];
}

export function focusTab(): void {
  document.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable], [role=log]") !== null
  );
}

function isPressed(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, summary") !== null;
}
