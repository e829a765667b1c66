/**
 * The lines that the README and docs/ tell people to type, typed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Server, startServer } from "./server.ts";
import { missingTools, run, type Tool } from "./tools.ts";

const files = [
  "README.md",
  ...readdirSync("docs")
    .filter((f) => f.endsWith(".md"))
    .map((f) => `docs/${f}`),
];

/** Lines that need more than a running server, and where else they are tested. */
const ELSEWHERE = [
  /--doh-url/, // ask.test.ts puts the address on lo
  /--json @/, // posted.test.ts has a file
  /clusters\/prod/, // clusters.test.ts puts a cluster first
];

/** The text inside fences. */
function blocks(markdown: string): string {
  return markdown
    .split(/^```.*$/m)
    .filter((_, index) => index % 2 === 1)
    .join("\n");
}

const lines = files.flatMap((file) =>
  [...blocks(readFileSync(file, "utf8")).matchAll(/^(?:\$ )?((?:curl|dig|kdig) .*)$/gm)]
    .map(([, line = ""]) => ({ file, line }))
    .filter(({ line }) => !ELSEWHERE.some((pattern) => pattern.test(line))),
);

describe("what the docs say to type", () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer("workerd");
  }, 90_000);
  afterAll(() => server?.stop());

  test("there are such lines", () => {
    expect(lines.length).toBeGreaterThan(5);
  });

  const missing = missingTools();
  const runnable = lines.filter(({ line }) => !missing.includes(line.split(" ", 1)[0] as Tool));
  test.each(runnable)("$file: $line", async ({ line }) => {
    const here = line
      .replaceAll("8787", String(server.port))
      .replaceAll("8443", String(server.tlsPort));
    const ran = await run("sh", ["-c", here]);
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.stdout).toMatch(/NOERROR|"Status": 0|DNS-Trace|kubernetes cluster\.local|"blocks"/i);
  });
});
