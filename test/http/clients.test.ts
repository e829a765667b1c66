/**
 * What each DoH client needs from a server, row by row, and the probes they send before they trust it.
 */
import { describe, expect, test } from "vitest";
import { printRR } from "../../src/dns/records.ts";
import { base64url, edeTexts, message, post, query, testService } from "./service.ts";

const { app } = testService();
const DNS = "application/dns-message";
const PADDING = 12;

describe("what clients require", () => {
  test("GET ?dns= and POST on the same path give the same answer", async () => {
    const octets = query("web-service");
    const got = await message(await app.request(`/dns-query?dns=${base64url(octets)}&seed=1`));
    const posted = await message(await post(app, octets, "/dns-query?seed=1"));
    expect(got.answer).toEqual(posted.answer);
    expect(got.answer.length).toBe(2);
  });

  test("all options are taken as path segments", async () => {
    const reply = await message(
      await post(app, query("web-service"), "/dns-query/search=off/trace=off"),
    );
    expect(reply.rcode).toBe("NXDOMAIN");
    expect(edeTexts(reply)).toEqual([]);
  });

  test("an unknown query parameter on POST is ignored", async () => {
    const reply = await post(app, query("web-service"), "/dns-query?body_hash=abc");
    expect(reply.status).toBe(200);
  });

  test.each([undefined, "*/*", DNS, "text/html"])("Accept: %s is served", async (accept) => {
    const headers: Record<string, string> = accept === undefined ? {} : { accept };
    const reply = await app.request(`/dns-query?dns=${base64url(query("web-service"))}`, {
      headers,
    });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toBe(DNS);
  });

  test.each([DNS, "Application/DNS-Message", `${DNS}; charset=utf-8`])(
    "a POST of %s is taken",
    async (type) => {
      const reply = await app.request("/dns-query", {
        method: "POST",
        body: query("web-service"),
        headers: { "content-type": type },
      });
      expect(reply.status).toBe(200);
    },
  );

  test("the request's media type does not matter to GET", async () => {
    const reply = await app.request(`/dns-query?dns=${base64url(query("web-service"))}`, {
      headers: { "content-type": "text/plain" },
    });
    expect(reply.status).toBe(200);
  });

  test.each([
    ["SERVFAIL", "/clusters/demo/namespaces/default/pods/rejected/dns-query", "web-service"],
    ["REFUSED", "/dns-query", "AXFR"],
    ["NXDOMAIN", "/dns-query", "nothing.invalid"],
  ])("%s is HTTP 200", async (rcode, path, asked) => {
    const octets = asked === "AXFR" ? query("cluster.local", "AXFR") : query(asked);
    const reply = await post(app, octets, path);
    expect(reply.status).toBe(200);
    expect((await message(reply)).rcode).toBe(rcode);
  });

  test("Content-Type is exact", async () => {
    const reply = await post(app, query("web-service"));
    expect(reply.headers.get("content-type")).toBe(DNS);
  });

  test.each([0, 1, 0xcafe, 0xffff])("id %d is echoed", async (id) => {
    expect((await message(await post(app, query("web-service", "A", { id })))).id).toBe(id);
  });

  test("the question comes back octet by octet, QR and RA set, RD copied", async () => {
    for (const rd of [true, false]) {
      const octets = query("WEB-Service", "A", { rd });
      const reply = new Uint8Array(await (await post(app, octets)).arrayBuffer());
      const end = 12 + "WEB-Service".length + 2 + 4;
      expect(reply.subarray(12, end)).toEqual(octets.subarray(12, end));
      const { flags } = await message(new Response(reply));
      expect(flags).toMatchObject({ qr: true, ra: true, rd });
    }
  });

  test("the answer section holds the CNAME chain in order, then the asked type alone", async () => {
    const { answer } = await message(await post(app, query("web-service")));
    expect(
      answer.map(printRR).map((line) => line.split(/\s+/).toSpliced(1, 1).slice(0, 3).join(" ")),
    ).toEqual(["web-service. IN CNAME", "web-service.default.svc.cluster.local. IN A"]);
  });

  test("OPT only where there was one; a cookie is ignored", async () => {
    const without = await message(await post(app, query("web-service", "A", { edns: false })));
    expect(without.edns).toBeUndefined();
    const cookie = { code: 10, data: new Uint8Array(8).fill(7) };
    const reply = await message(await post(app, query("web-service", "A", { options: [cookie] })));
    expect(reply.edns?.options.map(({ code }) => code)).not.toContain(10);
  });

  test("padded to 468 octets only where the query was padded", async () => {
    const padding = { code: PADDING, data: new Uint8Array(20) };
    const padded = await post(app, query("web-service", "A", { options: [padding] }));
    expect((await padded.arrayBuffer()).byteLength % 468).toBe(0);
    const plain = await post(app, query("web-service"));
    expect((await plain.arrayBuffer()).byteLength % 468).not.toBe(0);
  });

  test("max-age is the smallest TTL, and a request's no-store does not go round the cache", async () => {
    const service = testService();
    const headers = { "content-type": DNS, "cache-control": "no-cache, no-store" };
    const ask = () =>
      service.app.request("/dns-query", { method: "POST", body: query("web-service"), headers });
    const first = await ask();
    const lowest = Math.min(...(await message(first)).answer.map(({ ttl }) => ttl));
    expect(first.headers.get("cache-control")).toBe(`max-age=${lowest}`);
    service.clock.now += 10_000;
    const second = await ask();
    expect(second.headers.get("dns-trace")).toMatch(/cache=memory/);
    expect((await message(second)).answer.map(({ ttl }) => ttl)).toEqual([
      lowest - 10,
      lowest - 10,
    ]);
  });

  test("the trace header is at most 4 KiB, and says how much it left out", async () => {
    const long = `${"a".repeat(60)}.${"b".repeat(60)}`;
    const domains = Array.from({ length: 32 }, (_, i) => `${"c".repeat(40)}${i}.test`).join(",");
    const reply = await app.request(`/resolve?name=${long}&search=${domains}`);
    const header = reply.headers.get("dns-trace") as string;
    expect(header.length).toBeLessThanOrEqual(4096);
    expect(header).toMatch(/, "\.\.\.";more=\d+$/);
  });

  test("the message stays under 2,500 octets with its trace", async () => {
    const domains = Array.from({ length: 32 }, (_, i) => `${"c".repeat(30)}${i}.test`).join(",");
    const reply = await post(app, query("nothing.test"), `/dns-query/search=${domains}`);
    const octets = await reply.arrayBuffer();
    expect(octets.byteLength).toBeLessThanOrEqual(2500);
    expect(edeTexts(await message(new Response(octets))).at(-1)).toMatch(/^\+\d+ more/);
  });

  test("nothing redirects on the DoH path", async () => {
    for (const path of ["/dns-query", "/dns-query/"]) {
      expect((await post(app, query("web-service"), path)).status).toBe(200);
    }
  });

  test("CORS on every status, and a 204 for the preflight", async () => {
    for (const path of [
      "/resolve?name=web-service",
      "/resolve",
      "/nowhere",
      "/clusters/none/resolve?name=a",
    ]) {
      const reply = await app.request(path);
      expect(reply.headers.get("access-control-allow-origin")).toBe("*");
      expect(reply.headers.get("access-control-expose-headers")).toContain("DNS-Trace");
    }
    const preflight = await app.request("/dns-query", { method: "OPTIONS" });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain(
      "content-type",
    );
  });
});

