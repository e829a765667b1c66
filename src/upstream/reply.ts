/**
 * What is believed of an upstream's reply: that it is one, to our question, and only the records that answer it.
 *
 * @module
 */
import { edesOf } from "../dns/ede.ts";
import type { Ede, Edns, Message, Question, Rcode, RR, RRType } from "../dns/message.ts";
import { isWithin, key, type Name, ROOT, sameName } from "../dns/name.ts";
import { typeNumber } from "../dns/types.ts";
import { printable } from "../printable.ts";

/** Records of a reply that survived {@link believed}. */
export interface Believed {
  readonly answer: readonly RR[];
  readonly authority: readonly RR[];
  /** Why the CNAME chain ends nowhere, to go after the resolver's address; undefined where it ends. */
  readonly endless?: string;
}

/** Longest CNAME chain that is followed; BIND's is 11, Unbound's 11 or 12. */
export const LONGEST_CHAIN = 16;

/** Seconds: RFC 8767 §4 caps TTLs at a week, those with the highest bit set too. */
const LONGEST_TTL = 604_800;

/**
 * What is wrong with `reply` to `query`, to go after the resolver's address, or undefined. A FORMERR may come without the
 * question: who could not read the query cannot repeat it (RFC 1035 §4.1.1 says nothing of it; servers do so).
 */
export function faultOf(reply: Message, query: Message): string | undefined {
  if (reply.id !== query.id) return `answered with id ${reply.id} where ${query.id} was asked`;
  if (!reply.flags.qr) return "sent a query in place of a reply";
  if (reply.opcode !== query.opcode) return `answered with opcode ${reply.opcode}`;
  if (reply.flags.tc) return "truncated its answer, though nothing limits its length";
  if (reply.question.length === 0 && isUnread(reply)) return undefined;
  if (reply.question.length !== 1) return `answered ${reply.question.length} questions`;
  const [asked, answered] = [query.question[0] as Question, reply.question[0] as Question];
  if (
    asked.type === answered.type &&
    asked.class === answered.class &&
    sameName(asked.name, answered.name)
  ) {
    return undefined;
  }
  return `answered another question: ${answered.name} ${answered.type}`;
}

/** Whether the upstream says that it could not make sense of the query. */
export function isUnread(reply: Message): boolean {
  return reply.rcode === "FORMERR" || reply.rcode === "NOTIMP" || reply.rcode === "BADVERS";
}

/** Whether it tells nothing about the name (RFC 9520 §2). */
export function isFailure(rcode: Rcode): boolean {
  return rcode !== "NOERROR" && rcode !== "NXDOMAIN" && rcode !== "YXDOMAIN";
}

/**
 * The records that answer `question`, in the order of the CNAME chain from the asked name. All others are dropped, the additional
 * section whole: nobody needs it, and it is where foreign records are slipped in (RFC 5452 §6).
 */
export function believed(reply: Message, question: Question, dnssecOk: boolean): Believed {
  const { answer, end, endless } = chain(reply.answer, question, dnssecOk);
  const soa = reply.authority.find((rr) => rr.type === "SOA" && isWithin(end, rr.name));
  const zone = soa?.name ?? ROOT;
  const authority = reply.authority.filter((rr) => {
    if (rr.type === "SOA") return rr === soa;
    if (rr.type === "NS") return isWithin(end, rr.name);
    return dnssecOk && PROOF.has(rr.type) && isWithin(rr.name, zone);
  });
  const kept = { answer: answer.map(capped), authority: authority.map(capped) };
  return endless === undefined ? kept : { ...kept, endless };
}

/** The Extended DNS Errors that the upstream sent, a few and short, since they are passed on. */
export function edesFrom(edns: Edns | undefined): readonly Ede[] {
  return edesOf(edns)
    .slice(0, MOST_EDES)
    .map(({ code, text }) => ({ code, text: printable(text, LONGEST_TEXT) }));
}

/** `records` with the asker's spelling of the asked name: a cache, or a question asked together with another's, has another's. */
export function respell(records: readonly RR[], asked: Name): readonly RR[] {
  return records.map((rr) =>
    rr.name !== asked && sameName(rr.name, asked) ? { ...rr, name: asked } : rr,
  );
}

const MOST_EDES = 4;
const LONGEST_TEXT = 200;

/** What proves a negative answer or a wildcard, in the authority section (RFC 4035 §3.1.3). */
const PROOF: ReadonlySet<RRType> = new Set(["RRSIG", "NSEC", "NSEC3"]);

interface Chain {
  readonly answer: readonly RR[];
  /** The last name of the chain. */
  readonly end: Name;
  readonly endless?: string;
}

function chain(records: readonly RR[], { name, type }: Question, dnssecOk: boolean): Chain {
  const byOwner = groupByOwner(records);
  const dnames = records.filter((rr) => rr.type === "DNAME");
  const seen = new Set<Name>();
  const answer: RR[] = [];
  let end = name;
  for (;;) {
    if (seen.has(key(end))) return { answer, end, endless: `answered with aliases in a circle` };
    if (seen.size > LONGEST_CHAIN) {
      const endless = `answered with a chain of more than ${LONGEST_CHAIN} aliases`;
      return { answer, end, endless };
    }
    seen.add(key(end));
    const here = byOwner.get(key(end)) ?? [];
    const wanted = here.filter((rr) => type === "ANY" || rr.type === type);
    if (wanted.length > 0) {
      answer.push(...wanted, ...signaturesOf(type, here, dnssecOk));
      return { answer, end };
    }
    // The CNAME that a DNAME makes stands in the answer too (RFC 6672 §3.1).
    const dname = dnames.find((rr) => rr.name !== end && isWithin(end, rr.name));
    const cname = here.find((rr) => rr.type === "CNAME");
    if (cname?.type !== "CNAME") return { answer, end };
    if (dname !== undefined && !answer.includes(dname)) {
      answer.push(dname, ...signaturesOf("DNAME", byOwner.get(key(dname.name)) ?? [], dnssecOk));
    }
    answer.push(cname, ...signaturesOf("CNAME", here, dnssecOk));
    end = cname.data;
  }
}

function groupByOwner(records: readonly RR[]): ReadonlyMap<Name, readonly RR[]> {
  const byOwner = new Map<Name, RR[]>();
  for (const rr of records) {
    const owner = key(rr.name);
    const there = byOwner.get(owner);
    if (there === undefined) byOwner.set(owner, [rr]);
    else there.push(rr);
  }
  return byOwner;
}

/** The RRSIGs among `here` that cover `type`: their first two octets say so (RFC 4034 §3.1). */
function signaturesOf(type: RRType, here: readonly RR[], dnssecOk: boolean): readonly RR[] {
  if (!dnssecOk || type === "ANY" || type === "RRSIG") return [];
  const covered = typeNumber(type);
  return here.filter(
    ({ type, data }) =>
      type === "RRSIG" &&
      data instanceof Uint8Array &&
      (((data[0] ?? 0) << 8) | (data[1] ?? 0)) === covered,
  );
}

function capped(rr: RR): RR {
  return rr.ttl > LONGEST_TTL ? { ...rr, ttl: LONGEST_TTL } : rr;
}
