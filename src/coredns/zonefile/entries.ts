/**
 * The entries of a zone file: its lines, where parentheses join several into one and `;` begins a comment (RFC 1035 §5.1).
 *
 * @module
 */
import { type Word, words } from "../../dns/text.ts";
import { err, ok, type Result } from "../../result.ts";

export interface Entry {
  /** Where it begins, from 1. */
  readonly line: number;
  /** The line begins with a blank: the owner is the one before. */
  readonly blankOwner: boolean;
  /** One at least. */
  readonly words: readonly Word[];
}

export interface ZoneFileError {
  readonly line: number;
  /** A sentence without its full stop. */
  readonly message: string;
}

/** The entries one after the other; after an error there are no more. */
export function* entries(text: string): Generator<Result<Entry, ZoneFileError>, void> {
  const scan: Scan = { text, at: 0, line: 1 };
  while (scan.at < text.length) {
    const line = scan.line;
    const joined = joinedLine(scan);
    if (!joined.ok) return yield err({ line, message: joined.error });
    const split = words(joined.value);
    if (!split.ok) return yield err({ line, message: split.error });
    if (split.value.length === 0) continue;
    yield ok({ line, blankOwner: /^[ \t]/.test(joined.value), words: split.value });
  }
}

interface Scan {
  readonly text: string;
  at: number;
  line: number;
}

/** One line without its comments, further ones in parentheses with it; line ends in quotes are kept. */
function joinedLine(scan: Scan): Result<string, string> {
  const { text } = scan;
  let joined = "";
  let depth = 0;
  let inQuotes = false;
  for (; scan.at < text.length; scan.at++) {
    const char = text[scan.at] as string;
    if (char === "\n") scan.line++;
    if (char === "\\") {
      joined += char + (text[++scan.at] ?? "");
      if (text[scan.at] === "\n") scan.line++;
    } else if (char === '"' || inQuotes) {
      if (char === '"') inQuotes = !inQuotes;
      joined += char;
    } else if (char === ";") {
      const end = text.indexOf("\n", scan.at);
      scan.at = (end < 0 ? text.length : end) - 1;
    } else if (char === "\n") {
      if (depth > 0) {
        joined += " ";
        continue;
      }
      scan.at++;
      return ok(joined);
    } else {
      if (char === "(") depth++;
      if (char === ")" && --depth < 0) return err("a closing parenthesis has no opening one");
      joined += char;
    }
  }
  return depth > 0 ? err("a parenthesis is not closed") : ok(joined);
}
