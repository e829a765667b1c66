/**
 * What the browser keeps from visit to visit: the theme, and the names that were asked.
 *
 * @module
 */
const THEME = "ndots-theme";
const HISTORY = "ndots-history";

/** As many names as a person looks through. */
const MOST_NAMES = 20;

export function storedTheme(): string {
  return read(THEME) ?? "system";
}

export function storeTheme(theme: string): void {
  const root = document.documentElement.dataset;
  if (theme === "light" || theme === "dark") {
    root.theme = theme;
    write(THEME, theme);
    return;
  }
  delete root.theme;
  write(THEME, undefined);
}

/** Newest first. */
export function storedHistory(): readonly string[] {
  try {
    const list: unknown = JSON.parse(read(HISTORY) ?? "[]");
    return Array.isArray(list)
      ? list.filter((one) => typeof one === "string").slice(0, MOST_NAMES)
      : [];
  } catch {
    return [];
  }
}

export function remember(name: string): readonly string[] {
  const list = [name, ...storedHistory().filter((one) => one !== name)].slice(0, MOST_NAMES);
  write(HISTORY, JSON.stringify(list));
  return list;
}

function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Storage may be forbidden or full: then nothing is kept. */
function write(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}
