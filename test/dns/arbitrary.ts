/** Generators of names, records and messages, for property tests. */
import fc from "fast-check";
import { addressOfOctets } from "../../src/dns/address.ts";
import type { EdnsOption, Message, OtherType, RR } from "../../src/dns/message.ts";
import { nameOfLabels } from "../../src/dns/name.ts";
import { rcodeName, typeName } from "../../src/dns/types.ts";

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const ttl = fc.integer({ min: 0, max: 0x7fffffff });

/** Letters of few kinds, so that ends of names meet; and any octet. */
const label = fc.oneof(
  fc
    .constantFrom("web", "WEB", "svc", "test", "a.b")
    .map((text) => Uint8Array.from(Buffer.from(text))),
  fc.uint8Array({ minLength: 1, maxLength: 63 }),
);

export const anyName = fc
  .array(label, { maxLength: 6 })
  .filter((labels) => labels.reduce((sum, one) => sum + one.length + 1, 1) <= 255)
  .map(nameOfLabels);

const owner = { name: anyName, ttl };

const address = (octets: number) =>
  fc.uint8Array({ minLength: octets, maxLength: octets }).map(addressOfOctets);

const octetText = fc
  .uint8Array({ maxLength: 255 })
  .map((octets) => Buffer.from(octets).toString("latin1"));

/** Types that hold no names: with names, not every octets are rdata. */
const plainType = fc.constantFrom(
  "DS",
  "TLSA",
  "CAA",
  "TYPE65280",
  "LOC",
) as fc.Arbitrary<OtherType>;

export const anyRecord: fc.Arbitrary<RR> = fc.oneof(
  fc.record({ ...owner, type: fc.constant("A" as const), data: address(4) }),
  fc.record({ ...owner, type: fc.constant("AAAA" as const), data: address(16) }),
  fc.record({ ...owner, type: fc.constantFrom("CNAME", "NS", "PTR", "DNAME"), data: anyName }),
  fc.record({
    ...owner,
    type: fc.constant("SOA" as const),
    data: fc.record({
      mname: anyName,
      rname: anyName,
      serial: u32,
      refresh: u32,
      retry: u32,
      expire: u32,
      minimum: u32,
    }),
  }),
  fc.record({
    ...owner,
    type: fc.constant("SRV" as const),
    data: fc.record({ priority: u16, weight: u16, port: u16, target: anyName }),
  }),
  fc.record({
    ...owner,
    type: fc.constant("MX" as const),
    data: fc.record({ preference: u16, exchange: anyName }),
  }),
  fc.record({
    ...owner,
    type: fc.constant("TXT" as const),
    data: fc.array(octetText, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ ...owner, type: plainType, data: fc.uint8Array({ maxLength: 40 }) }),
);

const option: fc.Arbitrary<EdnsOption> = fc.record({
  code: u16,
  data: fc.uint8Array({ maxLength: 20 }),
});

const section = fc.array(anyRecord, { maxLength: 4 });

const body = {
  id: u16,
  opcode: fc.integer({ min: 0, max: 15 }),
  flags: fc.record({
    qr: fc.boolean(),
    aa: fc.boolean(),
    tc: fc.boolean(),
    rd: fc.boolean(),
    ra: fc.boolean(),
    ad: fc.boolean(),
    cd: fc.boolean(),
  }),
  question: fc.array(fc.record({ name: anyName, type: u16.map(typeName), class: u16 }), {
    maxLength: 2,
  }),
  answer: section,
  authority: section,
  additional: section,
};

const rcode = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 }).map(rcodeName);

export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ ...body, rcode: rcode(4) }),
  fc.record({
    ...body,
    rcode: rcode(12),
    edns: fc.record({
      udpSize: u16,
      version: u8,
      dnssecOk: fc.boolean(),
      options: fc.array(option, { maxLength: 3 }),
    }),
  }),
);

/** A query such as clients send, for {@link mutated}. */
export const anyQuery: fc.Arbitrary<Message> = anyMessage.map((message) => ({
  ...message,
  opcode: 0,
  flags: { ...message.flags, qr: false },
  question: message.question.slice(0, 1).map((one) => ({ ...one, class: 1 })),
  answer: [],
  authority: [],
  additional: [],
}));

/** Octets with some of them changed, and cut off or lengthened at the end. */
export function mutated(whole: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.nat(), u8), { maxLength: 6 });
  const ending = fc.uint8Array({ maxLength: 8 });
  return fc.tuple(whole, changes, fc.nat(40), ending).map(([octets, changed, cut, more]) => {
    const copy = octets.slice(0, Math.max(0, octets.length - (cut > 20 ? cut - 20 : 0)));
    for (const [at, octet] of changed) if (copy.length > 0) copy[at % copy.length] = octet;
    return cut < 5 ? Uint8Array.from([...copy, ...more]) : copy;
  });
}
