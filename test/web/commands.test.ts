/**
 * The lines to type: the same lookup, in words that no shell takes for more.
 */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Life } from "../../src/trace/life.ts";
import { commandsOf, quoted } from "../../src/web/drawers/commands.ts";
import type { Page } from "../../src/web/page.ts";
import { testService } from "../http/service.ts";

const { app } = testService();

async function lines(path: string, page: Partial<Page> = {}): Promise<Record<string, string>> {
  const life = (await (await app.request(path)).json()) as Life;
  const all = { origin: "https://ndots.example", clusters: [], pods: [], options: {}, ...page };
  return Object.fromEntries(commandsOf(life, all).map(({ tool, line }) => [tool, line]));
}

test.each<{ why: string; path: string; page?: Partial<Page>; tool: string; line: string }>([
  {
    why: "dig asks the Pod's own resource",
    path: "/life.json?name=web-service",
    tool: "dig",
    line: "dig @ndots.example +https=/clusters/demo/namespaces/default/pods/client/dns-query web-service A",
  },
  {
    why: "a trailing dot, which a message cannot carry, is an option",
    path: "/life.json?name=api.example.com.",
    tool: "kdig",
    line: "kdig @ndots.example +https=/clusters/demo/namespaces/default/pods/client/dns-query/search=off api.example.com. A",
  },
  {
    why: "options go into the path, since dig sends no query string",
    path: "/life.json?name=api.example.com&ndots=2&libc=musl",
    page: { options: { ndots: "2", libc: "musl" } },
    tool: "dig",
    line: "dig @ndots.example +https=/clusters/demo/namespaces/default/pods/client/dns-query/ndots=2/libc=musl api.example.com A",
  },
  {
    why: "without TLS on the page, dig asks the local edge",
    path: "/life.json?name=web-service",
    page: { origin: "http://127.0.0.1:8787" },
    tool: "dig",
    line: "dig @127.0.0.1 -p 8443 +https=/clusters/demo/namespaces/default/pods/client/dns-query web-service A",
  },
  {
    why: "in the Pod, the libc is asked as the application asks it",
    path: "/life.json?name=web-service",
    tool: "kubectl",
    line: "kubectl exec -n default client -- getent ahosts web-service",
  },
  {
    why: "a made-up Pod has to be run first",
    path: "/clusters/demo/namespaces/prod/life.json?name=web-service",
    tool: "kubectl",
    line: "kubectl run -n prod -it --rm --restart=Never --image=busybox lookup -- nslookup web-service",
  },
  {
    why: "another type is asked by its name",
    path: "/life.json?name=_sip._udp.voip&type=SRV",
    tool: "kubectl",
    line: "kubectl exec -n default client -- nslookup -type=SRV _sip._udp.voip",
  },
])("$why", async ({ path, page, tool, line }) => {
  expect((await lines(path, page))[tool]).toBe(line);
});

test("curl's line gives what the page shows", async () => {
  const line = (await lines("/life.json?name=web-service")).curl ?? "";
  const url = /'https:\/\/ndots\.example(.*)'/.exec(line)?.[1] ?? "";
  const reply = (await (await app.request(url)).json()) as { Answer: { data: string }[] };
  expect(reply.Answer.at(-1)?.data).toBe("10.100.7.7");
});

describe("quoted()", () => {
  test("a shell gives back whatever was quoted", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."a'\"$`\\ ;|&<>*?~#!()\n"), minLength: 1 }),
        (text) => {
          const out = execFileSync("sh", ["-c", `printf %s ${quoted(text)}`], { encoding: "utf8" });
          expect(out).toBe(text);
        },
      ),
      { numRuns: 60 },
    );
  });
});
