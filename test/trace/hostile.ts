/**
 * Texts as they may come from outside, and what a terminal makes of a line.
 *
 * @module
 */
import fc from "fast-check";

/** Sequences that control, hide or reorder; names that are long, escaped, or one label; scripts that are wide. */
export function hostileText(): fc.Arbitrary<string> {
  const letter = fc.constantFrom("a", "b", "-", "7", "\\.", "\\032");
  const label = fc.string({ unit: letter, minLength: 1, maxLength: 30 });
  const name = fc
    .array(label, { minLength: 1, maxLength: 12 })
    .map((labels) => `${labels.join(".")}.`);
  const control = fc.constantFrom(
    "\x1b[31m",
    "\x1b]0;title\x07",
    "\r\n",
    "\u009b2J",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\u0000",
    "\ud800",
    "\u2028",
    "\t",
  );
  const wide = fc.constantFrom("名前", "한국어", "😀", "e\u0301", "\u3000", "ﬁ");
  const word = fc.oneof(
    name,
    control,
    wide,
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({ maxLength: 120 }),
    fc.integer({ min: 1, max: 300 }).map((length) => "x".repeat(length)),
  );
  return fc
    .tuple(fc.array(word, { maxLength: 6 }), fc.constantFrom("", " ", ": ", "/"))
    .map(([words, between]) => words.join(between));
}

/** Columns that a terminal takes at least: two for what Unicode calls wide, one for all else but marks. */
function columnsAtLeast(line: string): number {
  let sum = 0;
  for (const char of line) sum += WIDE.test(char) ? 2 : MARK.test(char) ? 0 : 1;
  return sum;
}

/** The lines that no terminal should get: wider than 80 columns, or with a control or formatting character. */
export function unfitLines(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => columnsAtLeast(line) > 80 || /[\p{Cc}\p{Cf}]/u.test(line));
}

/** Without the sequences that colour, and no others. */
export function withoutRendition(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences that are taken away begin with one
  return text.replace(/\x1b\[(?:0|1|2|33|1;31|1;32)m/g, "");
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]/u;
const MARK = /\p{M}/u;
