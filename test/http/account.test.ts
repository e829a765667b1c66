/**
 * `Link: …; rel="describedby"` leads to the account of the same lookup.
 */
import { describe, expect, test } from "vitest";
import { post, query, testService } from "./service.ts";

const { app } = testService();

interface Life {
  readonly asked: { readonly name: string; readonly seed: number; readonly self: string };
  readonly vantage: { readonly namespace: string; readonly pod: string };
  readonly queries: readonly { readonly name: string; readonly type: string }[];
}

/** The header's one target. */
function target(response: Response): string {
  const link = /^<([^>]+)>; rel="describedby"$/.exec(response.headers.get("link") ?? "");
  return link?.[1] ?? "";
}

describe("the link to a lookup's account", () => {
  test.each<{ why: string; path: string; qname: string; type?: string; link: string }>([
    {
      why: "names what was typed, without the dot that a message adds",
      path: "/dns-query/seed=7",
      qname: "web-service",
      link: "/life.json?name=web-service&seed=7",
    },
    {
      why: "leads to the pod that asked, with its options",
      path: "/clusters/lab/namespaces/default/pods/client/dns-query/libc=musl?search=a.test,b.test&ndots=2",
      qname: "api.example.com",
      link: "/clusters/lab/namespaces/default/pods/client/life.json?name=api.example.com&ndots=2&search=a.test%2Cb.test&libc=musl&seed=1",
    },
    {
      why: "says that nothing was searched",
      path: "/clusters/lab/dns-query/search=off/family=4/cache=off/trace=off",
      qname: "api.example.com",
      link: "/clusters/lab/life.json?name=api.example.com&search=off&family=4&cache=off&seed=1",
    },
    {
      why: "has the type where it is none of getaddrinfo's",
      path: "/dns-query",
      qname: "_http._tcp.web-service",
      type: "SRV",
      link: "/life.json?name=_http._tcp.web-service&type=SRV&seed=1",
    },
    {
      why: "keeps what could end it inside the name",
      path: "/dns-query",
      qname: "a\\>\\;b\\\\c.test",
      link: "/life.json?name=a%3E%5C%3Bb%5C%5Cc.test&seed=1",
    },
    { why: "has the root's dot", path: "/dns-query", qname: ".", link: "/life.json?name=.&seed=1" },
  ])("$why", async ({ path, qname, type, link }) => {
    const reply = await post(app, query(qname, type), path);
    expect(target(reply)).toBe(link);
    const account = await app.request(link);
    expect(account.status).toBe(200);
    const { asked } = (await account.json()) as Life;
    expect(asked.self).toBe(link.replace("/life.json", "/life"));
  });

  test("JSON has it too, with the dot that was typed", async () => {
    const reply = await app.request("/resolve?name=api.example.com.&type=AAAA&ndots=1");
    expect(target(reply)).toBe("/life.json?name=api.example.com.&ndots=1&seed=1");
  });

  test("the account has the queries of the trace", async () => {
    const reply = await post(app, query("api.example.com"), "/dns-query/cache=off");
    const traced = [...(reply.headers.get("dns-trace") ?? "").matchAll(/"([^"]+)";type=A;/g)];
    const { queries } = (await (await app.request(target(reply))).json()) as Life;
    const names = queries.flatMap(({ name, type }) => (type === "A" ? [name] : []));
    expect(names).toEqual(traced.map(([, name]) => name));
  });

  test("where nothing is looked up there is none", async () => {
    expect((await app.request("/resolve?name=cluster.local&type=AXFR")).headers.has("link")).toBe(
      false,
    );
    expect((await post(app, query("cluster.local", "AXFR"))).headers.has("link")).toBe(false);
  });
});
