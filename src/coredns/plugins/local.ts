/**
 * local - answers for the names of the host itself, so that they do not leave it.
 *
 *     local {
 *         localhost_prefix on|off
 *     }
 *
 * `localhost.` and every name below it are 127.0.0.1 and ::1 (RFC 6761 §6.3), and so are names whose first label is
 * `localhost`, unless `localhost_prefix` is `off`: a search list makes `localhost.default.svc.cluster.local.` of it.
 * `0.in-addr.arpa.`, `127.in-addr.arpa.` and `255.in-addr.arpa.` are empty but for `1.0.0.127.in-addr.arpa.`, which is
 * `localhost.`. Other names go on to the next plugin, `ip6.arpa.` among them.
 *
 *     . {
 *         local
 *     }
 *
 * @module
 */
import type { Question, RR } from "../../dns/message.ts";
import { fromLabels, isWithin, labels, type Name, name, sameName } from "../../dns/name.ts";
import { ok, type Result } from "../../result.ts";
import { unknownOption, wrongCount } from "../arguments.ts";
import type { Directive } from "../corefile.ts";
import type { Reply, Setup, SetupError } from "../plugin.ts";
import { blank } from "../reply.ts";

const LOCALHOST = name("localhost.");
const LOOPBACK = name("1.0.0.127.in-addr.arpa.");
const ZONES = [
  LOCALHOST,
  name("0.in-addr.arpa."),
  name("127.in-addr.arpa."),
  name("255.in-addr.arpa."),
];

/** Seconds: a week. */
const TTL = 604_800;

export const local: Setup = (directive) => {
  const prefix = readPrefix(directive);
  if (!prefix.ok) return prefix;
  return ok({
    name: "local",
    repeats: true,
    async serve(question, context, next) {
      const found = answer(question, prefix.value);
      if (found === undefined) return next(question);
      const { did, ...sections } = found;
      return { ...blank("local", context), ...sections, steps: [{ plugin: "local", did }] };
    },
  });
};

/** Whether names that only begin with `localhost` are taken; the last word counts. */
function readPrefix(directive: Directive): Result<boolean, SetupError> {
  if (directive.args.length > 0) return wrongCount(directive, "no arguments");
  let prefix = true;
  for (const option of directive.block) {
    if (option.name !== "localhost_prefix") {
      return unknownOption("local", option, ["localhost_prefix"]);
    }
    const [word, ...more] = option.args;
    if ((word !== "on" && word !== "off") || more.length > 0)
      return wrongCount(option, "on or off");
    prefix = word === "on";
  }
  return ok(prefix);
}

type Found = Partial<Pick<Reply, "rcode" | "answer" | "authority">> & { readonly did: string };

function answer(question: Question, prefix: boolean): Found | undefined {
  const { name: qname, type } = question;
  const parts = labels(qname);
  if (parts.length > 1) {
    const below = isWithin(qname, LOCALHOST);
    if (below || (prefix && parts[0]?.toLowerCase() === "localhost")) {
      const what = below ? "a name below localhost is this host" : "localhost is this host";
      return held(hostRecord(qname, type), qname, type, what);
    }
  }
  const zone = ZONES.find((one) => isWithin(qname, one));
  if (zone === undefined) return undefined;
  if (sameName(qname, zone)) return held(apexRecord(qname, type), qname, type, `zone ${zone}`);
  // In the question's spelling.
  const apex = fromLabels(parts.slice(-labels(zone).length));
  if (sameName(qname, LOOPBACK)) {
    const ptr: RR | undefined =
      type === "PTR" ? { name: qname, ttl: TTL, type, data: LOCALHOST } : undefined;
    return held(ptr, apex, type, "127.0.0.1 is localhost");
  }
  return { rcode: "NXDOMAIN", authority: [soa(apex)], did: `nothing else is in ${zone}` };
}

/** @param owner the SOA's, where there is no record */
function held(rr: RR | undefined, owner: Name, type: string, did: string): Found {
  if (rr) return { answer: [rr], did };
  return { authority: [soa(owner)], did: `${did}; type ${type} not held: NODATA` };
}

function hostRecord(owner: Name, type: string): RR | undefined {
  if (type === "A") return { name: owner, ttl: TTL, type, data: "127.0.0.1" };
  if (type === "AAAA") return { name: owner, ttl: TTL, type, data: "::1" };
  return undefined;
}

function apexRecord(apex: Name, type: string): RR | undefined {
  if (type === "SOA") return soa(apex);
  if (type === "NS") return { name: apex, ttl: TTL, type, data: LOCALHOST };
  return sameName(apex, LOCALHOST) ? hostRecord(apex, type) : undefined;
}

function soa(owner: Name): RR {
  const data = {
    mname: LOCALHOST,
    rname: name("root.localhost."),
    serial: 1,
    refresh: 0,
    retry: 0,
    expire: 0,
    minimum: TTL,
  };
  return { name: owner, ttl: TTL, type: "SOA", data };
}
