/**
 * The hosts file as the real libraries read it.
 *
 * `libc-hosts.jsonl`, a file a line: what `getaddrinfo` of glibc 2.36 (Debian's /etc/host.conf, `multi on`) and of musl
 * 1.2.3, and Go 1.19's `LookupIP` said for each name and family, each in namespaces with that /etc/hosts and a server
 * that answers every query: `DNS` where the answer came from there. A family with a `c` gives the canonical name. Go
 * 1.26 said the same, in another order.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalAddress } from "../../src/dns/address.ts";
import { beforeDns } from "../../src/stub/before-dns.ts";
import { type Family, lookUpHosts, parseHosts } from "../../src/stub/hosts.ts";
import { LIBCS, type Libc } from "../../src/stub/resolver.ts";
import { stubOf } from "../../src/stub/stubs.ts";

interface Recorded {
  readonly why: string;
  readonly hosts: string;
  /** `name family` to what each libc said. */
  readonly asks: Readonly<Record<string, Readonly<Partial<Record<Libc, string>>>>>;
}

const file = new URL("libc-hosts.jsonl", import.meta.url);
const recorded: readonly Recorded[] = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

const TYPES = { "4": ["A"], "6": ["AAAA"], any: ["A", "AAAA"] } as const;

describe("as recorded", () => {
  test.each(recorded)("$why", ({ hosts, asks }) => {
    for (const [ask, said] of Object.entries(asks)) {
      const [name = "", wanted = ""] = ask.split(" ");
      const family: Family = wanted.startsWith("a") ? "any" : (wanted[0] as Family);
      for (const [libc, words] of Object.entries(said) as [Libc, string][]) {
        const seen = wanted.endsWith("c")
          ? canonical(libc, name, family, hosts)
          : outcome(libc, name, family, hosts);
        expect({ ask, libc, outcome: seen }).toEqual({ ask, libc, outcome: spelled(words) });
      }
    }
  });
});

function canonical(libc: Libc, name: string, family: Family, hosts: string): string | undefined {
  const found = lookUpHosts(libc, name, family, hosts);
  return found.kind === "found" ? found.canonicalName : undefined;
}

/** As the recordings have it; where DNS is not reached because the libc refuses the name, the words of that. */
function outcome(libc: Libc, typed: string, family: Family, hosts: string): string {
  const { answer, error } = beforeDns(libc, typed, family, hosts);
  if (answer !== undefined) return spelled(answer.join(" "));
  if (error !== undefined) return error.text;
  const question = { typed, types: TYPES[family] };
  const conf = { nameservers: ["127.0.0.1"], search: [], options: [] };
  if (stubOf(libc).candidates(question, conf).length > 0) return "DNS";
  const step = stubOf(libc).run(question, conf).next();
  return step.done && step.value.kind === "failed" ? step.value.error.text : "sent";
}

/** Addresses in one spelling, without zone, sorted: `getaddrinfo` orders them by RFC 6724. */
function spelled(words: string): string {
  const addresses = words.split(" ").map((word) => canonicalAddress(word.replace(/%.*/, "")));
  return addresses.every((address) => address !== undefined) ? addresses.sort().join(" ") : words;
}

const KUBELET = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
10.244.2.5\tclient

# Entries added by HostAliases.
10.1.2.3\tfoo.remote\tbar.remote
`;

describe("beforeDns()", () => {
  test.each<{
    why: string;
    libc: Libc;
    typed: string;
    family?: Family;
    steps: readonly string[];
    answer?: readonly string[];
    error?: string;
  }>([
    {
      why: "the pod's own name is on its line",
      libc: "glibc",
      typed: "client",
      steps: ["hosts: line 4 of the hosts file: nothing is asked"],
      answer: ["10.244.2.5"],
    },
    {
      why: "localhost has no rule of its own, but two lines",
      libc: "glibc",
      typed: "localhost",
      family: "4",
      steps: [
        "localhost: glibc has no rule for localhost (RFC 6761 asks for one): a name like any other",
        "hosts: lines 2, 3 of the hosts file: nothing is asked",
      ],
      answer: ["127.0.0.1", "127.0.0.1"],
    },
    {
      why: "a name with its last dot is another name",
      libc: "musl",
      typed: "client.",
      steps: [
        "hosts: the name, spelled with its last dot, is not in the hosts file (musl heeds case)",
      ],
    },
    {
      why: "glibc asks DNS for the family that is missing",
      libc: "glibc",
      typed: "client",
      family: "6",
      steps: [
        "hosts: line 4 of the hosts file has the name, but no IPv6 address: glibc goes on to DNS",
      ],
    },
    {
      why: "musl does not",
      libc: "musl",
      typed: "client",
      family: "6",
      steps: ["hosts: line 4 of the hosts file has the name, but no IPv6 address: musl stops here"],
      error: "EAI_NONAME",
    },
    {
      why: "Go does not, in its own words",
      libc: "go",
      typed: "Client",
      family: "6",
      steps: ["hosts: line 4 of the hosts file has the name, but no IPv6 address: Go stops here"],
      error: "no suitable address found",
    },
    {
      why: "an address is no name",
      libc: "glibc",
      typed: "10.1",
      steps: ["address: it is a numeric address, 10.0.0.1: nothing is asked"],
      answer: ["10.0.0.1"],
    },
    {
      why: "an address of the other family is an error of its own",
      libc: "glibc",
      typed: "192.0.2.1",
      family: "6",
      steps: ["address: it is a numeric address, but not IPv6: nothing is asked"],
      error: "EAI_ADDRFAMILY",
    },
    {
      why: "what only looks like an IPv4 address never reaches the hosts file",
      libc: "glibc",
      typed: "192.0.2.256",
      family: "4",
      steps: ["address: glibc takes digits and dots for an IPv4 address, and it is none"],
      error: "EAI_NONAME",
    },
  ])("$why", ({ libc, typed, family = "any", steps, answer, error }) => {
    const seen = beforeDns(libc, typed, family, KUBELET);
    expect(seen.steps.map(({ what, did }) => `${what}: ${did}`)).toEqual(steps);
    expect(seen.answer).toEqual(answer);
    expect(seen.error?.word).toBe(error);
  });
});

test("parseHosts() numbers the lines and keeps their text", () => {
  expect(
    parseHosts("\n# a comment\n fd00::A \tweb  w # its alias\r\nnonsense web\n", "go"),
  ).toEqual([
    { number: 3, text: "fd00::A \tweb  w # its alias", address: "fd00::a", names: ["web", "w"] },
  ]);
});

test("any text is read, and what is found stands in it", () => {
  const word = fc.constantFrom(
    "web",
    "WEB",
    "web.",
    "10.0.0.1",
    "fd00::1",
    "10.1",
    "#",
    "%lo",
    "\0",
  );
  const blank = fc.constantFrom(" ", "\t", "\n", "\r", "\v", "");
  const text = fc.array(fc.tuple(word, blank)).map((parts) => parts.flat().join(""));
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), fc.constantFrom(...LIBCS), (hosts, libc) => {
      const found = lookUpHosts(libc, "web", "any", hosts);
      if (found.kind !== "found") return found.kind === "none";
      const lines = hosts.split("\n");
      return (
        found.addresses.length > 0 &&
        found.lines.every(({ number, text }) => lines[number - 1]?.trim() === text)
      );
    }),
  );
});
