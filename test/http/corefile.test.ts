/**
 * A cluster's Corefile as text and as JSON.
 */
import { describe, expect, test } from "vitest";
import { configMap } from "../cluster/objects.ts";
import { demoWith } from "../coredns/node-local.ts";
import { testService } from "./service.ts";

const COREFILE = `(shared) {
    errors
}
cluster.local:53 10.0.0.0/8 {
    forward . 192.0.2.1 {
        policy sequential
    }
    import custom/*.override
    import shared
    cache 30
    forward other.test 192.0.2.2
    health
}
tls://secure.test . {
    whoami
}
`;

const { app } = testService({
  clusters: {
    own: demoWith(
      configMap("kube-system/coredns", { Corefile: COREFILE }),
      configMap("kube-system/coredns-custom", { "a.override": "log\nloadbalance" }),
    ),
  },
});
const get = (accept?: string, cluster = "own") =>
  app.request(`/clusters/${cluster}/corefile`, accept === undefined ? {} : { headers: { accept } });

interface Blocks {
  readonly blocks: readonly {
    readonly keys: readonly string[];
    readonly line: number;
    readonly directives: readonly {
      readonly name: string;
      readonly line: number;
      readonly file?: string;
      readonly position: number;
      readonly order: number;
    }[];
  }[];
}

describe("the form", () => {
  test.each<{ why: string; accept?: string; type: string }>([
    { why: "is text to those who do not say", type: "text/plain" },
    { why: "is text to those who take anything", accept: "*/*", type: "text/plain" },
    {
      why: "is text to a browser",
      accept: "text/html,application/xml;q=0.9,*/*;q=0.8",
      type: "text/plain",
    },
    {
      why: "is JSON to those who ask for it",
      accept: "application/json",
      type: "application/json",
    },
    {
      why: "is JSON where that is liked best",
      accept: "text/plain;q=0.5, application/json",
      type: "application/json",
    },
    {
      why: "is text where JSON is liked less",
      accept: "application/json;q=0.5, text/plain",
      type: "text/plain",
    },
    {
      why: "is text where JSON is refused",
      accept: "application/json;q=0",
      type: "text/plain",
    },
    { why: "is text to nonsense", accept: ";;q=,/", type: "text/plain" },
  ])("$why", async ({ accept, type }) => {
    const reply = await get(accept);
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")?.startsWith(type)).toBe(true);
    expect(reply.headers.get("vary")).toBe("Accept");
    if (type === "text/plain") expect(await reply.text()).toBe(COREFILE);
  });
});

describe("the JSON", () => {
  test("has the blocks with their keys, and directives with both their places", async () => {
    const { blocks } = (await (await get("application/json")).json()) as Blocks;
    expect(blocks.map(({ keys, line }) => ({ keys, line }))).toEqual([
      { keys: ["cluster.local:53", "10.in-addr.arpa:53"], line: 4 },
      { keys: ["tls://secure.test:853", ".:53"], line: 14 },
    ]);
    const spelled = blocks[0]?.directives.map(({ name, line, file = "", position, order }) =>
      [position, name, `${file.split("/").at(-1)}:${line}`, order].join(" "),
    );
    expect(spelled).toEqual([
      "1 forward :5 6",
      "2 log a.override:1 3",
      "3 loadbalance a.override:2 4",
      "4 errors :2 2",
      "5 cache :10 5",
      "6 forward :11 7",
      "7 health :12 1",
    ]);
  });

  test("has arguments, inner lines, and whether a plugin is passed by", async () => {
    const { blocks } = (await (await get("application/json")).json()) as Blocks;
    expect(blocks[0]?.directives[0]).toEqual({
      name: "forward",
      args: [".", "192.0.2.1"],
      line: 5,
      block: [{ name: "policy", args: ["sequential"], line: 6 }],
      position: 1,
      order: 6,
    });
    expect(blocks[0]?.directives[6]).toMatchObject({ name: "health", passedBy: "setting" });
    expect(blocks[1]?.directives[0]).toMatchObject({ name: "whoami", passedBy: "chain" });
  });

  test.each(["demo", "lab"])("of %s gives every directive an order of its own", async (cluster) => {
    const { blocks } = (await (await get("application/json", cluster)).json()) as Blocks;
    expect(blocks.length).toBeGreaterThan(0);
    for (const { directives } of blocks) {
      const orders = directives.map(({ order }) => order).sort((a, b) => a - b);
      expect(orders).toEqual(directives.map((_, index) => index + 1));
    }
  });

  test("of an unknown cluster is a 404", async () => {
    expect((await get("application/json", "none")).status).toBe(404);
  });
});
