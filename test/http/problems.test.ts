/**
 * Bad input, row by row: HTTP says no where HTTP was wrong, DNS where DNS was.
 */
import { describe, expect, test } from "vitest";
import { base64url, message, post, query, testService } from "./service.ts";

const { app } = testService();
const DNS = "application/dns-message";

interface Row {
  readonly why: string;
  readonly path: string;
  readonly init?: RequestInit;
  readonly status: number;
  /** What the detail must name. */
  readonly says: RegExp;
}

const postOf = (body: BodyInit | null, type: string = DNS): RequestInit => ({
  method: "POST",
  body,
  headers: type === "" ? {} : { "content-type": type },
});
const long = "a".repeat(64);

const ROWS: Row[] = [
  { why: "an empty message", path: "/dns-query?dns=", status: 400, says: /12 octets/ },
  {
    why: "an empty body",
    path: "/dns-query",
    init: postOf(""),
    status: 400,
    says: /12 octets.*received 0/,
  },
  {
    why: "eleven octets",
    path: "/dns-query",
    init: postOf(new Uint8Array(11)),
    status: 400,
    says: /received 11/,
  },
  {
    why: "a body over 65,535 octets",
    path: "/dns-query",
    init: postOf(new Uint8Array(65_536)),
    status: 413,
    says: /65535/,
  },
  {
    why: "another media type",
    path: "/dns-query",
    init: postOf("{}", "application/json"),
    status: 415,
    says: /application\/dns-message.*application\/json/,
  },
  {
    why: "no media type",
    path: "/dns-query",
    init: { method: "POST", body: new Uint8Array(12) },
    status: 415,
    says: /received none/,
  },
  { why: "neither dns nor name", path: "/dns-query", status: 400, says: /give dns=.*name=/ },
  { why: "no base64", path: "/dns-query?dns=%21%21", status: 400, says: /base64url/ },
  {
    why: "a base64 length that no octets have",
    path: "/dns-query?dns=AAAAA",
    status: 400,
    says: /base64url/,
  },
  { why: "dns twice", path: "/dns-query?dns=AAAA&dns=AAAA", status: 400, says: /2 times/ },
  { why: "no name", path: "/resolve", status: 400, says: /name=/ },
  { why: "an empty label", path: "/resolve?name=a..b", status: 400, says: /label 2 is empty/ },
  {
    why: "a label over 63",
    path: `/resolve?name=${long}`,
    status: 400,
    says: /label 1 has 64 octets, 63/,
  },
  { why: "a name over 253", path: `/resolve?name=${"a.".repeat(127)}a`, status: 400, says: /253/ },
  {
    why: "a name that is not ASCII",
    path: "/resolve?name=b%C3%BCcher.test",
    status: 400,
    says: /not ASCII/,
  },
  {
    why: "an unknown type",
    path: "/resolve?name=a&type=AAAAA",
    status: 400,
    says: /type takes .*AAAAA/,
  },
  { why: "type 65536", path: "/resolve?name=a&type=65536", status: 400, says: /65535/ },
  {
    why: "ndots too large",
    path: "/resolve?name=a&ndots=256",
    status: 400,
    says: /ndots takes .*0 to 255.*256/,
  },
  {
    why: "ndots that is no number",
    path: "/resolve/ndots=two?name=a",
    status: 400,
    says: /ndots takes .*two/,
  },
  {
    why: "an unknown libc",
    path: "/resolve?name=a&libc=bionic",
    status: 400,
    says: /glibc, musl, go.*bionic/,
  },
  {
    why: "a seed over 32 bits",
    path: "/resolve?name=a&seed=4294967296",
    status: 400,
    says: /4294967295/,
  },
  { why: "a wrong family", path: "/resolve?name=a&family=5", status: 400, says: /4, 6, any/ },
  {
    why: "a wrong search domain",
    path: "/resolve?name=a&search=a..b",
    status: 400,
    says: /search takes/,
  },
  {
    why: "a search domain with a blank",
    path: "/resolve?name=a&search=a%20b",
    status: 400,
    says: /search takes/,
  },
  {
    why: "an option twice in the query",
    path: "/resolve?name=a&ndots=1&ndots=2",
    status: 400,
    says: /ndots is given 2 times/,
  },
  {
    why: "an option twice in the path",
    path: "/resolve/ndots=1/ndots=2?name=a",
    status: 400,
    says: /ndots is given twice/,
  },
  {
    why: "an unknown option in the path",
    path: "/resolve/nbots=1?name=a",
    status: 400,
    says: /nbots.*options are ndots/,
  },
  {
    why: "a broken % escape in the path",
    path: "/resolve/%zz?name=a",
    status: 400,
    says: /% escape/,
  },
  {
    why: "an unknown cluster",
    path: "/clusters/nope/resolve?name=a",
    status: 404,
    says: /no cluster "nope": there are demo, lab/,
  },
  {
    why: "an unknown namespace",
    path: "/clusters/demo/namespaces/nope/resolve?name=a",
    status: 404,
    says: /no namespace "nope": there are .*default/,
  },
  {
    why: "an unknown pod",
    path: "/clusters/demo/namespaces/default/pods/nope/dns-query?name=a",
    status: 404,
    says: /no pod "nope": there are .*client/,
  },
  { why: "a path that is none", path: "/nowhere", status: 404, says: /see \// },
  {
    why: "DELETE",
    path: "/dns-query",
    init: { method: "DELETE" },
    status: 405,
    says: /GET, HEAD, POST, OPTIONS.*DELETE/,
  },
  { why: "POST to /resolve", path: "/resolve", init: { method: "POST" }, status: 405, says: /GET/ },
];

describe("HTTP errors", () => {
  test.each(ROWS)("$why: $status", async ({ path, init, status, says }) => {
    const reply = await app.request(path, init);
    expect(reply.status).toBe(status);
    expect(reply.headers.get("content-type")).toBe("application/problem+json");
    expect(reply.headers.get("cache-control")).toBe("no-store");
    const problem = (await reply.json()) as { status: number; detail: string };
    expect(problem.status).toBe(status);
    expect(problem.detail).toMatch(says);
    if (status === 405) expect(reply.headers.get("allow")).toContain("GET");
    if (status === 415) expect(reply.headers.get("accept-post")).toBe(DNS);
  });

  test("the path wins over the query", async () => {
    const reply = await app.request(
      "/resolve/search=off?name=web-service&search=default.svc.cluster.local",
    );
    expect(await reply.json()).toMatchObject({ Status: 3, Trace: [{ name: "web-service." }] });
  });

  test("HEAD is GET without its body", async () => {
    const reply = await app.request("/resolve?name=web-service", { method: "HEAD" });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("dns-trace")).toMatch(/web-service/);
    expect(await reply.text()).toBe("");
  });

  test.each(["%3Cscript%3E", "a%0d%0ax-injected:1", "%22%3E"])(
    "a hostile cluster name %s stays text",
    async (name) => {
      const reply = await app.request(`/clusters/${name}/resolve?name=a`);
      expect(reply.status).toBe(404);
      expect(reply.headers.get("x-injected")).toBeNull();
      expect(reply.headers.get("content-type")).toBe("application/problem+json");
    },
  );
});

