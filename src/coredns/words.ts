/**
 * The words of a Caddyfile: what its lexer makes of a text.
 *
 * Words stand between white space. A word that begins with `"` goes on to the next `"`, over lines too, and
 * `\"` is the only escape in it. `#` outside quotes ends the line, also behind a word. There is no
 * continuation of lines, and a quoted brace is a brace (caddyfile/lexer.go).
 *
 * @module
 */

export interface Word {
  readonly text: string;
  /** Where the word begins, from 1. */
  readonly line: number;
  /** The imported file; absent for the Corefile itself. */
  readonly file?: string;
}

export function words(text: string, file?: string): Word[] {
  const found: Word[] = [];
  const scan: Scan = { text, at: text.startsWith("\ufeff") ? 1 : 0, line: 1 };
  for (;;) {
    const word = nextWord(scan);
    if (word === undefined) return found;
    found.push(file === undefined ? word : { ...word, file });
  }
}

/** Whether `word` begins a new line behind `before`, which may itself go over lines. */
export function startsLine(before: Word | undefined, word: Word): boolean {
  if (before === undefined || before.file !== word.file) return true;
  return lastLine(before) < word.line;
}

/** Whether `word` is an argument of what `before` ends. */
export function sameLine(before: Word, word: Word): boolean {
  return before.file === word.file && lastLine(before) === word.line;
}

/** `{$NAME}` and `{%NAME%}` are environment variables; CoreDNS's pods have none that matter, so they are empty. */
export function withoutEnvironment(text: string): string {
  return without(without(text, "{%", "%}"), "{$", "}");
}

interface Scan {
  readonly text: string;
  at: number;
  line: number;
}

const SPACE = /\s/;

function nextWord(scan: Scan): Word | undefined {
  skipToWord(scan);
  if (scan.at >= scan.text.length) return undefined;
  const line = scan.line;
  const quoted = scan.text[scan.at] === '"';
  if (quoted) scan.at++;
  const text = quoted ? quotedWord(scan) : plainWord(scan);
  return text === undefined ? undefined : { text, line };
}

function skipToWord(scan: Scan): void {
  for (; scan.at < scan.text.length; scan.at++) {
    const char = scan.text[scan.at] as string;
    if (char === "#") {
      const end = scan.text.indexOf("\n", scan.at);
      scan.at = end < 0 ? scan.text.length : end;
      if (end < 0) return;
      scan.line++;
    } else if (char === "\n") {
      scan.line++;
    } else if (!SPACE.test(char)) {
      return;
    }
  }
}

function plainWord(scan: Scan): string {
  let word = "";
  for (; scan.at < scan.text.length; scan.at++) {
    const char = scan.text[scan.at] as string;
    if (char === "\r") continue;
    if (char === "#" || SPACE.test(char)) break;
    word += char;
  }
  return word;
}

/** Undefined where the text ends before the quote holds anything; an open quote goes to the end of the text. */
function quotedWord(scan: Scan): string | undefined {
  let word = "";
  while (scan.at < scan.text.length) {
    const char = scan.text[scan.at++] as string;
    if (char === '"') return word;
    if (char === "\n") scan.line++;
    if (char === "\\" && scan.text[scan.at] === '"') {
      scan.at++;
      word += '"';
    } else {
      word += char;
    }
  }
  return word === "" ? undefined : word;
}

function lastLine(word: Word): number {
  let line = word.line;
  for (let at = word.text.indexOf("\n"); at >= 0; at = word.text.indexOf("\n", at + 1)) line++;
  return line;
}

/** References without a name stay, and so does what stands behind one. */
function without(text: string, open: string, close: string): string {
  let kept = "";
  let from = 0;
  for (;;) {
    const start = text.indexOf(open, from);
    const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
    if (end <= start + open.length) return kept + text.slice(from);
    kept += text.slice(from, start);
    from = end + close.length;
  }
}
