/**
 * A and AAAA have one winner, also behind an upstream that answers the two differently.
 */
import { describe, expect, test } from "vitest";
import type { RR } from "../../src/dns/message.ts";
import { parseRR } from "../../src/dns/records.ts";
import { decodeMessage, encodeMessage } from "../../src/dns/wire.ts";
import { ok } from "../../src/result.ts";
import type { TcpTransport } from "../../src/upstream/transport.ts";
import { message, post, query, testService } from "./service.ts";

/** What the upstream says by `name type`: records, or an rcode; everything else is NXDOMAIN. */
type World = Readonly<Record<string, string>>;

function upstream(world: World): TcpTransport {
  return async (_, octets) => {
    const read = decodeMessage(octets);
    if (!read.ok) throw new Error("the query does not parse");
    const [question] = read.value.question;
    const said = world[`${question?.name} ${question?.type}`] ?? "NXDOMAIN";
    const answer: RR[] = [];
    if (said.includes(" ")) {
      const record = parseRR(said);
      if (record.ok) answer.push(record.value);
    }
    const rcode = answer.length > 0 || said === "NODATA" ? "NOERROR" : said;
    return ok(
      encodeMessage({
        ...read.value,
        rcode,
        answer,
        flags: { ...read.value.flags, qr: true, ra: true },
      }),
    );
  };
}

const A = "odd.test. 60 IN A 192.0.2.7";
const AAAA = "odd.test. 60 IN AAAA 2001:db8::7";

interface Row {
  readonly why: string;
  readonly libc: string;
  readonly type: string;
  readonly world: World;
  readonly rcode: string;
  readonly data: readonly string[];
  readonly asked: readonly string[];
}

const ROWS: Row[] = [
  {
    why: "glibc takes the A though AAAA is NXDOMAIN, and so the AAAA is NODATA",
    libc: "glibc",
    type: "AAAA",
    world: { "odd.test. A": A },
    rcode: "NOERROR",
    data: [],
    asked: ["odd.test. AAAA NXDOMAIN", "odd.test. A NOERROR"],
  },
  {
    why: "Go as well",
    libc: "go",
    type: "AAAA",
    world: { "odd.test. A": A },
    rcode: "NOERROR",
    data: [],
    asked: ["odd.test. AAAA NXDOMAIN", "odd.test. A NOERROR"],
  },
  {
    why: "musl drops the name whose AAAA is NXDOMAIN, and so its A too",
    libc: "musl",
    type: "A",
    world: { "odd.test. A": A },
    rcode: "NXDOMAIN",
    data: [],
    asked: ["odd.test. A NOERROR", "odd.test. AAAA NXDOMAIN"],
  },
  {
    why: "a name with both is found by the type that is asked",
    libc: "glibc",
    type: "A",
    world: { "odd.test. A": A, "odd.test. AAAA": AAAA },
    rcode: "NOERROR",
    data: ["192.0.2.7"],
    asked: ["odd.test. A NOERROR"],
  },
  {
    why: "musl asks for the sibling that could take the name away",
    libc: "musl",
    type: "A",
    world: { "odd.test. A": A, "odd.test. AAAA": "NODATA" },
    rcode: "NOERROR",
    data: ["192.0.2.7"],
    asked: ["odd.test. A NOERROR", "odd.test. AAAA NOERROR"],
  },
];

describe("one winner for A and AAAA", () => {
  test.each(ROWS)("$why", async ({ libc, type, world, rcode, data, asked }) => {
    const { app } = testService({
      upstreams: '{"*":"tcp://192.0.2.1"}',
      deps: { tcp: upstream(world) },
    });
    const path = `/clusters/demo/namespaces/default/pods/policy-none/dns-query/search=other.test/ndots=1/libc=${libc}`;
    const reply = await post(app, query("odd.test", type), path);
    const trace = reply.headers.get("dns-trace") ?? "";
    const names = [...trace.matchAll(/"(odd\.test\.)";type=(\w+);rcode=(\w+)/g)].map((m) =>
      m.slice(1).join(" "),
    );
    expect(names).toEqual(asked);
    const { answer, ...decoded } = await message(reply);
    expect(decoded.rcode).toBe(rcode);
    expect(answer.map((rr) => rr.data)).toEqual(data);
  });
});
