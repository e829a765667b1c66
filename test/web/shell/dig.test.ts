/**
 * dig's output, as dig of BIND 9.18.49 prints it for the same replies.
 */
import { describe, expect, test } from "vitest";
import { textOf, typing } from "./typing.ts";

const FOOT = `;; Query time: 0 msec
;; SERVER: 10.100.0.10#53(10.100.0.10) (UDP)
;; WHEN: Tue Sep 01 00:00:00 UTC 2026
`;

const ROWS: readonly { why: string; line: string; prints: string; status?: number }[] = [
  {
    why: "the name is asked as it is, search list or not",
    line: "dig web-service",
    prints: `
; <<>> DiG 9.18.49 <<>> web-service
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 32768
;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
; EDE: 29: (1/1 web-service. NXDOMAIN forward)
;; QUESTION SECTION:
;web-service.			IN	A

;; AUTHORITY SECTION:
.			30	IN	SOA	a.root-servers.net. nstld.verisign-grs.com. 2026112300 1800 900 604800 86400

${FOOT};; MSG SIZE  rcvd: 154

`,
  },
  {
    why: "+search goes through the list, and a long name pushes its columns on",
    line: "dig +search web-service",
    prints: `
; <<>> DiG 9.18.49 <<>> +search web-service
;; global options: +cmd
;; Got answer:
;; WARNING: .local is reserved for Multicast DNS
;; You are currently testing what happens when an mDNS query is leaked to DNS
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 32768
;; flags: qr aa rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
; EDE: 29: (1/1 web-service.default.svc.cluster.local. NOERROR kubernetes)
;; QUESTION SECTION:
;web-service.default.svc.cluster.local. IN A

;; ANSWER SECTION:
web-service.default.svc.cluster.local. 30 IN A	10.100.7.7

${FOOT};; MSG SIZE  rcvd: 149

`,
  },
  {
    why: "sections are wanted one by one",
    line: "dig +noall +answer www.example.com",
    prints:
      "www.example.com.\t30\tIN\tCNAME\texample.com.\nexample.com.\t\t30\tIN\tA\t203.0.113.80\n",
  },
  {
    why: "+short has the data alone, of every name, wherever it stands",
    line: "dig www.example.com example.org +short",
    prints: "example.com.\n203.0.113.80\n192.0.2.80\n",
  },
  {
    why: "-x asks for an address's name",
    line: "dig -x 10.100.0.10 +noall +answer",
    prints: "10.0.100.10.in-addr.arpa. 30\tIN\tPTR\tkube-dns.kube-system.svc.cluster.local.\n",
  },
  {
    why: "what is no address is turned round by its dots",
    line: "dig -x 10.0.1 +noall +question",
    prints: ";1.0.10.in-addr.arpa.\t\tIN\tPTR\n",
  },
  {
    why: "a type is a word or an option",
    line: "dig in mx example.com +noall +answer -t txt",
    prints: 'example.com.\t\t30\tIN\tTXT\t"v=spf1 mx -all"\n',
  },
  {
    why: "an option behind a name is that name's, and the greeting comes once",
    line: "dig example.org +noall +answer example.net",
    prints: `example.org.		30	IN	A	192.0.2.80
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 32768
;; flags: qr rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
; EDE: 29: (1/1 example.net. NOERROR forward)
;; QUESTION SECTION:
;example.net.			IN	A

;; ANSWER SECTION:
example.net.		30	IN	A	198.51.100.80

${FOOT};; MSG SIZE  rcvd: 94

`,
  },
  {
    why: "flags are in the query, and DO comes back",
    line: "dig +norec +noad +cd +dnssec example.com +nocmd +nostats +noquestion +noanswer",
    prints: `;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 32768
;; flags: qr ra cd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags: do; udp: 1232
; EDE: 29: (1/1 example.com. NOERROR forward)
`,
  },
  {
    why: "without EDNS there is no pseudosection",
    line: "dig +noedns +nocookie +nocmd +nostats +noquestion example.com",
    prints: `;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 32768
;; flags: qr rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0

;; ANSWER SECTION:
example.com.		30	IN	A	203.0.113.80

`,
  },
  {
    why: "columns go with +nottlid and +noclass",
    line: "dig +noall +answer +nottlid +noclass example.com",
    prints: "example.com.\t\tA\t203.0.113.80\n",
  },
  {
    why: "errors have their names as far as 9.18 knows them",
    line: "dig loop.example.com +noall +comments",
    prints: `;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 32768
;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
; EDE: 0 (Other): (10.0.0.2 found aliases without an end)
; EDE: 29: (1/2 loop.example.com. SERVFAIL forward)
; EDE: 29: (2/2 loop.example.com. SERVFAIL forward attempt 2)
`,
  },
  {
    why: "the server may be named, as getaddrinfo finds it",
    line: "dig @kube-dns.kube-system example.com +noall +stats",
    prints: `;; Query time: 0 msec
;; SERVER: 10.100.0.10#53(kube-dns.kube-system) (UDP)
;; WHEN: Tue Sep 01 00:00:00 UTC 2026
;; MSG SIZE  rcvd: 94

`,
  },
  {
    why: "another server cannot be asked, which is said",
    line: "dig @192.0.2.1 example.com",
    prints:
      "dig: from here only the Pod's own nameserver can be asked, 10.100.0.10: received 192.0.2.1\n",
    status: 1,
  },
  {
    why: "a server's name that nobody knows is dig's own error",
    line: "dig @nosuch example.com",
    prints: "dig: couldn't get address for 'nosuch': not found\n",
    status: 1,
  },
  {
    why: "no name is the root's nameservers, whatever type is said",
    line: "dig -t mx +noall +question",
    prints: ";.\t\t\t\tIN\tNS\n",
  },
  {
    why: "a name with an empty label is refused in dig's words",
    line: "dig foo..bar",
    prints: "dig: 'foo..bar' is not a legal name (empty label)\n",
    status: 10,
  },
  {
    why: "a type that is none is passed over with a warning",
    line: "dig -t foo example.com +short",
    prints: ";; Warning, ignoring invalid type foo\n203.0.113.80\n",
  },
  {
    why: "ndots takes a number",
    line: "dig +ndots=x x",
    prints: "invalid ndots 'x': not a valid number\ndig: Couldn't parse ndots\n",
    status: 10,
  },
  {
    why: "what dig has and this shell has not is said",
    line: "dig +trace example.com",
    prints: "dig: +trace is not in this shell: see help dig\n",
    status: 1,
  },
  {
    why: "octets that are no letters are escaped",
    line: 'dig "x y.example" +noall +question',
    prints: ";x\\032y.example.\t\t\tIN\tA\n",
  },
];

