/**
 * The real tools that the end-to-end tests ask with.
 *
 * @module
 */
import { execFile, spawnSync } from "node:child_process";

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(
  tool: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { timeout: 60_000, env: { ...process.env, ...env } };
    execFile(tool, [...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ status, stdout, stderr });
    });
  });
}

/** What each system tool is for, and the Debian package that has it. `scripts/test.ts` names the missing. */
export const TOOLS = {
  dig: { argument: "-v", has: "bind9-dnsutils", for: "DNS over HTTPS as dig asks it" },
  kdig: { argument: "--version", has: "knot-dnsutils", for: "DNS over HTTPS as kdig asks it" },
  curl: { argument: "--version", has: "curl", for: "curl and its --doh-url" },
  "iptables-restore": {
    argument: "--version",
    has: "iptables",
    for: "the printed rules in the real tables",
  },
  tshark: { argument: "--version", has: "tshark", for: "captures as Wireshark reads them" },
  conntrack: { argument: "--version", has: "conntrack", for: "the kernel's connection tracking" },
  cc: { argument: "--version", has: "gcc", for: "lookups by glibc's own getaddrinfo" },
  "musl-gcc": {
    argument: "--version",
    has: "musl-tools",
    for: "lookups by musl's own getaddrinfo",
  },
  chromium: { argument: "--version", has: "chromium", for: "the explorer in a browser" },
} as const;

export type Tool = keyof typeof TOOLS;

export function missingTools(): Tool[] {
  const names = Object.keys(TOOLS) as Tool[];
  return names.filter((tool) => spawnSync(tool, [TOOLS[tool].argument]).error !== undefined);
}

/** `ip addr add` on `lo` takes root. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
