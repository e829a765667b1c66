/**
 * getent, as glibc 2.36's prints it in the same Pod, and as Alpine's prints what musl 1.2.3 finds.
 */
import { describe, expect, test } from "vitest";
import { textOf, typing } from "./typing.ts";

interface Row {
  readonly why: string;
  readonly line: string;
  readonly prints: string;
  readonly status?: number;
}

const GLIBC: readonly Row[] = [
  {
    why: "hosts asks for IPv6 in every domain before it asks for IPv4",
    line: "getent hosts web-service",
    prints: "10.100.7.7      web-service.default.svc.cluster.local\n",
  },
  {
    why: "an outside name has its IPv6 address alone",
    line: "getent hosts api.example.com",
    prints: "2001:db8:80::10 api.example.com\n",
  },
  {
    why: "aliases stand behind the name at their end",
    line: "getent hosts shop.example.com",
    prints: "2001:db8:81::7  edge-7.cdn.example.net shop.example.com shop.cdn.example.net\n",
  },
  {
    why: "the hosts file comes first, with the names of its line",
    line: "getent hosts localhost",
    prints: "::1             localhost ip6-localhost ip6-loopback\n",
  },
  {
    why: "an address is looked for in the hosts file",
    line: "getent hosts FE00::1",
    prints: "fe00::1         ip6-allnodes\n",
  },
  {
    why: "then asked for",
    line: "getent hosts 10.100.0.10",
    prints: "10.100.0.10     kube-dns.kube-system.svc.cluster.local\n",
  },
  {
    why: "one that is not found does not keep the next from being asked",
    line: "getent hosts nope web-service",
    prints: "10.100.7.7      web-service.default.svc.cluster.local\n",
    status: 2,
  },
  { why: "an address without a name", line: "getent hosts 10.9.9.9", prints: "", status: 2 },
  {
    why: "without a key it is the file's IPv4 lines, the loopback of IPv6 among them",
    line: "getent hosts",
    prints: `127.0.0.1       localhost
127.0.0.1       localhost ip6-localhost ip6-loopback
10.244.2.5      client
`,
  },
  {
    why: "ahosts has a line a kind of socket, the first with the name",
    line: "getent ahosts web-service",
    prints: `10.100.7.7      STREAM web-service.default.svc.cluster.local
10.100.7.7      DGRAM  
10.100.7.7      RAW    
`,
  },
  {
    why: "IPv6 comes first where the Pod has an address of the same kind",
    line: "getent ahosts client",
    prints: `fd00:10:244:2::5 STREAM client
fd00:10:244:2::5 DGRAM  
fd00:10:244:2::5 RAW    
10.244.2.5      STREAM 
10.244.2.5      DGRAM  
10.244.2.5      RAW    
`,
  },
  {
    why: "and last where it has none",
    line: "getent ahosts api.example.com",
    prints: `203.0.113.10    STREAM api.example.com
203.0.113.10    DGRAM  
203.0.113.10    RAW    
2001:db8:80::10 STREAM 
2001:db8:80::10 DGRAM  
2001:db8:80::10 RAW    
`,
  },
  {
    why: "an address is its own name",
    line: "getent ahosts 10.1",
    prints: "10.0.0.1        STREAM 10.1\n10.0.0.1        DGRAM  \n10.0.0.1        RAW    \n",
  },
  {
    why: "IPv4 is mapped where IPv6 is wanted and not there",
    line: "getent ahostsv6 web-service",
    prints: `::ffff:10.100.7.7 STREAM web-service.default.svc.cluster.local
::ffff:10.100.7.7 DGRAM  
::ffff:10.100.7.7 RAW    
`,
  },
  {
    why: "a database that is not here",
    line: "getent passwd root",
    prints: "getent: unknown database: passwd\nThis shell has hosts, ahosts, ahostsv4, ahostsv6.\n",
    status: 1,
  },
];

const MUSL: readonly Row[] = [
  {
    why: "the name stands twice, and the key behind it",
    line: "getent hosts web-service",
    prints:
      "10.100.7.7        web-service.default.svc.cluster.local  web-service.default.svc.cluster.local web-service\n",
  },
  {
    why: "a key that is the name does not come a third time",
    line: "getent hosts api.example.com",
    prints: "2001:db8:80::10   api.example.com  api.example.com\n",
  },
  {
    why: "an address without a name is its own",
    line: "getent hosts 10.9.9.9",
    prints: "10.9.9.9          10.9.9.9  10.9.9.9\n",
  },
  {
    why: "the first that is not found ends it",
    line: "getent hosts nope web-service",
    prints: "",
    status: 2,
  },
  {
    why: "ahosts has two kinds of socket, and the name on each line; IPv4 before unique local IPv6",
    line: "getent ahosts alpine",
    prints: `10.244.2.6      STREAM alpine
10.244.2.6      DGRAM  alpine
fd00:10:244:2::6 STREAM alpine
fd00:10:244:2::6 DGRAM  alpine
`,
  },
  {
    why: "both families are asked at once where mapped addresses will do",
    line: "getent ahostsv6 web-service",
    prints: `::ffff:10.100.7.7 STREAM web-service.default.svc.cluster.local
::ffff:10.100.7.7 DGRAM  web-service.default.svc.cluster.local
`,
  },
];

describe.each([
  ["client", "glibc", GLIBC],
  ["alpine", "musl", MUSL],
] as const)("getent in Pod %s", (pod, libc, rows) => {
  test.each(rows)("$why", async ({ line, prints, status = 0 }) => {
    const output = await typing(pod, {}, { libc }).type(line);
    expect(textOf(output)).toBe(prints);
    expect(output.status).toBe(status);
  });
});

test("each family is a lookup of its own, and the last one's life is offered", async () => {
  const { type, requests } = typing();
  const output = await type("getent hosts nope");
  expect(requests).toEqual([
    "/hosts",
    "/life.json?seed=7&cache=off&name=nope&family=6",
    "/life.json?seed=7&cache=off&name=nope&family=4",
  ]);
  expect(output.lines).toEqual([]);
  expect(output.life).toBe("/life?seed=7&cache=off&name=nope&family=4");
});

test("the Pod of a Go program is asked by a debug container's glibc", async () => {
  const { type, requests } = typing("golang", {}, { libc: "go" });
  await type("getent ahosts web-service");
  expect(requests[1]).toContain("&libc=glibc");
});
