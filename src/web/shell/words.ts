/**
 * A command line taken apart: words, quotes and pipes, as sh(1) has them (POSIX.1-2024, Shell Command Language, 2.2 and 2.3).
 *
 * What else a shell's grammar has is refused by name, never taken for a word.
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";

/** The commands of a pipeline, each as its words; empty for a blank line or a comment. */
export type Pipeline = readonly (readonly string[])[];

/** Characters that a command line may have. */
export const LONGEST_LINE = 4096;

/** @param status what `$?` stands for */
export function readLine(line: string, status: number): Result<Pipeline, string> {
  if (line.length > LONGEST_LINE) {
    return err(`a line has at most ${LONGEST_LINE} characters: received ${line.length}`);
  }
  const commands: string[][] = [[]];
  let word: string | undefined;
  const end = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    if (char === " " || char === "\t") {
      end();
    } else if (char === "#" && word === undefined) {
      break;
    } else if (char === "|") {
      end();
      if (line[at + 1] === "|") return err(unknownGrammar("||"));
      if (commands.at(-1)?.length === 0) return err('syntax error: unexpected "|"');
      commands.push([]);
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(line, at, status);
      if (!quoted.ok) return quoted;
      word = (word ?? "") + quoted.value.text;
      at = quoted.value.at;
    } else if (char === "\\") {
      word = (word ?? "") + (line[++at] ?? "");
    } else if (line.startsWith("$?", at)) {
      word = `${word ?? ""}${status}`;
      at++;
    } else if (";&<>()`$".includes(char)) {
      return err(unknownGrammar(char));
    } else {
      word = (word ?? "") + char;
    }
  }
  end();
  const last = commands.at(-1);
  if (last?.length === 0 && commands.length > 1) {
    return err("syntax error: unexpected end of line after |");
  }
  return ok(last?.length === 0 ? [] : commands);
}

/** The words before `at`, and the one that is being typed there: what completion needs. */
export function wordsBefore(
  line: string,
  at: number,
): { readonly words: readonly string[]; readonly typed: string } {
  const command = line.slice(0, at).split("|").at(-1) ?? "";
  const words = command.trimStart().split(/[ \t]+/);
  return { words: words.slice(0, -1), typed: words.at(-1) ?? "" };
}

/** What stands between the quote at `start` and its other one, whose place it gives. */
function readQuoted(
  line: string,
  start: number,
  status: number,
): Result<{ text: string; at: number }, string> {
  const quote = line[start];
  let text = "";
  for (let at = start + 1; at < line.length; at++) {
    const char = line[at] as string;
    if (char === quote) return ok({ text, at });
    if (quote === "'") {
      text += char;
    } else if (char === "\\" && '"\\$`'.includes(line[at + 1] ?? " ")) {
      text += line[++at];
    } else if (line.startsWith("$?", at)) {
      text += status;
      at++;
    } else if (char === "$" || char === "`") {
      return err(unknownGrammar(char));
    } else {
      text += char;
    }
  }
  return err("syntax error: unterminated quoted string");
}

function unknownGrammar(what: string): string {
  return `${what} is not known here: this shell takes a command with its words, quotes, $? and pipes`;
}
