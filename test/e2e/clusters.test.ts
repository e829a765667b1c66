/**
 * Clusters of a deployment's own: put with the command of the README, asked on both runtimes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { edeTexts, message, query } from "../http/service.ts";
import { RUNTIMES, type Server, startServer } from "./server.ts";
import { run } from "./tools.ts";

const folder = mkdtempSync(join(tmpdir(), "ndots-clusters-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A dump as kubectl prints it, with what must not be shown. */
function dump(): string {
  const demo = JSON.parse(readFileSync("zones/demo.json", "utf8"));
  for (const item of demo.items) {
    item.metadata.annotations = { ...item.metadata.annotations, "example.org/token": "s3cret" };
    if (item.kind === "Pod")
      item.spec.containers = [{ name: "c", env: [{ name: "KEY", value: "s3cret" }] }];
  }
  const path = join(folder, "dump.json");
  writeFileSync(path, JSON.stringify(demo));
  return path;
}

describe.each(RUNTIMES)("%s", (runtime) => {
  const store = join(folder, runtime);
  let server: Server;
  beforeAll(async () => {
    const where = runtime === "Deno" ? ["--folder", store] : [];
    const put = await run(
      "npm",
      ["run", "--silent", "cluster:put", "--", "shop", dump(), ...where],
      {
        NDOTS_KV: store,
      },
    );
    expect(put).toMatchObject({ status: 0 });
    expect(put.stdout).toMatch(/cluster shop: \d+ namespaces/);
    const wrong = '{"kind":"List","items":[{"kind":"Pod"}]}';
    if (runtime === "Deno") {
      writeFileSync(join(store, "wrong.json"), wrong);
    } else {
      const kv = ["kv", "key", "put", "cluster:wrong", wrong, "--binding", "CACHE"];
      await run("wrangler", [...kv, "--local", "--persist-to", store]);
    }
    server = await startServer(
      runtime,
      runtime === "Deno" ? { NDOTS_ZONES: store } : { NDOTS_KV: store },
    );
  }, 120_000);
  afterAll(() => server?.stop());

  test("the cluster is listed and answers", async () => {
    const { clusters } = await (await fetch(`${server.origin}/clusters`)).json();
    expect(clusters.map(({ name }: { name: string }) => name)).toContain("shop");
    const reply = await fetch(
      `${server.origin}/clusters/shop/namespaces/prod/resolve?name=web-service`,
    );
    expect(reply.headers.get("dns-trace")).toMatch(
      /"web-service\.prod\.svc\.cluster\.local\.";type=A;rcode=NOERROR/,
    );
  });

  test("nothing but the fields that are read is shown", async () => {
    const text = await (await fetch(`${server.origin}/clusters/shop`)).text();
    expect(text).toMatch(/web-service/);
    expect(text).not.toMatch(/s3cret|example\.org\/token/);
  });

  test("a wrong cluster is 422 and SERVFAIL, and the others work", async () => {
    const problem = await fetch(`${server.origin}/clusters/wrong/resolve?name=a`);
    expect(problem.status).toBe(422);
    const { detail } = await problem.json();
    expect(detail).toMatch(/cluster wrong: .*items\[0\]/);
    const reply = await message(
      await fetch(`${server.origin}/clusters/wrong/dns-query`, {
        method: "POST",
        body: query("a"),
        headers: { "content-type": "application/dns-message" },
      }),
    );
    expect(reply.rcode).toBe("SERVFAIL");
    expect(edeTexts(reply, 0)).toEqual([detail]);
    expect((await fetch(`${server.origin}/resolve?name=web-service`)).status).toBe(200);
  });
});

test("cluster:put refuses a wrong dump with its path", async () => {
  const path = join(folder, "wrong-dump.json");
  writeFileSync(
    path,
    '{"kind":"List","items":[{"kind":"Service","metadata":{"name":"a","namespace":"b"},"spec":{"ports":[{"port":70000}]}}]}',
  );
  const put = await run("npm", ["run", "--silent", "cluster:put", "--", "shop", path]);
  expect(put.status).toBe(1);
  expect(put.stderr).toMatch(/\$\.items\[0\]\.spec\.ports\[0\]\.port/);
});
