import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadbalance } from "../../../src/coredns/plugins/loadbalance.ts";
import { printRdata, printRR } from "../../../src/dns/records.ts";
import { built, contextOf, mustBuild, plugin, question, replyOf } from "../scene.ts";
import { clusterOf } from "../testPlugin.ts";

const FOUR = [1, 2, 3, 4].map((n) => `web.test. 5 IN A 192.0.2.${n}`);

async function order(
  corefile: string,
  answer: readonly string[],
  random: () => number,
  rcode = "NOERROR",
) {
  const made = plugin(loadbalance, corefile);
  const said = replyOf({ rcode, answer, additional: answer });
  const reply = await made.serve(question("web.test."), contextOf({ random }), async () => said);
  return reply.answer.map(printRdata);
}

describe("loadbalance", () => {
  test.each<{
    why: string;
    corefile?: string;
    answer: string[];
    random?: number;
    rcode?: string;
    is: string[];
  }>([
    {
      why: "shuffles addresses by the seed",
      answer: FOUR,
      is: ["192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.1"],
    },
    {
      why: "shuffles them otherwise by another seed",
      answer: FOUR,
      random: 0.5,
      is: ["192.0.2.1", "192.0.2.4", "192.0.2.2", "192.0.2.3"],
    },
    {
      why: "puts CNAMEs first, then what it does not shuffle, then addresses, then MX",
      answer: [
        "m.test. 5 IN MX 10 a.test.",
        "b.test. 5 IN A 192.0.2.1",
        'b.test. 5 IN TXT "x"',
        "web.test. 5 IN CNAME b.test.",
      ],
      is: ["b.test.", '"x"', "192.0.2.1", "10 a.test."],
    },
    {
      why: "leaves other rcodes alone",
      answer: FOUR,
      rcode: "NXDOMAIN",
      is: ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
    },
    {
      why: "brings preferred blocks to the front, in their order",
      corefile: "loadbalance round_robin {\n prefer 192.0.2.4/32 192.0.2.2/31\n}",
      answer: FOUR,
      random: 0.99,
      is: ["192.0.2.4", "192.0.2.2", "192.0.2.3", "192.0.2.1"],
    },
  ])("$why", async ({ corefile = "loadbalance", answer, random = 0, rcode, is }) => {
    expect(await order(corefile, answer, () => random, rcode)).toEqual(is);
  });

  test("puts every record first about as often as any other", async () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const first = new Map<string, number>();
    for (let round = 0; round < 4000; round++) {
      const [top = ""] = await order("loadbalance", FOUR, random);
      first.set(top, (first.get(top) ?? 0) + 1);
    }
    for (const times of first.values()) expect(Math.abs(times - 1000)).toBeLessThan(120);
    expect(first.size).toBe(4);
  });

  test.each<{ text: string; says: string }>([
    { text: "loadbalance fair", says: "1: unknown policy fair: known are round_robin, weighted" },
    { text: "loadbalance round_robin 5", says: "1: loadbalance takes round_robin, or weighted" },
    { text: "loadbalance weighted", says: "1: loadbalance takes round_robin, or weighted" },
    {
      text: "loadbalance {\n prefer 10.0.0.0/33\n}",
      says: "2: prefer takes CIDR blocks: received 10.0.0.0/33",
    },
    { text: "loadbalance {\n reload 5s\n}", says: "2: loadbalance has no option reload" },
    {
      text: "loadbalance {\n prefer 10.0.0.1\n}",
      says: "2: prefer takes CIDR blocks: received 10",
    },
    {
      text: "loadbalance weighted w {\n prefer 10.0.0.0/8\n}",
      says: "2: loadbalance weighted has no option prefer: known are reload",
    },
    {
      text: "loadbalance weighted w {\n reload 0s\n}",
      says: "1: open w: no such file; there is none",
    },
    { text: "loadbalance weighted a b", says: "1: loadbalance takes round_robin, or weighted" },
    {
      text: "loadbalance weighted w {\n reload soon\n}",
      says: "2: reload takes one duration: received soon",
    },
  ])("refuses $text", ({ text, says }) => {
    expect(built(loadbalance, text)).toContain(says);
  });
});

