/**
 * Hostile input: messages, names, parameters and addresses as no honest client sends them, and some as one does.
 *
 * @module
 */
import fc from "fast-check";
import { base64url, query } from "../http/service.ts";

/** Names that the demo cluster knows, that it does not, and that are special. */
const NAMES = [
  "web-service",
  "api.example.com",
  "a.b.c.d.e.f",
  ".",
  "dns.test",
  "10.0.100.10.in-addr.arpa",
  "_http._tcp.web-service",
  "web-service.default.svc.cluster.local",
];

const TYPES = "A AAAA SRV TXT PTR ANY SOA NS HTTPS TYPE65280 AXFR CNAME MX OPT TSIG DS RRSIG".split(
  " ",
);

/** What terminals, browsers, logs and headers act upon. */
const CHARGED = [
  "\r\n\r\nHTTP/1.1 200 OK\r\n",
  "\r\nSet-Cookie: a=b",
  "\u001b[31m\u001b]0;title\u0007",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "\u0000",
  "\u202e\u200b",
  "%0d%0a",
  "%",
  "..",
  "../../etc/passwd",
  "{{ .Name }}",
  "$" + "{jndi:ldap://192.0.2.1}",
  "__proto__",
  "constructor",
  "\ud800",
  "'; DROP TABLE pods; --",
];

export const wellFormed: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc
  .record({
    name: fc.constantFrom(...NAMES),
    type: fc.constantFrom(...TYPES),
    id: fc.nat(0xffff),
    rd: fc.boolean(),
    edns: fc.boolean(),
    dnssecOk: fc.boolean(),
  })
  .map(({ name, type, ...ask }) => query(name, type, ask));

/** A message with some octets changed, cut off or lengthened. */
export const mutated: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc
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

export const octets = fc.uint8Array({ maxLength: 300 }) as fc.Arbitrary<Uint8Array<ArrayBuffer>>;

/** A piece of text: ordinary, odd, or meant to break out of wherever it is put. */
export const piece: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(...CHARGED),
  fc.constantFrom(...NAMES),
);

const label = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("web-service", "default", "svc", "cluster", "local", "a"),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary-ascii", maxLength: 66 }) },
  { weight: 1, arbitrary: piece },
);

export const hostileName: fc.Arbitrary<string> = fc.oneof(
  fc.array(label, { maxLength: 8 }).map((labels) => labels.join(".")),
  fc.tuple(label, fc.nat(140)).map(([one, times]) => `${one}.`.repeat(times)),
  piece,
);

const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  name: hostileName,
  type: fc.oneof(fc.constantFrom(...TYPES, "0", "65535", "65536", "-1", "1e9"), piece),
  ndots: fc.oneof(fc.constantFrom("0", "5", "255", "256", "-1", "5.0"), piece),
  search: fc.oneof(
    fc.constantFrom("off", "a.test", ""),
    fc.array(hostileName, { maxLength: 40 }).map((names) => names.join(",")),
  ),
  libc: fc.oneof(fc.constantFrom("glibc", "musl", "go", "GLIBC"), piece),
  family: fc.oneof(fc.constantFrom("4", "6", "any", "5"), piece),
  seed: fc.oneof(fc.constantFrom("0", "1", "4294967295", "4294967296"), piece),
  cache: fc.oneof(fc.constantFrom("off", "on"), piece),
  trace: fc.oneof(fc.constantFrom("off"), piece),
  do: fc.oneof(fc.constantFrom("1", "0", "true"), piece),
  cd: fc.oneof(fc.constantFrom("1", "0"), piece),
  ct: fc.oneof(fc.constantFrom("application/dns-message", "application/dns-json"), piece),
  dns: fc.oneof(mutated.map(base64url), piece),
  fault: fc.oneof(
    fc.constantFrom("conntrack-race", "coredns-down", "upstream-slow", "drop=1", "drop=99"),
    piece,
  ),
  color: fc.oneof(fc.constantFrom("always", "never"), piece),
};

const parameter = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((key) => fc.tuple(fc.constant(key), VALUES[key] as fc.Arbitrary<string>));

/** A query string, `name` in it more often than not, and some keys twice. */
export const parameters: fc.Arbitrary<string> = fc
  .tuple(fc.option(hostileName), fc.array(parameter, { maxLength: 4 }))
  .map(([name, others]) => {
    const all: [string, string][] = name === null ? others : [["name", name], ...others];
    return new URLSearchParams(all.map(([key, value]) => [key, value.toWellFormed()])).toString();
  });

/** Options as they stand behind a resource in a path. */
export const segments: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      parameter.map(([key, value]) => `${key}=${value}`),
      piece,
    ),
    { maxLength: 3 },
  )
  .map((all) => all.map((one) => `/${encodeURIComponent(one.toWellFormed())}`).join(""));

const vantage = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "/clusters/demo",
      "/clusters/lab",
      "/clusters/demo/namespaces/default",
      "/clusters/demo/namespaces/default/pods/client",
      "/clusters/demo/namespaces/default/pods/policy-none",
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(piece, piece, piece)
      .map((parts) => parts.map((one) => encodeURIComponent(one.toWellFormed())))
      .map(([a, b, c]) => `/clusters/${a}/namespaces/${b}/pods/${c}`),
  },
);

const resource = fc.constantFrom(
  "/dns-query",
  "/resolve",
  "/life",
  "/life.txt",
  "/life.json",
  "/life.pcapng",
  "/compare",
  "/compare.json",
  "/resolv.conf",
  "/hosts",
  "/corefile",
  "/nodes/node-1/iptables",
  "/",
  "",
);

/** A whole address. */
export const address: fc.Arbitrary<string> = fc
  .tuple(vantage, resource, segments, parameters)
  .map(([who, what, options, asked]) => `${who}${what}${options}?${asked}` || "/");
