/**
 * grep's patterns as far as one types them at a prompt: characters, `.`, `.*`, `\|`, and `^` and `$` at the ends.
 *
 * What stands between two `.*` is sought from left to right and never again, so that no pattern takes longer than its
 * length times the line's; the browser's own RegExp would hang on `(a*)*b`.
 *
 * @module
 */
export interface PatternOptions {
  readonly ignoreCase: boolean;
  /** -F */
  readonly fixed: boolean;
}

interface Branch {
  /** Between `.*`; a character each, undefined for any. */
  readonly parts: readonly (readonly (string | undefined)[])[];
  readonly fromStart: boolean;
  readonly toEnd: boolean;
}

export function compilePattern(
  pattern: string,
  { ignoreCase, fixed }: PatternOptions,
): (text: string) => boolean {
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const folded = fold(pattern);
  const branches = fixed
    ? [{ parts: [[...folded]], fromStart: false, toEnd: false }]
    : folded.split("\\|").map(readBranch);
  return (text) => branches.some((branch) => matches(branch, [...fold(text)]));
}

function readBranch(text: string): Branch {
  const fromStart = text.startsWith("^");
  const toEnd = /(?<!\\)\$$/.test(text);
  const inner = text.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined);
  const parts = inner
    .split(/(?<!\\)\.\*/)
    .map((part) =>
      [...part.matchAll(/\\?(.)/gu)].map(([whole, char]) => (whole === "." ? undefined : char)),
    );
  return { parts, fromStart, toEnd };
}

function matches({ parts, fromStart, toEnd }: Branch, text: readonly string[]): boolean {
  const isAt = (part: Branch["parts"][number], at: number): boolean =>
    at + part.length <= text.length &&
    part.every((char, index) => char === undefined || char === text[at + index]);
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    let at = isLast && toEnd ? text.length - part.length : from;
    if (at < from) return false;
    const isFixed = (index === 0 && fromStart) || (isLast && toEnd);
    if (index === 0 && fromStart && at > 0) return false;
    while (!isAt(part, at)) if (isFixed || ++at + part.length > text.length) return false;
    from = at + part.length;
  }
  return true;
}
