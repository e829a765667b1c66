/**
 * Text from outside as it may stand in a sentence of ours, in a log and on a terminal.
 *
 * @module
 */

/** Control characters, and what turns the direction of the text that follows: terminals and logs act upon them. */
const ACTING = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** The same, but for tabs and the ends of lines. */
const ACTING_IN_LINES = /\r(?!\n)|[^\P{Cc}\t\r\n]|[\u2028-\u202e\u2066-\u2069]/gu;

/** `text` on one line, what would act as `\u001b`, and cut to `most` characters. */
export function printable(text: string, most: number): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return short.toWellFormed().replace(ACTING, escaped);
}

/** A whole text in its lines, what would act as `\u001b`. */
export function printableLines(text: string): string {
  return text.replace(ACTING_IN_LINES, escaped);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
