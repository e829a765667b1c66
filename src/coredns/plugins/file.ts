/**
 * file - answers from a zone file.
 *
 *     file DBFILE [ZONES...] {
 *         reload DURATION
 *         reload_by_mtime
 *         fallthrough [ZONES...]
 *     }
 *
 * DBFILE is a key of the ConfigMaps, ZONES are the block's zones where there are none. The file is read once for each
 * zone, with the zone as its first `$ORIGIN`. Several `file`s in a block are one: the longest zone of them all answers,
 * the last `fallthrough` and `reload` hold for each. A CNAME that leads out of the zone is asked of the whole server
 * again. Where the file is missing, CoreDNS waits for it and answers SERVFAIL; with `reload 0` it does not start.
 *
 *     example.org {
 *         file db.example.org {
 *             fallthrough
 *         }
 *         forward . 192.0.2.53
 *     }
 *
 * Upstream: `plugin/file/setup.go`, `plugin/file/file.go`.
 *
 * @module
 */
import type { Question } from "../../dns/message.ts";
import { isWithin, key, type Name } from "../../dns/name.ts";
import { ok } from "../../result.ts";
import { withinAny, wrong, wrongCount } from "../arguments.ts";
import { mountedFile, noSuchFile } from "../files.ts";
import type { Context, Next, Plugin, Reply, Setup } from "../plugin.ts";
import { blank } from "../reply.ts";
import { type Found, lookup } from "../zonefile/lookup.ts";
import type { Zone } from "../zonefile/zone.ts";
import { beyondLimits, type Options, readOptions, readZones, zonesFor } from "./file/options.ts";

export const file: Setup = (directive, environment) => {
  const [path] = directive.args;
  if (path === undefined) return wrongCount(directive, "a file and its zones");
  const all = (environment.directives ?? [directive]).filter((one) => one.name === "file");
  if (directive === all[0]) {
    const tooMuch = beyondLimits(all, environment);
    if (tooMuch !== undefined) return wrong(directive, tooMuch);
  }
  const options = readOptions(directive, all);
  if (!options.ok) return options;
  const text = mountedFile(path, environment);
  if (text === undefined && options.value.reload === 0) {
    return wrong(directive, noSuchFile(path, environment.cluster));
  }
  const zones = readZones(directive, environment, text);
  if (!zones.ok) return zones;
  const others = all
    .filter((one) => one !== directive)
    .map((one, index) => ({ zones: zonesFor(one, environment), after: all[index] !== one }));
  const missing = `is not loaded: ${noSuchFile(path, environment.cluster)}`;
  return ok(pluginOf({ zones: zones.value, others, missing, ...options.value }));
};

interface Served extends Options {
  /** Undefined for a zone whose file is missing. */
  readonly zones: ReadonlyMap<Name, Zone | undefined>;
  /** What the block's other `file`s serve, and whether they come after this one, which decides between equals. */
  readonly others: readonly { readonly zones: readonly Name[]; readonly after: boolean }[];
  readonly missing: string;
}

function pluginOf(served: Served): Plugin {
  return {
    name: "file",
    async serve(question, context, next) {
      const origin = ownZone(served, key(question.name));
      if (origin === undefined) return passed(await next(question), context);
      if (question.type === "AXFR" || question.type === "IXFR") {
        return gaveUp("REFUSED", "zone transfers are refused", context);
      }
      const zone = served.zones.get(origin);
      if (zone === undefined) return gaveUp("SERVFAIL", `${origin} ${served.missing}`, context);
      const { dnssecOk, resolve } = context;
      const found = await lookup({ zone, question, dnssecOk, resolve });
      const mayFall = found.outcome === "nxdomain" || found.outcome === "empty";
      if (mayFall && found.answer.length === 0 && withinAny(question.name, served.fallthrough)) {
        return fallThrough(found, question, next);
      }
      if (found.outcome === "servfail" && found.answer.length === 0) {
        return gaveUp("SERVFAIL", found.did, context);
      }
      return replyOf(found, context);
    },
  };
}

/** The longest of this directive's zones that holds the name, unless another `file` of the block has a longer one. */
function ownZone({ zones, others }: Served, qname: Name): Name | undefined {
  const own = longest([...zones.keys()], qname);
  if (own === undefined) return undefined;
  for (const other of others) {
    const theirs = longest(other.zones, qname);
    if (theirs === undefined || theirs.length < own.length) continue;
    if (theirs.length > own.length || other.after) return undefined;
  }
  return own;
}

function longest(zones: readonly Name[], qname: Name): Name | undefined {
  let found: Name | undefined;
  for (const zone of zones) {
    if (isWithin(qname, zone) && zone.length > (found?.length ?? 0)) found = zone;
  }
  return found;
}

function replyOf(found: Found, context: Context): Reply {
  const { outcome, answer, authority, additional, elsewhere } = found;
  return {
    ...blank("file", context),
    rcode: RCODES[outcome] ?? "NOERROR",
    authoritative: outcome !== "delegation",
    answer,
    authority,
    additional,
    ...(elsewhere?.upstream !== undefined && { upstream: elsewhere.upstream }),
    ede: elsewhere?.ede ?? [],
    steps: [{ plugin: "file", did: found.did }, ...(elsewhere?.steps ?? [])],
  };
}

const RCODES: Readonly<Record<string, string>> = { nxdomain: "NXDOMAIN", servfail: "SERVFAIL" };

/** What the server writes itself, so that the cache does not keep it. */
function gaveUp(rcode: string, did: string, context: Context): Reply {
  return { ...blank("file", context), rcode, steps: [{ plugin: "file", did }], unwritten: true };
}

async function fallThrough(found: Found, question: Question, next: Next): Promise<Reply> {
  const reply = await next(question);
  return {
    ...reply,
    steps: [{ plugin: "file", did: `${found.did}: fallthrough` }, ...reply.steps],
  };
}

/** As the last of its block CoreDNS's `file` refuses names of other zones; the server's step names the one without a next. */
function passed(reply: Reply, context: Context): Reply {
  const isLast = reply.unwritten && reply.steps.length === 1 && reply.steps[0]?.plugin === "file";
  if (!isLast || reply.source !== "server") return reply;
  return gaveUp("REFUSED", "the name lies in none of its zones", context);
}
