/**
 * Names, headers and clusters with what a terminal, a browser, a log or an HTTP header would act upon: none of it acts.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openCluster } from "../../src/clusters.ts";
import { isHarmless, isSentence } from "../fuzz/claims.ts";
import { demoWith, PLACES } from "../fuzz/places.ts";
import { query, testService } from "./service.ts";

const CHARGES = [
  { what: "the end of a header", text: "a\r\nSet-Cookie: hostile=1\r\n\r\nb" },
  { what: "a terminal's escapes", text: "\u001b]0;hostile\u0007\u001b[2Jb" },
  { what: "a terminal's escape in one octet", text: "\u009b2Jb" },
  { what: "markup", text: "<script>alert(1)</script><img src=x onerror=alert(1)>" },
  { what: "the end of an attribute", text: "\"'><svg onload=alert(1)>" },
  { what: "a null", text: "a\u0000b" },
  { what: "text that runs backwards", text: "\u202etxt.exe" },
  { what: "a line of a log", text: "a\n2026-10-01T00:00:00Z INFO all is well" },
];

const logged: unknown[] = [];
beforeEach(() => {
  logged.length = 0;
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...all) => void logged.push(all));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(logged).toEqual([]);
});

describe.each(CHARGES)("$what in a request", ({ text }) => {
  const { app } = testService();
  const part = encodeURIComponent(text);

  test.each([
    { where: "a name", path: `/resolve?name=${part}` },
    { where: "a name's label", path: `/resolve?name=${part}.example.com&search=off` },
    { where: "a name of a whole account", path: `/life.txt?name=${part}` },
    { where: "a name of a whole account in JSON", path: `/life.json?name=${part}.test` },
    { where: "a name of the page", path: `/life?name=${part}` },
    { where: "a name that is compared", path: `/compare?name=${part}` },
    { where: "a type", path: `/resolve?name=a&type=${part}` },
    { where: "an option", path: `/resolve?name=a&libc=${part}` },
    { where: "a search list", path: `/life.txt?name=a&search=${part}` },
    { where: "a fault", path: `/life.txt?name=a&fault=${part}` },
    { where: "an option in the path", path: `/dns-query/${part}` },
    { where: "a cluster", path: `/clusters/${part}/resolve?name=a` },
    { where: "a namespace", path: `/clusters/demo/namespaces/${part}/life?name=a` },
    { where: "a Pod", path: `/clusters/demo/namespaces/default/pods/${part}/life.txt?name=a` },
    { where: "a node", path: `/clusters/demo/nodes/${part}/iptables` },
    { where: "an address that is none", path: `/${part}` },
  ])("$where", async ({ path }) => {
    for (const accept of ["*/*", "text/html", "text/plain", "application/json"]) {
      await isHarmless(await app.request(path, { headers: { accept } }), path);
    }
  });

  test("a message's name", async () => {
    const octets = query("x".repeat(40));
    new TextEncoder().encode(text.slice(0, 40)).forEach((octet, at) => {
      octets[13 + at] = octet;
    });
    const headers = { "content-type": "application/dns-message" };
    for (const path of ["/dns-query", "/dns-query/search=off"]) {
      const sent = { method: "POST", body: octets, headers };
      await isHarmless(await app.request(path, sent), path);
    }
  });

  test.each(["content-type", "accept", "host"])("the header %s", async (header) => {
    // HTTP itself lets no line ends and no nulls into a header.
    const value = Array.from(text, (char) =>
      /[\t\x20-\x7e\x80-\xff]/.test(char) ? char : "",
    ).join("");
    const headers = { [header]: value };
    for (const path of ["/dns-query", "/life?name=a", "/clusters/none"]) {
      const method = header === "content-type" ? "POST" : "GET";
      await isHarmless(await app.request(path, { method, headers }), path);
    }
  });
});

const ASKED = [
  "/resolve?name=web-service",
  "/resolve?name=anything.test&type=TXT&search=off",
  "/life.txt?name=web-service",
  "/life.txt?name=api.example.com&color=never",
  "/life.json?name=web-service",
  "/life?name=web-service",
  "/compare?name=web-service",
  "/clusters",
  "/clusters/demo",
  "/clusters/demo/corefile",
  "/clusters/demo/nodes/node-1/iptables",
  "/resolv.conf",
  "/hosts",
  "/",
];

describe.each(CHARGES)("$what in a cluster", ({ text }) => {
  test.each(PLACES)("$where", async ({ kind, name, put }) => {
    const opened = openCluster(
      "demo",
      demoWith(kind, name, (item) => put(item, text)),
    );
    if (!opened.ok) return isSentence(opened.error);
    const { app } = testService({ opened: opened.value });
    for (const path of ASKED) {
      const headers = { accept: path.startsWith("/life?") || path === "/" ? "text/html" : "*/*" };
      await isHarmless(await app.request(path, { headers }), path);
    }
    const reply = await app.request("/dns-query/search=off", {
      method: "POST",
      body: query("anything.test", "TXT"),
      headers: { "content-type": "application/dns-message" },
    });
    await isHarmless(reply, "/dns-query");
  });
});
