/**
 * Whatever octets come: a well-formed reply, never a 5xx, never a throw.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeMessage } from "../../src/dns/wire.ts";
import { base64url, post, query, testService } from "./service.ts";

/** Messages in all, over the three properties; `npm run fuzz` sends more. */
const RUNS = Number(process.env.NDOTS_FUZZ ?? 50_000);

const names = [
  "web-service",
  "api.example.com",
  "a.b.c.d.e.f",
  ".",
  "dns.test",
  "10.0.100.10.in-addr.arpa",
  "_http._tcp.web-service",
];
const types = [
  "A",
  "AAAA",
  "SRV",
  "TXT",
  "PTR",
  "ANY",
  "SOA",
  "NS",
  "HTTPS",
  "TYPE65280",
  "AXFR",
  "CNAME",
  "MX",
  "OPT",
];

const wellFormed = fc
  .record({
    name: fc.constantFrom(...names),
    type: fc.constantFrom(...types),
    id: fc.nat(0xffff),
    rd: fc.boolean(),
    edns: fc.boolean(),
    dnssecOk: fc.boolean(),
  })
  .map(({ name, type, ...ask }) => query(name, type, ask));

const mutated = fc
  .tuple(
    wellFormed,
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
    fc.nat(),
    fc.uint8Array({ maxLength: 16 }),
  )
  .map(([octets, changes, cut, tail]) => {
    const changed = new Uint8Array([...octets, ...(cut % 3 === 0 ? tail : [])]);
    for (const [at, octet] of changes) changed[at % changed.length] = octet;
    return cut % 5 === 0 ? changed.slice(0, cut % (changed.length + 1)) : changed;
  });

const paths = [
  "/dns-query",
  "/dns-query/libc=musl",
  "/dns-query/libc=go",
  "/dns-query/search=off",
  "/clusters/lab/dns-query",
  "/clusters/demo/namespaces/kube-system/dns-query",
];

async function answers(response: Response, octets: Uint8Array): Promise<void> {
  expect(response.status).toBeLessThan(500);
  const body = new Uint8Array(await response.arrayBuffer());
  if (octets.length < 12) {
    expect(response.status).toBe(400);
    return;
  }
  expect(response.status).toBe(200);
  const read = decodeMessage(body);
  expect(read.ok).toBe(true);
  if (!read.ok) return;
  expect(read.value.id).toBe(((octets[0] as number) << 8) | (octets[1] as number));
  expect(read.value.flags.qr).toBe(true);
}

const { app } = testService();

test("mutated messages", async () => {
  const property = fc.asyncProperty(mutated, fc.constantFrom(...paths), async (octets, path) => {
    await answers(await post(app, octets as Uint8Array<ArrayBuffer>, path), octets);
  });
  await fc.assert(property, { numRuns: Math.floor(RUNS * 0.7) });
}, 600_000);

test("random octets", async () => {
  const property = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (octets) => {
    await answers(await post(app, octets as Uint8Array<ArrayBuffer>), octets);
  });
  await fc.assert(property, { numRuns: Math.floor(RUNS * 0.2) });
}, 600_000);

test("well-formed messages by GET", async () => {
  const property = fc.asyncProperty(wellFormed, async (octets) => {
    await answers(await app.request(`/dns-query?dns=${base64url(octets)}`), octets);
  });
  await fc.assert(property, { numRuns: Math.ceil(RUNS * 0.1) });
}, 600_000);

test("hostile paths and parameters are answered below 500, in types that no browser runs", async () => {
  const piece = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.constantFrom(
      "ndots=5",
      "search=a,b",
      "clusters",
      "demo",
      "..",
      "%00",
      "<script>",
      "dns-query",
      "resolve",
    ),
  );
  const property = fc.asyncProperty(
    fc.array(piece, { maxLength: 6 }),
    fc.dictionary(
      fc.constantFrom(
        "name",
        "type",
        "ndots",
        "search",
        "libc",
        "family",
        "seed",
        "cache",
        "do",
        "ct",
        "dns",
      ),
      piece,
    ),
    async (segments, parameters) => {
      const path = `/${segments.map(encodeURIComponent).join("/")}?${new URLSearchParams(parameters)}`;
      for (const one of [path, `/resolve?${new URLSearchParams(parameters)}`]) {
        const response = await app.request(one);
        expect(response.status).toBeLessThan(500);
        expect(response.headers.get("content-type") ?? "").not.toMatch(/html/);
      }
    },
  );
  await fc.assert(property, { numRuns: Math.ceil(RUNS / 50) });
}, 600_000);