describe("probes that clients send before they trust a resolver", () => {
  const PROBES = [
    { client: "dnscrypt-proxy", name: ".", type: "NS", rcode: "NOERROR", records: true },
    {
      client: "dnscrypt-proxy, for liars",
      name: "abcdefghijklmnop.test.dnscrypt",
      type: "NS",
      rcode: "NXDOMAIN",
      records: false,
    },
    { client: "dnsdist", name: "a.root-servers.net", type: "A", rcode: "NOERROR", records: true },
    { client: "Firefox", name: "example.com", type: "NS", rcode: "NOERROR", records: true },
    { client: "Chromium", name: "www.gstatic.com", type: "A", rcode: "NOERROR", records: true },
    {
      client: "Windows",
      name: "www.msftconnecttest.com",
      type: "A",
      rcode: "NOERROR",
      records: true,
    },
    { client: "Apple", name: "captive.apple.com", type: "A", rcode: "NOERROR", records: true },
  ];
  test.each(PROBES)("$client: $name $type", async ({ name, type, rcode, records }) => {
    for (const path of ["/dns-query", "/dns-query/search=off", "/clusters/lab/dns-query"]) {
      const padding = { code: PADDING, data: new Uint8Array(64) };
      const reply = await message(
        await post(app, query(name, type, { id: 0xcafe, options: [padding] }), path),
      );
      expect(reply).toMatchObject({ id: 0xcafe, rcode });
      expect(reply.answer.some((rr) => rr.type === type)).toBe(records);
    }
  });
});
