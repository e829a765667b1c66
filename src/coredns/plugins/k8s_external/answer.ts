/**
 * The records of an external zone: what it says of itself, of Services, and of addresses.
 *
 * Upstream: `plugin/k8s_external/apex.go` and `plugin/k8s_external/msg_to_dns.go`.
 *
 * @module
 */
import type { Service } from "../../../cluster/model.ts";
import type { Ede, Question, Rcode, RR, Soa } from "../../../dns/message.ts";
import { key, labels, type Name, parseName, ROOT } from "../../../dns/name.ts";
import type { Context, Reply, Step } from "../../plugin.ts";
import { below, notHeld, parseAddress } from "../kubernetes/asked.ts";
import type { View } from "../kubernetes/view.ts";
import { type ExternalItem, findOutside, serverAddresses } from "./find.ts";
import type { ExternalOptions } from "./options.ts";

export interface Asked {
  readonly options: ExternalOptions;
  readonly view: View;
  /** The longest that holds the name, in lower case. */
  readonly zone: Name;
  /** The addresses of the CoreDNS pod that was asked. */
  readonly server: readonly string[];
  readonly context: Context;
}

export interface Outcome {
  readonly rcode: Rcode;
  readonly answer: readonly RR[];
  readonly additional: readonly RR[];
  /** A sentence without its full stop. */
  readonly did: string;
  /** Of what was asked elsewhere on the way. */
  readonly steps: readonly Step[];
  readonly ede: readonly Ede[];
  readonly upstream?: string;
}

/** SOA and NS; the nameserver's glue keeps the question's spelling. */
export function apexOutcome(asked: Asked, { name: qname, type }: Question): Outcome {
  const { options, zone } = asked;
  const { ttl } = options;
  const target = below(`ns1.${options.apex}`, zone);
  if (type === "SOA") return found([soa(asked)], "the zone's SOA");
  if (type !== "NS" || target === undefined) return found([], notHeld(type));
  const owner = below(`ns1.${options.apex}`, qname) ?? qname;
  const ns: RR = { name: zone, ttl, type, data: target };
  return { ...found([ns], "the zone's nameserver"), additional: ownAddresses(asked, owner) };
}

/** The names at and below `dns.<zone>`: the nameserver's own, and nothing else. */
export function nameserverOutcome(asked: Asked, { name: qname, type }: Question): Outcome {
  const left = labels(key(qname)).slice(0, labels(qname).length - labels(asked.zone).length);
  if (left.length === 1) return found([], "the name above the nameserver's, without records");
  if (left.length !== 2 || left[0] !== "ns1") return missing(`only ns1 is below ${left.at(-1)}`);
  const held = ownAddresses(asked, qname).filter((rr) => rr.type === type);
  const did = "the name of the nameserver itself";
  return found(held, held.length > 0 ? did : `${did}; ${notHeld(type)}`);
}

/** PTR records of an address, below the plugin's first zone whichever zone was asked. */
export function addressOutcome(
  { options, view }: Asked,
  qname: Name,
  address: string,
  services: readonly Service[],
): Outcome {
  const [first = ROOT] = options.zones;
  const names = services
    .filter(
      ({ namespace, name }) => view.namespaceListed(namespace) && view.service(namespace, name),
    )
    .flatMap(({ namespace, name }) => below(`${name}.${namespace}`, first) ?? []);
  if (names.length === 0) return missing(`no Service is reached at ${address} from outside`);
  const held = names.map((data): RR => ({ name: qname, ttl: options.ttl, type: "PTR", data }));
  return found(held, `${address} is ${names.slice(0, 3).join(", ")}`);
}

export async function serviceOutcome(asked: Asked, question: Question): Promise<Outcome> {
  const { name: qname, type } = question;
  const left = labels(key(qname)).slice(0, labels(qname).length - labels(asked.zone).length);
  const outside = findOutside(asked.view, left, asked.options.headless);
  if (!outside.exists) return missing(outside.did);
  const lookUp = elsewhere(asked.context);
  const sections =
    type === "A" || type === "AAAA"
      ? { answer: await addresses(asked, qname, type, outside.items, lookUp), additional: [] }
      : type === "SRV"
        ? await srv(asked, qname, outside.items, lookUp)
        : { answer: [], additional: [] };
  const isHeld = sections.answer.length > 0 || outside.items.length === 0;
  const did = isHeld ? outside.did : `${outside.did}; ${notHeld(type)}`;
  const replies = lookUp.replies();
  const upstream = replies.at(-1)?.upstream;
  return {
    ...found(sections.answer, did),
    additional: sections.additional,
    steps: replies.flatMap(({ steps }) => steps),
    ede: replies.flatMap(({ ede }) => ede),
    ...(upstream !== undefined && { upstream }),
  };
}

