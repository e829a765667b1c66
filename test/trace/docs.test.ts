/**
 * The transcripts in the README and in docs/life.md are what the program prints.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { testService } from "../http/service.ts";

const DOC = readFileSync(new URL("../../docs/life.md", import.meta.url), "utf8");
const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** Each with a service of its own, whose caches are empty. */
async function ask(path: string): Promise<string> {
  const response = await testService().app.request(path);
  expect(response.status).toBe(200);
  return (await response.text()).trimEnd();
}

/** A line of three dots stands for any lines. */
function expectShown(block: string, text: string): void {
  let from = 0;
  for (const part of block.split(/^\s*…$/m).map((lines) => lines.replace(/^\n|\n$/g, ""))) {
    const at = text.indexOf(part, from);
    expect(at, `${part}\n\nis not what follows in\n\n${text.slice(from)}`).toBeGreaterThanOrEqual(
      0,
    );
    from = at + part.length;
  }
}

describe("the docs show what the program prints", () => {
  const runsOf = (text: string) => [
    ...text.matchAll(
      /^```console\n\$ curl -sS 'http:\/\/127\.0\.0\.1:8787(\/life[^']*)'\n([\s\S]*?)^```$/gm,
    ),
  ];
  const runs = [...runsOf(README), ...runsOf(DOC)];

  test("there are four transcripts", () => {
    expect(runs).toHaveLength(4);
  });

  test.each(runs.map(([, path = "", block = ""]) => ({ path, block })))(
    "$path",
    async ({ path, block }) => {
      const text = await ask(path);
      if (block.includes("…\n")) expectShown(block, text);
      else expect(text).toBe(block.trimEnd());
    },
  );

  test("and the table of /compare", async () => {
    const [, path = ""] = /^`(\/compare\?[^`]*)`/m.exec(DOC) ?? [];
    const [, block = ""] = /^```text\n([\s\S]*?)^```$/m.exec(DOC) ?? [];
    expect(await ask(path)).toBe(block.trimEnd());
  });
});