describe("loadbalance prefer", () => {
  const answer = [
    "m.test. 5 IN MX 10 a.test.",
    "b.test. 5 IN AAAA 2001:db8:1::1",
    "b.test. 5 IN A 10.9.30.1",
    'b.test. 5 IN TXT "x"',
    "web.test. 5 IN CNAME b.test.",
    "b.test. 5 IN A 172.16.0.1",
  ];

  test.each<{ why: string; prefer: string; is: string[] }>([
    {
      why: "puts CNAMEs first, then addresses, then MX, then the rest",
      prefer: "10.0.0.0/8",
      is: ["b.test.", "10.9.30.1", "172.16.0.1", "2001:db8:1::1", "10 a.test.", '"x"'],
    },
    {
      why: "takes IPv6 blocks, and blocks on lines of their own",
      prefer: "2001:db8:1::/48\n prefer 172.16.0.0/012",
      is: ["b.test.", "2001:db8:1::1", "172.16.0.1", "10.9.30.1", "10 a.test.", '"x"'],
    },
    {
      why: "without blocks is round_robin",
      prefer: "",
      is: ["b.test.", '"x"', "10.9.30.1", "172.16.0.1", "2001:db8:1::1", "10 a.test."],
    },
  ])("$why", async ({ prefer, is }) => {
    expect(await order(`loadbalance {\n prefer ${prefer}\n}`, answer, () => 0)).toEqual(is);
  });
});

