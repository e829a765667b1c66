/**
 * Clusters of a deployment's own: put with the command of the README, asked on both runtimes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { largeText, type Size } from "../cluster/large.ts";
import { edeTexts, message, query } from "../http/service.ts";
import { type RuntimeName, type Server, startServer } from "./server.ts";
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
  demo.items.push({ kind: "Secret", metadata: { name: "s3cret" }, data: { key: "s3cret" } });
  const path = join(folder, "dump.json");
  writeFileSync(path, JSON.stringify(demo));
  return path;
}

/** Over what is stored as a List that people can read. */
const LARGE: Size = { services: 200, pods: 3000, nodes: 100 };

function largeDump(): string {
  const path = join(folder, "large.json");
  writeFileSync(path, [...largeText(LARGE)].join(""));
  return path;
}

const WRONG = '{"kind":"List","items":[{"kind":"Pod"}]}';

interface Place {
  readonly store: string;
  readonly runtime: RuntimeName;
  /** What `cluster:put` is told beside the name and the file. */
  readonly where: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Puts {@link WRONG}, which `cluster:put` would refuse. */
  putWrong(): Promise<unknown>;
}

const at = (name: string): string => join(folder, name);

const PLACES: readonly Place[] = [
  {
    store: "Workers KV",
    runtime: "workerd",
    where: [],
    env: { NDOTS_KV: at("workers-kv") },
    putWrong: () => {
      const put = ["kv", "key", "put", "cluster:wrong", WRONG, "--binding", "CACHE"];
      return run("wrangler", [...put, "--local", "--persist-to", at("workers-kv")]);
    },
  },
  {
    store: "a folder on Deno",
    runtime: "Deno",
    where: ["--folder", at("folder")],
    env: { NDOTS_ZONES: at("folder") },
    putWrong: async () => writeFileSync(join(at("folder"), "wrong.json"), WRONG),
  },
  {
    store: "Deno KV",
    runtime: "Deno",
    where: ["--deno-kv", at("deno.kv")],
    env: { NDOTS_KV: at("deno.kv") },
    putWrong: () => {
      writeFileSync(at("wrong"), WRONG);
      const put = ["src/runtime/deno/put.ts", "wrong", "1", at("wrong"), at("deno.kv")];
      return run("deno", ["run", "--quiet", "--allow-all", ...put]);
    },
  },
];

describe.each(PLACES)("clusters in $store", ({ runtime, where, env, putWrong }) => {
  let server: Server;
  beforeAll(async () => {
    const put = (name: string, file: string) =>
      run("npm", ["run", "--silent", "cluster:put", "--", name, file, ...where], env);
    const small = await put("shop", dump());
    expect(small).toMatchObject({ status: 0 });
    expect(small.stdout).toMatch(/^cluster shop: \d+ namespaces, 3 nodes, 22 Services, /);
    expect(small.stdout).toMatch(/\noctets: \d+ before, \d+ stored\nleft out: 1 Secret, /);
    expect(await put("large", largeDump())).toMatchObject({ status: 0 });
    await putWrong();
    server = await startServer(runtime, env);
  }, 120_000);
  afterAll(() => server?.stop());

  test("a large one is read from its columns", async () => {
    const name = "catalog-web-1.team-1";
    const reply = await fetch(`${server.origin}/clusters/large/resolve?name=${name}`);
    expect(await reply.json()).toMatchObject({
      Status: 0,
      Answer: [{}, { name: `${name}.svc.cluster.local.`, data: "10.96.0.11" }],
    });
    const { clusters } = await (await fetch(`${server.origin}/clusters`)).json();
    const large = clusters.find((one: { name: string }) => one.name === "large");
    expect(large).toMatchObject({ services: LARGE.services, pods: LARGE.pods, nodes: LARGE.nodes });
  });

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
