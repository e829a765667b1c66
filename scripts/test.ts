/**
 * `npm test`: every test that can run on this machine, and a last line that counts them.
 *
 * Names the system tools that it misses and what it therefore left out; with `CI` set a missing tool is a failure.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingTools, TOOLS } from "../test/e2e/tools.ts";

interface Count {
  readonly passed: number;
  readonly failed: number;
}

const missing = missingTools();
for (const tool of missing) {
  console.log(`missing: ${tool} (Debian package ${TOOLS[tool].has}); left out: ${TOOLS[tool].for}`);
}

const folder = mkdtempSync(join(tmpdir(), "ndots-test-"));
const counts: Count[] = [];
if (missing.length > 0 && process.env.CI) counts.push({ passed: 0, failed: missing.length });
for (const [command, ...args] of [
  [process.execPath, "scripts/build-web.ts"],
  ["tsc"],
  ["tsc", "-p", "src/runtime/cloudflare"],
  ["deno", "check", "--quiet", "src/runtime/deno", "bench"],
  ["biome", "check", "--error-on-warnings", "."],
  ["wrangler", "deploy", "--dry-run", "--outdir", join(folder, "worker")],
] as [string, ...string[]][]) {
  counts.push(one(await run(command, args)));
}
counts.push(await vitest());
counts.push(await denoTests());
rmSync(folder, { recursive: true, force: true });

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function one({ status }: { status: number }): Count {
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function vitest(): Promise<Count> {
  const report = join(folder, "vitest.json");
  const { status } = await run("vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    // A file that does not load fails no test.
    const failed = Math.max(numFailedTests, status === 0 ? 0 : 1);
    return { passed: numPassedTests, failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

async function denoTests(): Promise<Count> {
  const { status, output } = await run("deno", ["test", "--allow-all", "test/runtime/deno"]);
  const counted = /(\d+) passed[^|]*\| (\d+) failed/.exec(output);
  if (counted === null) return { passed: 0, failed: 1 };
  return { passed: Number(counted[1]), failed: Math.max(Number(counted[2]), status === 0 ? 0 : 1) };
}

function run(
  command: string,
  args: readonly string[],
): Promise<{ status: number; output: string }> {
  console.log(`\n$ ${[command, ...args].join(" ")}`);
  const child = spawn(command, [...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_HIDE_BANNER: "true",
      NO_COLOR: "1",
    },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      resolve({ status: 1, output });
    });
    child.on("close", (code) => resolve({ status: code ?? 1, output }));
  });
}
