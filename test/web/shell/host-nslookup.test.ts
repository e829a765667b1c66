/**
 * host and nslookup, as those of BIND 9.18.49 print the same replies, and BusyBox's nslookup (1.35) in the Alpine Pod.
 */
import { describe, expect, test } from "vitest";
import { textOf, typing } from "./typing.ts";

interface Row {
  readonly why: string;
  readonly line: string;
  readonly prints: string;
  readonly status?: number;
}

const SERVER = "Server:\t\t10.100.0.10\nAddress:\t10.100.0.10#53\n\n";

const SOA = `example.com
	origin = ns1.example.com
	mail addr = hostmaster.example.com
	serial = 2026112300
	refresh = 7200
	retry = 3600
	expire = 1209600
	minimum = 3600
`;

const NSLOOKUP: readonly Row[] = [
  {
    why: "a Service of the own namespace is found by the first search domain",
    line: "nslookup web-service",
    prints: `${SERVER}Name:\tweb-service.default.svc.cluster.local\nAddress: 10.100.7.7\n\n`,
  },
  {
    why: "an outside name comes after the whole list, AAAA behind A",
    line: "nslookup api.example.com",
    prints: `${SERVER}Non-authoritative answer:
Name:	api.example.com
Address: 203.0.113.10
Name:	api.example.com
Address: 2001:db8:80::10

`,
  },
  {
    why: "AAAA is asked at the end of the aliases",
    line: "nslookup www.example.com",
    prints: `${SERVER}Non-authoritative answer:
www.example.com	canonical name = example.com.
Name:	example.com
Address: 203.0.113.80
Name:	example.com
Address: 2001:db8:80::80

`,
  },
  {
    why: "a name that nobody has is named as it was typed",
    line: "nslookup nope",
    prints: `${SERVER}** server can't find nope: NXDOMAIN\n\n`,
    status: 1,
  },
  {
    why: "a server that fails is told of first",
    line: "nslookup loop.example.com",
    prints: `;; Got SERVFAIL reply from 10.100.0.10\n${SERVER}** server can't find loop.example.com: SERVFAIL\n\n`,
    status: 1,
  },
  {
    why: "NODATA ends the search",
    line: "nslookup -type=aaaa web-service",
    prints: `${SERVER}*** Can't find web-service: No answer\n\n`,
  },
  {
    why: "an address is asked for without a word about the server",
    line: "nslookup 10.100.0.10",
    prints: "10.0.100.10.in-addr.arpa\tname = kube-dns.kube-system.svc.cluster.local.\n\n",
  },
  {
    why: "other types tell who else would know",
    line: "nslookup -type=cname api.example.com",
    prints: `${SERVER}Non-authoritative answer:
*** Can't find api.example.com: No answer

Authoritative answers can be found from:
${SOA}
`,
  },
  {
    why: "an SOA is written out",
    line: "nslookup -type=soa example.com.",
    prints: `${SERVER}Non-authoritative answer:
${SOA}
Authoritative answers can be found from:

`,
  },
  {
    why: "SRV is a service",
    line: "nslookup -type=srv _http._tcp.web-service",
    prints: `${SERVER}_http._tcp.web-service.default.svc.cluster.local	service = 0 100 80 web-service.default.svc.cluster.local.

`,
  },
  {
    why: "a name with ndots dots is asked as it is, and nothing else",
    line: "nslookup -ndots=1 web-service.prod",
    prints: `${SERVER}** server can't find web-service.prod: NXDOMAIN\n\n`,
    status: 1,
  },
  {
    why: "-domain= takes the list's place",
    line: "nslookup -domain=prod.svc.cluster.local web-service",
    prints: `${SERVER}Name:\tweb-service.prod.svc.cluster.local\nAddress: 10.100.42.42\n\n`,
  },
  {
    why: "a type that is none is told of, and passed over",
    line: "nslookup -type=foo nope.",
    prints: `unknown query type: foo\n${SERVER}** server can't find nope: NXDOMAIN\n\n`,
    status: 1,
  },
  {
    why: "an option that is none too",
    line: "nslookup -bogus -nosearch web-service",
    prints: `*** Invalid option: bogus\n${SERVER}** server can't find web-service: NXDOMAIN\n\n`,
    status: 1,
  },
  {
    why: "a named server keeps its name",
    line: "nslookup web-service kube-dns.kube-system",
    prints: `Server:\t\tkube-dns.kube-system\nAddress:\t10.100.0.10#53\n
Name:\tweb-service.default.svc.cluster.local\nAddress: 10.100.7.7\n\n`,
  },
  {
    why: "an empty label is no legal name",
    line: "nslookup a..b",
    prints: "nslookup: 'a..b' is not in legal name syntax (empty label)\n",
    status: 1,
  },
  {
    why: "an empty word is none either",
    line: "nslookup ''",
    prints: "nslookup: '' is not in legal name syntax (unexpected end of input)\n",
    status: 1,
  },
];

