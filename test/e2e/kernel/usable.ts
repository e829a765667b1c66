/**
 * Whether lookups can be played here: as root, with every tool, in a kernel with netfilter.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { isRoot, missingTools, type Tool } from "../tools.ts";
import type { Variant } from "./lab.ts";

const TOOLS: readonly Tool[] = ["dig", "tshark", "iptables-restore", "conntrack", "cc", "musl-gcc"];
const VARIANTS: readonly Variant[] = ["nft", "legacy"];
const PROBE = `ndots-kernel-probe-${process.pid}`;

/** The backends of iptables that work; the console says what is left out, and why. */
export function usableVariants(): readonly Variant[] {
  const missing = missingTools().filter((tool) => TOOLS.includes(tool));
  if (missing.length > 0) return leaveOut(`missing here: ${missing.join(", ")}`);
  if (!isRoot()) return leaveOut("only root makes network namespaces");
  const unmade = problemOf("add", PROBE);
  if (unmade !== undefined) return leaveOut(unmade);
  try {
    const untracked = problemOf("exec", PROBE, "conntrack", "-L");
    if (untracked !== undefined) return leaveOut(untracked);
    return VARIANTS.filter((variant) => {
      const problem = problemOf("exec", PROBE, `iptables-${variant}`, "-t", "nat", "-S");
      if (problem !== undefined) leaveOut(problem, ` under iptables-${variant}`);
      return problem === undefined;
    });
  } finally {
    problemOf("delete", PROBE);
  }
}

function leaveOut(why: string, which = ""): readonly Variant[] {
  console.log(`left out: lookups in network namespaces${which}, since ${why}`);
  return [];
}

function problemOf(...args: string[]): string | undefined {
  const ran = spawnSync("ip", ["netns", ...args], { encoding: "utf8" });
  if (ran.status === 0) return undefined;
  return ran.error?.message ?? (ran.stderr.trim() || `ip netns ${args.join(" ")} fails`);
}
