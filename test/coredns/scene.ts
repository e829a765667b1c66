/**
 * A query's surroundings for tests: a clock that is a number, upstreams that are a table.
 *
 * @module
 */

import { parseCorefile } from "../../src/coredns/corefile.ts";
import type {
  Context,
  Environment,
  Exchange,
  Plugin,
  Reply,
  Setup,
  Step,
  UpstreamOutcome,
} from "../../src/coredns/plugin.ts";
import { buildCoreDns, type CoreDns } from "../../src/coredns/server.ts";
import type { Question } from "../../src/dns/message.ts";
import { name } from "../../src/dns/name.ts";
import { clusterOf, records } from "./testPlugin.ts";

/** A query's context without a resolver outside, but for what `given` says. */
export function contextOf(given: Partial<Context> = {}): Context {
  return {
    client: { address: "10.244.2.5" },
    server: "10.244.0.4",
    dnssecOk: false,
    checkingDisabled: false,
    recursionDesired: true,
    cacheOff: false,
    now: () => 0,
    random: () => 0,
    exchange: async () => {
      throw new Error("this scene has no resolver outside");
    },
    background: () => {},
    resolve: async () => {
      throw new Error("this scene has no server around it");
    },
    depth: 0,
    ...given,
  };
}

export function question(qname: string, type = "A"): Question {
  return { name: name(qname), type, class: 1 };
}

/** A reply of these sections, as zone-file lines. */
export function replyOf(given: {
  readonly rcode?: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  readonly more?: Partial<Reply>;
}): Reply {
  return {
    rcode: given.rcode ?? "NOERROR",
    authoritative: false,
    authenticData: false,
    answer: records(given.answer ?? []),
    authority: records(given.authority ?? []),
    additional: records(given.additional ?? []),
    source: "behind",
    cache: "miss",
    ede: [],
    steps: [{ plugin: "behind", did: "answered" }],
    ...given.more,
  };
}

/** What an upstream says: an rcode, zone-file lines, or why there is no reply. */
export type Said = string | readonly string[] | { readonly failed: string };

/** Upstreams by address, and the addresses that were asked, in order. */
export function upstreams(said: Record<string, Said>): { exchange: Exchange; asked: string[] } {
  const asked: string[] = [];
  const exchange: Exchange = async (address) => {
    asked.push(address);
    return outcome(said[address] ?? { failed: "no such upstream" });
  };
  return { exchange, asked };
}

function outcome(said: Said): UpstreamOutcome {
  if (typeof said === "object" && "failed" in said) {
    const how = said.failed === "no time left" ? "budget" : "timeout";
    return { kind: "failed", why: said.failed, ede: { code: 22, text: said.failed }, how };
  }
  return {
    kind: "reply",
    rcode: typeof said === "string" ? said : "NOERROR",
    authenticData: false,
    authoritative: false,
    answer: typeof said === "string" ? [] : records(said),
    authority: [],
    additional: [],
    cache: "miss",
    ede: [],
    notes: [],
  };
}

/** A plugin from its lines in a server block, or the sentence that says what is wrong, with its line from 1. */
export function built(
  setup: Setup,
  lines: string,
  environment: Partial<Environment> = {},
): Plugin | string {
  const parsed = parseCorefile(`. {\n${lines}\n}`);
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.message}`);
  const [directive] = parsed.value[0]?.directives ?? [];
  if (directive === undefined) throw new Error("no directive");
  const cluster = clusterOf([]);
  const made = setup(directive, { cluster, node: undefined, zones: ["."], ...environment });
  return made.ok ? made.value : `${made.error.line - 1}: ${made.error.message}`;
}

/** The plugin of lines that are right. */
export function plugin(setup: Setup, lines: string, environment?: Partial<Environment>): Plugin {
  const made = built(setup, lines, environment);
  if (typeof made === "string") throw new Error(made);
  return made;
}

/** CoreDNS with this Corefile in a cluster of these objects. */
export function coreDns(
  corefile: string,
  items: readonly object[] = [],
  files: {
    readonly beside?: Record<string, string>;
    readonly custom?: Record<string, string>;
  } = {},
): ReturnType<typeof buildCoreDns> {
  const cluster = {
    ...clusterOf(items),
    corefile,
    corednsFiles: new Map(Object.entries(files.beside ?? {})),
    corednsCustom: new Map(Object.entries(files.custom ?? {})),
  };
  return buildCoreDns(cluster, undefined);
}

export function mustBuild(...given: Parameters<typeof coreDns>): CoreDns {
  const made = coreDns(...given);
  if (!made.ok) throw new Error(`line ${made.error.line}: ${made.error.message}`);
  return made.value;
}

/** The steps that say something, as `plugin what it did`: without the plugins that only passed the query on. */
export function told(steps: readonly Step[]): readonly string[] {
  return steps
    .filter(({ did }) => !/^passed (?:on|by)/.test(did))
    .map(({ plugin, did }) => `${plugin} ${did}`);
}