const HOST: readonly Row[] = [
  {
    why: "a Service has an address and no mail",
    line: "host web-service",
    prints: "web-service.default.svc.cluster.local has address 10.100.7.7\n",
  },
  {
    why: "AAAA and MX are asked at the end of the aliases",
    line: "host www.example.com",
    prints: `www.example.com is an alias for example.com.
example.com has address 203.0.113.80
example.com has IPv6 address 2001:db8:80::80
example.com mail is handled by 10 mail.example.com.
`,
  },
  {
    why: "what is not found is named as typed, its dot included",
    line: "host nope.",
    prints: "Host nope. not found: 3(NXDOMAIN)\n",
    status: 1,
  },
  {
    why: "a failure is named as asked",
    line: "host loop.example.com",
    prints: "Host loop.example.com not found: 2(SERVFAIL)\n",
    status: 1,
  },
  {
    why: "an address without a name is named as under arpa",
    line: "host fd00:10:244:2::5",
    prints:
      "Host 5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.4.4.2.0.0.1.0.0.0.0.d.f.ip6.arpa not found: 3(NXDOMAIN)\n",
    status: 1,
  },
  {
    why: "a type without records is told of",
    line: "host -t aaaa web-service",
    prints: "web-service.default.svc.cluster.local has no AAAA record\n",
  },
  {
    why: "flags may stand together",
    line: "host -rt mx example.com",
    prints: "example.com mail is handled by 10 mail.example.com.\n",
  },
  {
    why: "a named server is told of once",
    line: "host api.example.com. 10.100.0.10",
    prints: `Using domain server:
Name: 10.100.0.10
Address: 10.100.0.10#53
Aliases: 

api.example.com has address 203.0.113.10
api.example.com has IPv6 address 2001:db8:80::10
`,
  },
  {
    why: "a type that is none ends it",
    line: "host -t foo x",
    prints: "host: invalid type: foo\n\n",
    status: 2,
  },
  {
    why: "what this shell has not is said",
    line: "host -C example.com",
    prints:
      "host: -C is not in this shell\nUsage: host [-rTV] [-N ndots] [-t type] hostname [server]\n",
    status: 1,
  },
];

const BUSYBOX_SERVER = "Server:\t\t10.100.0.10\nAddress:\t10.100.0.10:53\n\n";

const BUSYBOX: readonly Row[] = [
  {
    why: "a name without a dot is asked in every search domain, and never as it is",
    line: "nslookup web-service",
    prints: `${BUSYBOX_SERVER}Name:	web-service.default.svc.cluster.local
Address: 10.100.7.7

** server can't find web-service.svc.cluster.local: NXDOMAIN

** server can't find web-service.cluster.local: NXDOMAIN

** server can't find web-service.us-west-2.compute.internal: NXDOMAIN


** server can't find web-service.svc.cluster.local: NXDOMAIN

** server can't find web-service.cluster.local: NXDOMAIN

** server can't find web-service.us-west-2.compute.internal: NXDOMAIN

`,
    status: 1,
  },
  {
    why: "a name with a dot is asked as it is, and web-service.prod is not found",
    line: "nslookup web-service.prod",
    prints: `${BUSYBOX_SERVER}** server can't find web-service.prod: NXDOMAIN\n\n** server can't find web-service.prod: NXDOMAIN\n\n`,
    status: 1,
  },
  {
    why: "names are without the root's dot",
    line: "nslookup -type=mx example.com",
    prints: `${BUSYBOX_SERVER}Non-authoritative answer:\nexample.com\tmail exchanger = 10 mail.example.com\n\n`,
  },
  {
    why: "an address is asked for by its name under arpa",
    line: "nslookup 10.9.9.9",
    prints: `${BUSYBOX_SERVER}** server can't find 9.9.9.10.in-addr.arpa: NXDOMAIN\n\n`,
    status: 1,
  },
  {
    why: "but with a type it is a name",
    line: "nslookup -type=ptr 10.100.0.10",
    prints: `${BUSYBOX_SERVER}** server can't find 10.100.0.10: NXDOMAIN\n\n`,
    status: 1,
  },
  {
    why: "it knows ten types",
    line: "nslookup -type=https x",
    prints: 'nslookup: invalid query type "https"\n',
    status: 1,
  },
];

describe.each([
  ["nslookup", "client", "glibc", NSLOOKUP],
  ["host", "client", "glibc", HOST],
  ["BusyBox's nslookup", "alpine", "musl", BUSYBOX],
] as const)("%s", (_, pod, libc, rows) => {
  test.each(rows)("$why", async ({ line, prints, status = 0 }) => {
    const output = await typing(pod, {}, { libc }).type(line);
    expect(textOf(output)).toBe(prints);
    expect(output.status).toBe(status);
  });
});

test.each<{ why: string; line: string; pod?: string; libc?: string; life: string; posts: number }>([
  {
    why: "nslookup's life is the search for the name as it was typed",
    line: "nslookup api.example.com",
    life: "/life?seed=7&cache=off&name=api.example.com",
    posts: 6,
  },
  {
    why: "host's too, with a type where there was one",
    line: "host -t mx example.com",
    life: "/life?seed=7&cache=off&name=example.com&type=MX",
    posts: 5,
  },
  {
    why: "an address has the life of its name under arpa",
    line: "nslookup 10.100.0.10",
    life: "/life?seed=7&cache=off&name=10.0.100.10.in-addr.arpa.&type=PTR",
    posts: 1,
  },
  {
    why: "BusyBox asks eight times for a Service",
    line: "nslookup web-service",
    pod: "alpine",
    libc: "musl",
    life: "/clusters/demo/namespaces/default/pods/alpine/life?seed=7&cache=off&name=web-service",
    posts: 8,
  },
])("$why", async ({ line, pod, libc, life, posts }) => {
  const { type, requests } = typing(pod, {}, { ...(libc !== undefined && { libc }) });
  const output = await type(line);
  expect(output.life).toBe(life);
  expect(output.lines.flatMap((one) => (one.life === undefined ? [] : [one.life]))).toEqual([life]);
  expect(requests.filter((path) => path.startsWith("POST "))).toHaveLength(posts);
});