/** The zone's SOA; dumps do not change while they are served, so neither does the serial. */
export function soa({ options, zone }: Asked): RR {
  const { apex, ttl } = options;
  const data: Soa = {
    mname: below(`ns1.${apex}`, zone) ?? zone,
    rname: below(`hostmaster.${apex}`, zone) ?? zone,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ttl,
  };
  return { name: zone, ttl, type: "SOA", data };
}

/** Addresses once each; a name is a CNAME for each of the Service's ports, as in CoreDNS. */
async function addresses(
  { options, view }: Asked,
  qname: Name,
  type: "A" | "AAAA",
  items: readonly ExternalItem[],
  lookUp: Elsewhere,
): Promise<readonly RR[]> {
  const held: RR[] = [];
  const seen = new Set<string>();
  for (const { host } of items) {
    const address = parseAddress(host);
    if (address === undefined) {
      const target = nameOf(host);
      if (target === undefined) continue;
      held.push({ name: qname, ttl: view.options.ttl, type: "CNAME", data: target });
      held.push(...(await lookUp.ask(target, type)));
    } else if (address.type === type && !seen.has(host)) {
      seen.add(host);
      held.push({ name: qname, ttl: options.ttl, type, data: address.data });
    }
  }
  return held;
}

async function srv(
  { options, view, zone }: Asked,
  qname: Name,
  items: readonly ExternalItem[],
  lookUp: Elsewhere,
): Promise<{ answer: readonly RR[]; additional: readonly RR[] }> {
  const answer = new Map<string, RR>();
  const additional = new Map<string, readonly RR[]>();
  const { ttl } = view.options;
  // Each pair of host and port counts, also those that turn out to be one record.
  const weight = Math.max(1, Math.floor(100 / items.length));
  for (const { host, target: left, port } of items) {
    const address = parseAddress(host);
    const target = address === undefined ? nameOf(host) : below(left, zone);
    if (port === undefined || target === undefined) continue;
    const data = { priority: 0, weight, port, target };
    const which = `${port} ${target}`;
    if (!answer.has(which)) answer.set(which, { name: qname, ttl, type: "SRV", data });
    const glue = `${host} ${target}`;
    if (additional.has(glue)) continue;
    additional.set(
      glue,
      address === undefined
        ? [...(await lookUp.ask(target, "A")), ...(await lookUp.ask(target, "AAAA"))]
        : [{ name: target, ttl: options.ttl, ...address }],
    );
  }
  return { answer: [...answer.values()], additional: [...additional.values()].flat() };
}

/** Names that lead out of the zone, each asked of the whole server once. */
interface Elsewhere {
  ask(target: Name, type: "A" | "AAAA"): Promise<readonly RR[]>;
  replies(): readonly Reply[];
}

function elsewhere(context: Context): Elsewhere {
  const known = new Map<string, Reply>();
  return {
    async ask(target, type) {
      const which = `${type} ${target}`;
      const reply = known.get(which) ?? (await context.resolve({ name: target, type, class: 1 }));
      known.set(which, reply);
      return reply.answer;
    },
    replies: () => [...known.values()],
  };
}

function ownAddresses({ options, view, server }: Asked, owner: Name): readonly RR[] {
  return serverAddresses(view, server, options.headless).flatMap((host): RR[] => {
    const address = parseAddress(host);
    // CoreDNS makes an AAAA record without an address of a load balancer's name.
    return address === undefined ? [] : [{ name: owner, ttl: options.ttl, ...address }];
  });
}

/** The API gives a load balancer an address or a name; CoreDNS makes the root of neither. */
function nameOf(host: string): Name | undefined {
  if (host === "") return ROOT;
  const name = parseName(host);
  return name.ok ? name.value : undefined;
}

function found(answer: readonly RR[], did: string): Outcome {
  return { rcode: "NOERROR", answer, additional: [], did, steps: [], ede: [] };
}

function missing(did: string): Outcome {
  return { ...found([], did), rcode: "NXDOMAIN" };
}