describe("padding and the standard alphabet are forgiven", () => {
  test.each([
    ["unpadded", (text: string) => text],
    ["padded", (text: string) => `${text}==`.slice(0, text.length + ((4 - (text.length % 4)) % 4))],
    [
      "standard",
      (text: string) => encodeURIComponent(text.replaceAll("-", "+").replaceAll("_", "/")),
    ],
    [
      "standard, plus not escaped",
      (text: string) => text.replaceAll("-", "+").replaceAll("_", "/"),
    ],
  ])("%s", async (_, spell) => {
    const octets = query("web-service", "A", { id: 0xfbff });
    expect(base64url(octets)).toMatch(/[-_]/);
    const reply = await app.request(`/dns-query?dns=${spell(base64url(octets))}`);
    expect((await message(reply)).id).toBe(0xfbff);
  });
});

describe("DNS errors are HTTP 200", () => {
  const change = (edit: (octets: Uint8Array) => void): Uint8Array<ArrayBuffer> => {
    const octets = query("web-service", "A", { id: 0x1234 });
    edit(octets);
    return octets;
  };
  test.each([
    ["QR set", "FORMERR", change((o) => o.set([0x80], 2))],
    ["QDCOUNT 0", "FORMERR", change((o) => o.set([0, 0], 4))],
    ["QDCOUNT 2", "FORMERR", change((o) => o.set([0, 2], 4))],
    ["a body that ends early", "FORMERR", change(() => undefined).slice(0, 20)],
    ["opcode STATUS", "NOTIMP", change((o) => o.set([0x10], 2))],
    ["class CH", "REFUSED", change((o) => o.set([3], 12 + 13 + 3))],
    ["AXFR", "REFUSED", query("cluster.local", "AXFR", { id: 0x1234 })],
    ["IXFR", "REFUSED", query("cluster.local", "IXFR", { id: 0x1234 })],
    ["MAILB", "REFUSED", query("cluster.local", "MAILB", { id: 0x1234 })],
  ])("%s: %s", async (_, rcode, octets) => {
    const reply = await post(app, octets);
    expect(reply.status).toBe(200);
    expect(reply.headers.get("cache-control")).toBe("no-store");
    const decoded = await message(reply);
    expect(decoded).toMatchObject({ id: 0x1234, rcode });
    expect(decoded.flags.qr).toBe(true);
  });

  test("EDNS version 1: BADVERS with our OPT", async () => {
    const octets = query("web-service");
    octets[octets.length - 5] = 1;
    const reply = await message(await post(app, octets));
    expect(reply.rcode).toBe("BADVERS");
    expect(reply.edns?.version).toBe(0);
  });
});
