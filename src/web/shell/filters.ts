/**
 * What text goes through behind a pipe: grep, head, tail, sort, wc. They also read the Pod's files.
 *
 * @module
 */
import { err, ok, type Result } from "../../result.ts";
import { readFile } from "./files.ts";
import { compilePattern } from "./pattern.ts";
import { type Command, type Line, linesOf, type Ran, type Scene, said } from "./session.ts";

type Filter = (
  lines: readonly Line[],
  has: (flag: string) => boolean,
  word: string,
) => readonly Line[] | number;

/**
 * @param flags letters that may stand behind a dash
 * @param ahead whether the first word is not a file's name
 */
function filter(tool: string, flags: string, ahead: boolean, run: Filter): Command {
  return async (args, scene): Promise<Ran> => {
    const isFlag = (arg: string): boolean => /^-[a-zA-Z]+$/.test(arg);
    const letters = args.filter(isFlag).join("");
    const wrong = [...letters].find((letter) => letter !== "-" && !flags.includes(letter));
    const words = args.filter((arg) => !isFlag(arg));
    if (wrong !== undefined || (ahead && words.length === 0)) {
      const wanted = `${flags === "" ? "" : `-${flags} `}${ahead ? "PATTERN " : ""}[FILE]...`;
      return said(`${tool}: takes ${wanted}: received ${args.join(" ") || "nothing"}`, 2);
    }
    const input = await inputOf(ahead ? words.slice(1) : words, scene);
    if (!input.ok) return said(`${tool}: ${input.error}`, 2);
    const output = run(input.value, (flag) => letters.includes(flag), words[0] ?? "");
    if (typeof output === "number") return said(`${output}`);
    return { lines: output, status: tool === "grep" && output.length === 0 ? 1 : 0 };
  };
}

export const grep = filter("grep", "cFinv", true, (lines, has, pattern) => {
  const matches = compilePattern(pattern, { ignoreCase: has("i"), fixed: has("F") });
  const found = lines
    .map((line, at) => (has("n") ? { ...line, text: `${at + 1}:${line.text}` } : line))
    .filter((_, at) => matches(lines[at]?.text ?? "") !== has("v"));
  return has("c") ? found.length : found;
});

/** In the order of code points, as in the C locale. */
export const sort = filter("sort", "ru", false, (lines, has) => {
  const sorted = lines.toSorted((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const kept = sorted.filter((line, at) => !has("u") || line.text !== sorted[at - 1]?.text);
  return has("r") ? kept.reverse() : kept;
});

export const wc = filter("wc", "l", false, (lines) => lines.length);

export const head = part("head", (lines, count) => lines.slice(0, count));

export const tail = part("tail", (lines, count) => lines.slice(Math.max(0, lines.length - count)));

/** `-n 3`, `-n3` and `-3`. */
function part(
  tool: string,
  take: (lines: readonly Line[], count: number) => readonly Line[],
): Command {
  return (args, scene) => {
    const [, digits, rest = ""] = /^-n? ?([0-9]{1,9})(?: (.*))?$/.exec(args.join(" ")) ?? [];
    const words = digits === undefined ? args : rest.split(" ").filter((word) => word !== "");
    const count = Number(digits ?? 10);
    return filter(tool, "", false, (lines) => take(lines, count))(words, scene);
  };
}

/** The lines of the named files, or what came through the pipe. */
async function inputOf(
  paths: readonly string[],
  scene: Scene,
): Promise<Result<readonly Line[], string>> {
  if (paths.length === 0) {
    return scene.input === undefined
      ? err("nothing comes through a pipe: name a file, such as /etc/resolv.conf")
      : ok(scene.input);
  }
  const lines: Line[] = [];
  for (const path of paths) {
    const text = await readFile(path, scene);
    if (!text.ok) return text;
    lines.push(...linesOf(text.value));
  }
  return ok(lines);
}
