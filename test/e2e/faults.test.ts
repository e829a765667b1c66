/**
 * Upstreams that refuse, are silent, lie or break off, behind the running Worker and the running Deno server: an
 * answer, or SERVFAIL with an Extended DNS Error, within the deadline.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { edeTexts, message, query } from "../http/service.ts";
import { freePort, RUNTIMES, type Server, startServer } from "./server.ts";
import { type ScriptedUpstream, scriptedUpstream } from "./upstream.ts";

/** Milliseconds: the contract's deadline, and what the way there may take. */
const LONGEST = 5_500;

describe.each(RUNTIMES)("%s", (runtime) => {
  let server: Server;
  let upstream: ScriptedUpstream;
  let closed: number;
  const kv = mkdtempSync(join(tmpdir(), "ndots-kv-"));
  const start = () =>
    startServer(runtime, {
      NDOTS_KV: runtime === "Deno" ? join(kv, "kv.sqlite") : kv,
      NDOTS_UPSTREAMS: JSON.stringify({
        "10.0.0.2": `tcp://127.0.0.1:${upstream.port}`,
        "198.51.100.53": `tcp://127.0.0.1:${closed}`,
      }),
    });
  beforeAll(async () => {
    upstream = await scriptedUpstream();
    closed = await freePort();
    server = await start();
  }, 90_000);
  afterAll(async () => {
    await server?.stop();
    upstream?.stop();
    rmSync(kv, { recursive: true, force: true });
  });

  const ask = async (name: string, path = "/dns-query/search=off") => {
    const begin = performance.now();
    const response = await fetch(server.origin + path, {
      method: "POST",
      body: query(name),
      headers: { "content-type": "application/dns-message" },
    });
    expect(response.status).toBe(200);
    expect(performance.now() - begin).toBeLessThan(LONGEST);
    const reply = await message(response);
    return { reply, trace: response.headers.get("dns-trace") ?? "" };
  };

  test("an upstream that answers over TCP", async () => {
    const { reply } = await ask("ok.test");
    expect(reply.answer).toMatchObject([{ type: "A", data: "203.0.113.80" }]);
  });

  test.each(["silent", "wrong-id", "half", "servfail"])("%s: SERVFAIL in time", async (how) => {
    const { reply, trace } = await ask(`${how}.test`);
    expect(reply.rcode).toBe("SERVFAIL");
    expect(trace).toMatch(/rcode=SERVFAIL/);
    if (how === "servfail") return;
    const errors = [0, 22, 23].flatMap((code) => edeTexts(reply, code));
    expect(errors.join()).toMatch(/10\.0\.0\.2/);
  });

  test("an upstream that refuses the connection, or is not in the map, is said so", async () => {
    const pods = "/clusters/demo/namespaces/default/pods";
    const listed = (await (await fetch(`${server.origin}/clusters/demo`)).json()) as {
      items: {
        kind: string;
        metadata: { name: string };
        spec: { dnsConfig?: { nameservers?: string[] } };
      }[];
    };
    const outside = listed.items.find(
      ({ kind, spec }) => kind === "Pod" && spec.dnsConfig?.nameservers?.includes("198.51.100.53"),
    );
    const { reply } = await ask(
      "ok.test",
      `${pods}/${outside?.metadata.name}/dns-query/search=off`,
    );
    expect(reply.rcode).toBe("SERVFAIL");
    expect([22, 23].flatMap((code) => edeTexts(reply, code)).join()).toMatch(/198\.51\.100\.53/);
    const unmapped = await ask("api.example.com", "/clusters/lab/dns-query/search=off");
    expect(unmapped.reply.rcode).toBe("SERVFAIL");
    expect(edeTexts(unmapped.reply, 23).length).toBe(1);
  });

  test("three hundred identical questions at once are one query", async () => {
    const asked = await Promise.all(Array.from({ length: 300 }, () => ask("slow.test")));
    for (const { reply } of asked) {
      expect(reply.answer).toMatchObject([{ type: "A", data: "203.0.113.80" }]);
    }
    expect(upstream.asked.filter((line) => line === "slow.test. A")).toHaveLength(1);
  });

  test("an external name after a restart comes from the KV", async () => {
    expect((await ask("kept.test")).trace).toMatch(/cache=miss/);
    // The write is in the background, and workerd's KV keeps it on disk.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await server.stop();
    server = await start();
    const { trace, reply } = await ask("kept.test");
    expect(trace).toMatch(/cache=kv/);
    expect(reply.answer).toMatchObject([{ data: "203.0.113.80" }]);
    expect(upstream.asked.filter((line) => line === "kept.test. A").length).toBe(1);
  }, 90_000);
});
