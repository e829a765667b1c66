import { describe, expect, test } from "vitest";
import { loadbalance } from "../../../src/coredns/plugins/loadbalance.ts";
import { printRdata } from "../../../src/dns/records.ts";
import { built, contextOf, plugin, question, replyOf } from "../scene.ts";

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
      why: "leaves weighted answers alone",
      corefile: "loadbalance weighted weights",
      answer: FOUR,
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
      text: "loadbalance weighted w {\n reload soon\n}",
      says: "2: reload takes one duration: received soon",
    },
  ])("refuses $text", ({ text, says }) => {
    expect(built(loadbalance, text)).toContain(says);
  });
});