describe("dig", () => {
  test.each(ROWS)("$why", async ({ line, prints, status = 0 }) => {
    const output = await typing().type(line);
    expect(textOf(output)).toBe(prints);
    expect(output.status).toBe(status);
  });
});

test("each message leads to the life of its own query, and +showsearch shows every one", async () => {
  const { lines } = await typing().type("dig +search +showsearch api.example.com");
  const lives = lines.flatMap(({ life }) => (life === undefined ? [] : [life]));
  const names = lives.map((life) => new URLSearchParams(life.split("?")[1]).get("name"));
  expect(names).toEqual([
    "api.example.com.default.svc.cluster.local.",
    "api.example.com.svc.cluster.local.",
    "api.example.com.cluster.local.",
    "api.example.com.us-west-2.compute.internal.",
    "api.example.com.",
  ]);
  expect(lives[4]).toBe("/life?seed=7&cache=off&name=api.example.com.&family=4");
  const statuses = lines.flatMap(({ text }) => /status: ([A-Z]+)/.exec(text)?.[1] ?? []);
  expect(statuses).toEqual([...Array.from({ length: 4 }, () => "NXDOMAIN"), "NOERROR"]);
});

test("a query is a DNS message of its own, with the page's options but those of the search", async () => {
  const options = { ndots: "2", search: "prod.svc.cluster.local", libc: "musl" };
  const { type, requests } = typing("client", options);
  const { lines } = await type("dig +search +short web-service");
  expect(lines.map(({ text }) => text)).toEqual(["10.100.42.42"]);
  expect(requests).toEqual([
    "/resolv.conf",
    "POST /dns-query/search=off/seed=7/cache=off/libc=musl",
  ]);
});

describe("a Pod whose nameserver does not answer", () => {
  test.each<{ why: string; pod: string; line: string; prints: string; status: number }>([
    {
      why: "dig tries three times, then greets",
      pod: "lost",
      line: "dig web-service",
      prints: `;; communications error to 10.100.0.99#53: timed out
;; communications error to 10.100.0.99#53: timed out
;; communications error to 10.100.0.99#53: timed out

; <<>> DiG 9.18.49 <<>> web-service
;; global options: +cmd
;; no servers could be reached
`,
      status: 9,
    },
    {
      why: "a REJECT is a refused connection",
      pod: "rejected",
      line: "dig +short web-service",
      prints: `;; communications error to 10.100.0.53#53: connection refused
;; communications error to 10.100.0.53#53: connection refused
;; communications error to 10.100.0.53#53: connection refused
;; no servers could be reached
`,
      status: 9,
    },
    {
      why: "host tries twice",
      pod: "rejected",
      line: "host -t mx web-service",
      prints: `;; communications error to 10.100.0.53#53: connection refused
;; communications error to 10.100.0.53#53: connection refused
;; no servers could be reached
`,
      status: 1,
    },
    {
      why: "nslookup ends with its empty line",
      pod: "lost",
      line: "nslookup web-service",
      prints: `;; communications error to 10.100.0.99#53: timed out
;; communications error to 10.100.0.99#53: timed out
;; communications error to 10.100.0.99#53: timed out
;; no servers could be reached

`,
      status: 1,
    },
  ])("$why", async ({ pod, line, prints, status }) => {
    const output = await typing(pod).type(line);
    expect(textOf(output)).toBe(prints);
    expect(output.status).toBe(status);
  });

  test("BusyBox's nslookup takes both for a time-out, and tells of the refusal first", async () => {
    const refused = await typing("rejected", {}, { libc: "musl" }).type("nslookup web-service");
    const end = ";; connection timed out; no servers could be reached\n\n";
    expect(textOf(refused)).toBe(`nslookup: write to '10.100.0.53': Connection refused\n${end}`);
    const lost = await typing("lost", {}, { libc: "musl" }).type("nslookup web-service");
    expect(textOf(lost)).toBe(end);
    expect(lost.status).toBe(1);
  });
});