describe("loadbalance weighted", () => {
  /** The manual page's weights. */
  const WEIGHTS = `
# three times as often as the other
www.example.com
192.0.2.1 3
192.0.2.2 1

www.example.org.
  192.0.2.1 1
  192.0.2.2 2
  2001:DB8::1 255
`;

  async function reply(given: {
    readonly qname?: string;
    readonly type?: string;
    readonly answer: readonly string[];
    readonly random?: () => number;
    readonly weights?: string;
  }) {
    const { qname = "www.example.com.", type = "A", answer, random = () => 0 } = given;
    const corednsFiles = new Map([["weights", given.weights ?? WEIGHTS]]);
    const made = plugin(loadbalance, "loadbalance weighted ./weights {\n reload 10s\n}", {
      cluster: { ...clusterOf([]), corednsFiles },
    });
    const said = replyOf({ answer, additional: answer });
    return made.serve(question(qname, type), contextOf({ random }), async () => said);
  }

  const COM = [1, 2, 3].map((n) => `www.example.com. 5 IN A 192.0.2.${n}`);

  test.each<{ why: string; random: number; is: string[] }>([
    { why: "the heaviest has the first share", random: 0.59, is: ["1", "2", "3"] },
    { why: "the others follow in their order", random: 0.6, is: ["2", "1", "3"] },
    { why: "an address without a weight has 1", random: 0.8, is: ["3", "2", "1"] },
  ])("$why, and changes places with the first", async ({ random, is }) => {
    const { answer, steps } = await reply({ answer: COM, random: () => random });
    expect(answer.map(printRdata)).toEqual(is.map((n) => `192.0.2.${n}`));
    expect(steps[0]).toEqual({
      plugin: "loadbalance",
      did: `192.0.2.${is[0]} first, by its weight`,
    });
  });

  test("answers in the ratio of the weights", async () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    let first = 0;
    for (let round = 0; round < 4000; round++) {
      const { answer } = await reply({ answer: COM.slice(0, 2), random });
      if (answer[0]?.data === "192.0.2.1") first++;
    }
    expect(Math.abs(first - 3000)).toBeLessThan(120);
  });

  test.each<{ why: string; qname?: string; type?: string; answer: string[]; is: string[] }>([
    {
      why: "another name has weights of its own",
      qname: "www.example.org.",
      answer: ["www.example.org. 5 IN A 192.0.2.1", "www.example.org. 5 IN A 192.0.2.2"],
      is: ["192.0.2.2", "192.0.2.1"],
    },
    {
      why: "addresses are compared, not their spellings",
      qname: "www.example.org.",
      type: "AAAA",
      answer: ["www.example.org. 5 IN AAAA 2001:db8::2", "www.example.org. 5 IN AAAA 2001:db8::1"],
      is: ["2001:db8::1", "2001:db8::2"],
    },
    {
      why: "the owner's case is the file's, or the weights do not hold",
      answer: ["WWW.example.com. 5 IN A 192.0.2.2", "WWW.example.com. 5 IN A 192.0.2.1"],
      is: ["192.0.2.2", "192.0.2.1"],
    },
    {
      why: "CNAMEs come first, MX last, and the owner is the record's",
      qname: "alias.test.",
      answer: [
        "m.test. 5 IN MX 10 a.test.",
        "www.example.com. 5 IN A 192.0.2.2",
        "www.example.com. 5 IN A 192.0.2.1",
        "alias.test. 5 IN CNAME www.example.com.",
      ],
      is: ["www.example.com.", "192.0.2.1", "192.0.2.2", "10 a.test."],
    },
    {
      why: "other types are left alone",
      type: "MX",
      answer: ["m.test. 5 IN MX 10 a.test.", "www.example.com. 5 IN CNAME m.test."],
      is: ["10 a.test.", "m.test."],
    },
    {
      why: "an answer without addresses is left alone",
      answer: ['m.test. 5 IN TXT "x"', "www.example.com. 5 IN CNAME m.test."],
      is: ['"x"', "m.test."],
    },
  ])("$why", async ({ is, ...given }) => {
    expect((await reply(given)).answer.map(printRdata)).toEqual(is);
  });

  test("the page's example: weights for the addresses of a zone file", async () => {
    const corefile = `example.com {
    file db.example.com
    loadbalance weighted db.example.com.weights {
        reload 10s
    }
}`;
    const zone = [1, 2, 3].map((n) => `www 60 IN A 192.0.2.${n}`).join("\n");
    const server = mustBuild(corefile, [], {
      beside: {
        "db.example.com": `@ 60 IN SOA ns hostmaster 1 1h 1h 1h 5m\n${zone}\n`,
        "db.example.com.weights": WEIGHTS,
      },
    });
    const reply = await server.serve(
      question("www.example.com."),
      contextOf({ random: () => 0.7 }),
    );
    expect(reply.answer.map(printRdata)).toEqual(["192.0.2.2", "192.0.2.1", "192.0.2.3"]);
  });

  test("a missing file is waited for: every weight is 1", async () => {
    const is = ["192.0.2.4", "192.0.2.2", "192.0.2.3", "192.0.2.1"];
    expect(await order("loadbalance weighted weights", FOUR, () => 0.75)).toEqual(is);
  });

  test.each<{ weights: string; says: string }>([
    { weights: "a.test\n192.0.2.1", says: "line 2: the weight of 192.0.2.1 is missing" },
    { weights: "a.test\n192.0.2.1 0", says: "line 2: a weight is a number from 1 to 255" },
    { weights: "a.test\n192.0.2.1 256", says: "line 2: a weight is a number from 1 to 255" },
    { weights: "a.test\nb.test 3", says: "line 2: not an IP address: received b.test" },
    { weights: "192.0.2.1 3", says: "line 1: the name of 192.0.2.1 is missing" },
    { weights: "a.test\n192.0.2.1 3 4", says: "line 2: expected a name or an address" },
    { weights: `a.test\n${"x".repeat(70_000)}`, says: "line 2: has more than 65536 characters" },
  ])("refuses the file $weights", ({ weights, says }) => {
    const corednsFiles = new Map([["w", weights]]);
    const made = built(loadbalance, "loadbalance weighted w", {
      cluster: { ...clusterOf([]), corednsFiles },
    });
    expect(made).toContain(`1: weight file w: ${says}`);
  });

  test("keeps every record of any answer, whatever the weights", async () => {
    const lines = fc.constantFrom(...COM, ...FOUR, "m.test. 5 IN MX 10 a.test.");
    await fc.assert(
      fc.asyncProperty(fc.array(lines), fc.double({ min: 0, max: 0.999 }), async (answer, at) => {
        const got = await reply({ answer, random: () => at });
        expect(got.answer.map(printRR).sort()).toEqual([...answer].sort());
      }),
    );
  });
});
