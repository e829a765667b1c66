/**
 * A life in which every field of the type stands, as the compiler sees to; nothing else of it is true.
 *
 * @module
 */
import { name } from "../../src/dns/name.ts";
import type { Life, LifeAdvice, LifePacket, LifeQuery, LifeResult } from "../../src/trace/life.ts";

/** The type with no field left out; what is built in. */
type Whole<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Whole<Item>[]
    : { readonly [Key in keyof T]-?: Whole<T[Key]> };

const RULE = {
  hook: "PREROUTING",
  table: "nat",
  chain: "KUBE-SERVICES",
  rule: "-A KUBE-SERVICES -j KUBE-SVC-TCOU7JCQXEZGVUNU",
};

const REWRITE = {
  hook: "PREROUTING",
  half: "dst",
  from: "10.100.0.10:53",
  to: "10.244.0.4:53",
  by: "conntrack",
} as const;

const COST = { queries: 1, wasted: 0, packets: 2, upstream: 1, ms: 0 };

const QUERY: Whole<LifeQuery> = {
  name: "api.example.org.",
  type: "A",
  rcode: "NOERROR",
  answers: 1,
  source: "forward",
  cache: "miss",
  ttl: 30,
  upstream: "192.0.2.53",
  attempt: 2,
  note: "a note",
  reason: "as it is",
  steps: [{ plugin: "forward", did: "asked 192.0.2.53: NOERROR" }],
  index: 0,
  candidate: 0,
  server: "10.100.0.10",
  protocol: "udp",
  port: 35890,
  at: 0,
  waited: 5000,
  reached: "10.244.0.4",
  answer: ["api.example.org. 30 IN A 203.0.113.10"],
  authority: [],
  request: "AAA=",
  reply: "AAAA",
};

const PACKET: Whole<LifePacket> = {
  at: 0,
  query: 0,
  kind: "reply",
  leg: "pod",
  protocol: "tcp",
  flags: ["ACK"],
  question: "api.example.org. A",
  rcode: "NOERROR",
  id: 1,
  hops: [
    {
      host: "default/client",
      device: "eth0",
      towards: "out",
      src: "10.244.2.5:35890",
      dst: "10.100.0.10:53",
      ttl: 64,
      rules: [RULE],
      rewrites: [REWRITE],
      state: "NEW",
      note: "a note",
    },
  ],
  end: {
    kind: "dropped",
    host: "node-1",
    rules: [RULE],
    rewrites: [REWRITE],
    state: "NEW",
    why: "a reason",
  },
};

const ADVICE: Whole<LifeAdvice> = {
  kind: "ndots",
  how: "options ndots:2",
  self: "/life?name=api.example.org&ndots=2",
  cost: COST,
  same: true,
  caution: "a caution",
};

export const RESULTS: readonly Whole<LifeResult>[] = [
  { kind: "found", answers: ["203.0.113.10"], name: name("api.example.org.") },
  { kind: "failed", error: "EAI_NONAME", text: "Name or service not known" },
];

export const EVERY_FIELD: Whole<Life> = {
  version: 1,
  asked: {
    name: "api.example.org",
    call: "getaddrinfo",
    family: "any",
    types: ["A", "AAAA"],
    seed: 1,
    fault: "drop=1",
    self: "/life?name=api.example.org&seed=1",
  },
  vantage: {
    cluster: "demo",
    namespace: "default",
    pod: "client",
    madeUp: false,
    node: "node-1",
    address: "10.244.2.5",
    dnsPolicy: "ClusterFirst",
    hostNetwork: false,
    libc: "glibc",
    libcVersion: "glibc 2.36",
  },
  files: { resolvConf: "nameserver 10.100.0.10\n", hosts: "127.0.0.1 localhost\n" },
  events: [{ reason: "DNSConfigForming", message: "a message" }],
  settings: {
    nameservers: ["10.100.0.10"],
    search: ["default.svc.cluster.local"],
    ndots: 5,
    timeout: 5000,
    attempts: 2,
    flags: ["rotate"],
    notes: ["a note"],
  },
  before: [{ what: "hosts", did: "the name is not in the hosts file" }],
  candidates: [
    {
      name: "api.example.org.default.svc.cluster.local.",
      suffix: "default.svc.cluster.local",
      reason: "2 dots, fewer than ndots:5",
      outcome: "NXDOMAIN",
    },
  ],
  queries: [QUERY],
  packets: [PACKET],
  conntrack: [{ host: "node-1", entries: ["udp      17 29 src=…"] }],
  coredns: {
    version: "CoreDNS",
    corefile: ".:53 {\n}\n",
    plugins: [{ block: ".:53", plugin: "cache", line: 1 }],
  },
  result: RESULTS[0] as Whole<LifeResult>,
  cost: COST,
  advice: [ADVICE],
  notes: ["a note"],
};
