/**
 * Runs a plugin through a table: what is asked, what the rest of the chain would say, what must come back.
 *
 * Records are zone-file lines, the cluster is the items of a `v1` List, the clock is a number. A section that a row does not
 * name must be empty.
 *
 * ```ts
 * testPlugin({ plugins: [["kubernetes", kubernetes]], corefile: "kubernetes cluster.local", cluster }, [
 *   {
 *     why: "a ClusterIP Service has its address",
 *     ask: ["web.default.svc.cluster.local.", "A"],
 *     answer: ["web.default.svc.cluster.local. 5 IN A 10.96.0.20"],
 *   },
 * ]);
 * ```
 *
 * @module
 */
import { describe, expect, test } from "vitest";
import { describeListError, readList } from "../../src/cluster/list.ts";
import type { Cluster } from "../../src/cluster/model.ts";
import { parseCorefile } from "../../src/coredns/corefile.ts";
import {
  type Context,
  DEEPEST,
  type Next,
  type Plugin,
  type Reply,
  type Setup,
  type SetupError,
} from "../../src/coredns/plugin.ts";
import type { Question, RR } from "../../src/dns/message.ts";
import { isWithin, name, sameName } from "../../src/dns/name.ts";
import { parseRR, printRR } from "../../src/dns/records.ts";
import { ok, type Result } from "../../src/result.ts";

/** What a row may set for itself and a table for all its rows. */
export interface Scene {
  /** Directives, as in a server block. */
  readonly corefile?: string;
  /** The server block's key. */
  readonly block?: string;
  /** Items of a `v1` List. */
  readonly cluster?: readonly object[];
  /** What the rest of the chain knows; without it there is no next plugin, which is SERVFAIL. */
  readonly behind?: readonly string[];
  /** The address of the CoreDNS pod. */
  readonly server?: string;
  /** Anything else of the query. */
  readonly context?: Partial<Context>;
}

/** The plugins in the order in which a query meets them, whatever the Corefile's. */
export interface Subject extends Scene {
  readonly plugins: readonly (readonly [name: string, setup: Setup])[];
}

export interface Row extends Scene {
  readonly why: string;
  readonly ask: readonly [name: string, type: string];
  /** `NOERROR` where it is absent. */
  readonly rcode?: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  /** `plugin what it did`, all of them in order; not looked at where it is absent. */
  readonly steps?: readonly string[];
  /** Other fields of the reply. */
  readonly reply?: Partial<Reply>;
}

export function testPlugin(subject: Subject, rows: readonly Row[]): void {
  describe(subject.plugins.map(([plugin]) => plugin).join(", "), () => {
    test.each(rows)("$why", async (row) => {
      const reply = await ask({ ...subject, ...row }, ...row.ask);
      expect({
        rcode: reply.rcode,
        answer: reply.answer.map(printRR),
        authority: reply.authority.map(printRR),
        additional: reply.additional.map(printRR),
      }).toEqual({
        rcode: row.rcode ?? "NOERROR",
        answer: records(row.answer ?? []).map(printRR),
        authority: records(row.authority ?? []).map(printRR),
        additional: records(row.additional ?? []).map(printRR),
      });
      if (row.steps) {
        expect(reply.steps.map(({ plugin, did }) => `${plugin} ${did}`)).toEqual(row.steps);
      }
      if (row.reply) expect(reply).toMatchObject(row.reply);
    });
  });
}

/** One query through the scene's plugins. */
export function ask(scene: Subject, qname: string, type: string): Promise<Reply> {
  const built = build(scene);
  if (!built.ok) throw new Error(`line ${built.error.line}: ${built.error.message}`);
  return serve(scene, built.value, { name: name(qname), type, class: 1 }, 0);
}

/** The scene's plugins in their order, or what is wrong with a directive. Lines count from the first directive's, 1. */
export function build(scene: Subject): Result<readonly Plugin[], SetupError> {
  const text = `${scene.block ?? "."} {\n${scene.corefile ?? ""}\n}\n`;
  const blocks = parseCorefile(text);
  if (!blocks.ok) throw new Error(`line ${blocks.error.line}: ${blocks.error.message}`);
  const zones = blocks.value.flatMap(({ keys }) => keys.map(({ zone }) => zone));
  const environment = { cluster: clusterOf(scene.cluster ?? []), node: undefined, zones };
  const plugins: Plugin[] = [];
  for (const [plugin, setup] of scene.plugins) {
    for (const directive of blocks.value.flatMap(({ directives }) => directives)) {
      if (directive.name !== plugin) continue;
      const made = setup(directive, environment);
      if (!made.ok) return { ok: false, error: { ...made.error, line: made.error.line - 1 } };
      plugins.push(made.value);
    }
  }
  return ok(plugins);
}

export function clusterOf(items: readonly object[]): Cluster {
  const known = CLUSTERS.get(items);
  if (known !== undefined) return known;
  const cluster = readList("test", { apiVersion: "v1", kind: "List", items });
  if (!cluster.ok) throw new Error(describeListError(cluster.error));
  CLUSTERS.set(items, cluster.value);
  return cluster.value;
}

/** A table's rows share a List: it is read once. */
const CLUSTERS = new WeakMap<readonly object[], Cluster>();

/** Zone-file lines as records. */
export function records(lines: readonly string[]): RR[] {
  return lines.map((line) => {
    const rr = parseRR(line);
    if (!rr.ok) throw new Error(`${line}: ${rr.error}`);
    return rr.value;
  });
}

function serve(
  scene: Subject,
  plugins: readonly Plugin[],
  question: Question,
  depth: number,
): Promise<Reply> {
  const context: Context = {
    client: { address: "10.244.2.5" },
    server: scene.server ?? "10.244.0.4",
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
    resolve: (inner) =>
      depth + 1 > DEEPEST
        ? Promise.resolve(replyOf("SERVFAIL", []))
        : serve(scene, plugins, inner, depth + 1),
    depth,
    ...scene.context,
  };
  const rest: Next = async (asked) => behind(scene.behind, asked);
  const chain = plugins.reduceRight<Next>(
    (next, plugin) => (asked) => plugin.serve(asked, context, next),
    rest,
  );
  return chain(question);
}

/** What a server with these records would say: CNAMEs followed, NXDOMAIN where it knows nothing of the name. */
function behind(lines: readonly string[] | undefined, question: Question): Reply {
  if (lines === undefined) return replyOf("SERVFAIL", []);
  const known = records(lines);
  const answer: RR[] = [];
  let owner = question.name;
  for (let hop = 0; hop <= known.length; hop++) {
    const here = known.filter((rr) => sameName(rr.name, owner));
    const asked = here.filter((rr) => rr.type === question.type);
    answer.push(...asked);
    const alias = asked.length > 0 ? undefined : here.find((rr) => rr.type === "CNAME");
    if (alias?.type !== "CNAME") break;
    answer.push(alias);
    owner = alias.data;
  }
  const soa = known.filter((rr) => rr.type === "SOA" && isWithin(question.name, rr.name));
  const there = known.some((rr) => sameName(rr.name, question.name) && rr.type !== "SOA");
  return {
    ...replyOf(there ? "NOERROR" : "NXDOMAIN", answer),
    authority: answer.length > 0 ? [] : soa,
  };
}

function replyOf(rcode: string, answer: readonly RR[]): Reply {
  return {
    rcode,
    authoritative: false,
    authenticData: false,
    answer,
    authority: [],
    additional: [],
    source: "behind",
    cache: "miss",
    ede: [],
    steps: [],
  };
}
