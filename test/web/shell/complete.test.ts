/**
 * What Tab completes, and what stands on the screen.
 */
import { jsx } from "hono/jsx";
import { describe, expect, test } from "vitest";
import { commonStart, complete } from "../../../src/web/shell/complete.ts";
import { Shell } from "../../../src/web/shell/Shell.tsx";
import {
  type Entry,
  piecesOf,
  recall,
  SCROLLBACK,
  scrolled,
} from "../../../src/web/shell/screen.ts";
import { newSession } from "../../../src/web/shell/session.ts";
import { testService } from "../../http/service.ts";
import { textOf, typing } from "./typing.ts";

const SEAT = { cluster: "demo", namespace: "default", pod: "client", libc: "glibc" };

describe("complete()", () => {
  const { app } = testService();
  const io = {
    fetch: async (path: string, init?: RequestInit) => app.request(path, init),
    now: () => 0,
    random: () => 0,
  };

  test.each<{ why: string; line: string; candidates: readonly string[]; from?: number }>([
    { why: "a command", line: "ns", candidates: ["nslookup"] },
    { why: "behind a pipe", line: "cat /etc/hosts | gr", candidates: ["grep"], from: 17 },
    { why: "of help too", line: "help kub", candidates: ["kubectl"] },
    {
      why: "Services of the own namespace",
      line: "nslookup web-h",
      candidates: ["web-headless", "web-headless.default"],
    },
    {
      why: "and of others with theirs",
      line: "dig web-service.",
      candidates: ["web-service.default", "web-service.prod"],
    },
    { why: "on to .svc", line: "host web-service.prod.s", candidates: ["web-service.prod.svc"] },
    { why: "options", line: "dig +show", candidates: ["+showsearch"] },
    { why: "types", line: "host -t AA", candidates: ["AAAA"] },
    { why: "types of nslookup", line: "nslookup -type=S", candidates: ["-type=SOA", "-type=SRV"] },
    { why: "databases", line: "getent ahostsv", candidates: ["ahostsv4", "ahostsv6"] },
    { why: "files", line: "cat /etc/r", candidates: ["/etc/resolv.conf"] },
    { why: "kubectl's verb", line: "kubectl ", candidates: ["get"] },
    {
      why: "resources",
      line: "kubectl get endpoints",
      candidates: ["endpoints", "endpointslice", "endpointslices"],
    },
    { why: "objects", line: "kubectl get svc voi", candidates: ["voip"] },
    {
      why: "of a namespace",
      line: "kubectl -n kube-system get pods coredns-7db6d8ff4d-q",
      candidates: ["coredns-7db6d8ff4d-q9v7m"],
    },
    { why: "namespaces", line: "kubectl get svc -n pr", candidates: ["prod"] },
    { why: "forms", line: "kubectl get svc -o y", candidates: ["yaml"] },
    { why: "what nobody knows", line: "nslookup zzz", candidates: [] },
  ])("$why: $line", async ({ line, candidates, from }) => {
    const found = await complete(line, line.length, newSession("", SEAT), io);
    expect(found.candidates).toEqual(candidates);
    expect(line.slice(found.from)).toBe(line.slice(from ?? line.lastIndexOf(" ") + 1));
  });

  test("only what stands before the cursor counts", async () => {
    const { from, candidates } = await complete("nsl web-service", 3, newSession("", SEAT), io);
    expect({ from, candidates }).toEqual({ from: 0, candidates: ["nslookup"] });
  });

  test("a cluster that cannot be read completes nothing", async () => {
    const broken = { ...io, fetch: () => Promise.reject(new TypeError("failed")) };
    expect((await complete("dig w", 5, newSession("", SEAT), broken)).candidates).toEqual([]);
  });

  test.each([
    [[], ""],
    [["web"], "web"],
    [["web-a", "web-b"], "web-"],
    [["a", "b"], ""],
  ])("commonStart(%j) is %j", (words, start) => {
    expect(commonStart(words)).toBe(start);
  });
});

describe("a cluster of 5,000 Services", () => {
  const items = Array.from({ length: 5000 }, (_, at) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `svc-${at}`, namespace: "default" },
    spec: { clusterIP: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, ports: [{ port: 80 }] },
  }));
  const large = {
    cluster: "large",
    clusters: { large: { apiVersion: "v1", kind: "List", items } },
  };

  test("is listed as far as one can read, and counted by grep", async () => {
    const { type } = typing("client", {}, large);
    const listed = await type("kubectl get svc");
    expect(listed.lines).toHaveLength(501);
    expect(listed.lines.at(-1)?.text).toBe("… and 4501 more; use | grep, head or tail");
    expect(textOf(await type("kubectl get svc | grep -c svc-49"))).toBe("111\n");
  });
});

describe("the screen", () => {
  test("text is in as few pieces as there are lives, which stand behind their lines", () => {
    const lines = [{ text: "a" }, { text: "b", life: "/life?name=b" }, { text: "c" }, { text: "" }];
    expect(piecesOf({ lines })).toEqual([{ text: "a\nb", life: "/life?name=b" }, { text: "c\n" }]);
  });

  test("a lookup that printed nothing has a life all the same", () => {
    expect(piecesOf({ lines: [], life: "/life?name=a" })).toEqual([
      { text: "", life: "/life?name=a" },
    ]);
    expect(piecesOf({ lines: [{ text: "3" }], life: "/life?name=a" })).toEqual([
      { text: "3" },
      { text: "", life: "/life?name=a" },
    ]);
  });

  test("the oldest goes where there is too much, and the newest never", () => {
    const entry = (id: number, lines: number): Entry => ({
      id,
      kind: "printed",
      pieces: [{ text: "x\n".repeat(lines - 1) }],
    });
    let entries: readonly Entry[] = [];
    for (let id = 0; id < 10; id++) entries = scrolled(entries, entry(id, SCROLLBACK / 4));
    expect(entries.map(({ id }) => id)).toEqual([6, 7, 8, 9]);
    expect(scrolled(entries, entry(10, SCROLLBACK * 2)).map(({ id }) => id)).toEqual([10]);
  });

  test("the arrow keys go through the history and back to what was being typed", () => {
    const history = ["a", "b"];
    expect(recall(history, 2, -1, "draft")).toEqual({ at: 1, text: "b" });
    expect(recall(history, 1, -1, "draft")).toEqual({ at: 0, text: "a" });
    expect(recall(history, 0, -1, "draft")).toBeUndefined();
    expect(recall(history, 1, 1, "draft")).toEqual({ at: 2, text: "draft" });
    expect(recall(history, 2, 1, "draft")).toBeUndefined();
  });

  test("the server renders it empty, its line switched off, with a note and as text", () => {
    const seat = { ...SEAT, pod: '<b onclick="x">' };
    const html = String(jsx(Shell, { session: newSession("", seat) }, []));
    expect(html).toContain("<noscript>");
    expect(html).toContain('role="log"');
    expect(html).toContain('disabled=""');
    expect(html).toContain("&lt;b onclick=&quot;x&quot;&gt;:/# </label>");
    expect(html).not.toContain("<b onclick");
  });
});
