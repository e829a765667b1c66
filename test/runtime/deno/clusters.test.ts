import { bothClusters, folderClusters } from "../../../src/runtime/deno/clusters.ts";
import { denoKvClusters, putCluster } from "../../../src/runtime/deno/kv-clusters.ts";

const CHUNK = 65_000;

/** Octets that tell where they belong: each has its place's and its version's remainder. */
function octetsOf(version: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + version * 101) % 251);
}

async function withKv(run: (kv: Deno.Kv) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  try {
    await run(kv);
  } finally {
    kv.close();
  }
}

async function keysOf(kv: Deno.Kv): Promise<readonly Deno.KvKey[]> {
  const keys: Deno.KvKey[] = [];
  for await (const entry of kv.list({ prefix: [] })) keys.push(entry.key);
  return keys;
}

function same(one: unknown, other: unknown): void {
  if (JSON.stringify(one) === JSON.stringify(other)) return;
  throw new Error(`wanted ${JSON.stringify(other)}: received ${JSON.stringify(one)}`);
}

function sameOctets(one: Uint8Array | undefined, other: Uint8Array): void {
  if (one?.length === other.length && one.every((octet, at) => octet === other[at])) return;
  throw new Error(`wanted ${other.length} octets: received ${one?.length}, or others`);
}

for (const length of [0, 1, CHUNK, CHUNK + 1, 10 * CHUNK, 11 * CHUNK + 5]) {
  Deno.test(`clusters in Deno KV: ${length} octets come back as they were put`, () =>
    withKv(async (kv) => {
      const octets = octetsOf(1, length);
      same(await putCluster(kv, "shop", "1", octets), Math.ceil(length / CHUNK));
      const found = await denoKvClusters(kv).get("shop", undefined);
      same(found?.version, "1");
      sameOctets(found?.octets, octets);
      same(await denoKvClusters(kv).get("shop", "1"), { version: "1" });
      same(await denoKvClusters(kv).names(), ["shop"]);
      same(await denoKvClusters(kv).get("none", undefined), undefined);
    }));
}

Deno.test("clusters in Deno KV: of a version that was replaced nothing is left", () =>
  withKv(async (kv) => {
    await putCluster(kv, "shop", "1", octetsOf(1, 5 * CHUNK));
    await putCluster(kv, "other", "1", octetsOf(1, 2 * CHUNK));
    await putCluster(kv, "shop", "2", octetsOf(2, CHUNK));
    const shop = (await keysOf(kv)).filter((key) => key[1] === "shop");
    same(shop, [
      ["cluster", "shop"],
      ["cluster-chunk", "shop", "2", 0],
    ]);
  }));

Deno.test("clusters in Deno KV: a put that was cut off changes nothing, and the next one clears it away", () =>
  withKv(async (kv) => {
    await putCluster(kv, "shop", "1", octetsOf(1, 2 * CHUNK));
    await kv.set(["cluster-chunk", "shop", "half", 0], octetsOf(9, CHUNK));
    sameOctets((await denoKvClusters(kv).get("shop", undefined))?.octets, octetsOf(1, 2 * CHUNK));
    await putCluster(kv, "shop", "2", octetsOf(2, 10));
    same((await keysOf(kv)).length, 2);
  }));

Deno.test("clusters in Deno KV: of two puts at once one is refused, and the other is whole", () =>
  withKv(async (kv) => {
    await putCluster(kv, "shop", "1", octetsOf(1, 3 * CHUNK));
    const versions = [2, 3];
    const put = await Promise.all(
      versions.map((version) =>
        putCluster(kv, "shop", String(version), octetsOf(version, 4 * CHUNK)),
      ),
    );
    same(put.filter((chunks) => chunks === undefined).length, 1);
    const version = versions[put.findIndex((chunks) => chunks !== undefined)] as number;
    const found = await denoKvClusters(kv).get("shop", undefined);
    same(found?.version, String(version));
    sameOctets(found?.octets, octetsOf(version, 4 * CHUNK));
  }));

Deno.test("clusters in Deno KV: who reads while versions change never gets a mixture", () =>
  withKv(async (kv) => {
    const length = (version: number) => (5 + (version % 3)) * CHUNK + version;
    await putCluster(kv, "shop", "0", octetsOf(0, length(0)));
    let writing = true;
    const seen = new Set<string>();
    const read = async (): Promise<void> => {
      while (writing) {
        // One that meets three changes in a row gives up: that is no mixture either.
        const found = await denoKvClusters(kv)
          .get("shop", undefined)
          .catch(() => undefined);
        if (found === undefined) continue;
        seen.add(found.version);
        sameOctets(found.octets, octetsOf(Number(found.version), length(Number(found.version))));
      }
    };
    const readers = [read(), read()];
    for (let version = 1; version <= 20; version++) {
      await putCluster(kv, "shop", String(version), octetsOf(version, length(version)));
    }
    writing = false;
    await Promise.all(readers);
    if (seen.size < 3) throw new Error(`only ${seen.size} versions were seen`);
  }));

Deno.test("clusters in Deno KV: chunks that are missing, or of another length, are no cluster", () =>
  withKv(async (kv) => {
    await putCluster(kv, "shop", "1", octetsOf(1, 3 * CHUNK));
    for (const [key, value] of [
      [["cluster-chunk", "shop", "1", 1], undefined],
      [["cluster-chunk", "shop", "1", 1], octetsOf(1, 10)],
      [["cluster-chunk", "shop", "1", 1], "no octets"],
      [["cluster", "shop"], { version: "1", chunks: 1e9, octets: 1e12 }],
      [["cluster", "shop"], { version: "1" }],
    ] as const) {
      if (value === undefined) await kv.delete([...key]);
      else await kv.set([...key], value);
      const found = await denoKvClusters(kv)
        .get("shop", undefined)
        .then(
          () => "found",
          () => "refused",
        );
      same(found, "refused");
    }
  }));

Deno.test("clusters in a folder and in Deno KV are one store, and the folder's comes first", () =>
  withKv(async (kv) => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/shop.json`, "from the folder");
      await putCluster(kv, "shop", "1", octetsOf(1, 5));
      await putCluster(kv, "kv-only", "1", octetsOf(1, 5));
      const both = bothClusters(folderClusters(folder), denoKvClusters(kv));
      same([...new Set(await both.names())].sort(), ["kv-only", "shop"]);
      const shop = await both.get("shop", undefined);
      same(new TextDecoder().decode(shop?.octets), "from the folder");
      same(await both.get("shop", shop?.version), { version: shop?.version });
      await Deno.writeTextFile(`${folder}/shop.json`, "changed in the folder");
      same((await both.get("shop", shop?.version))?.octets?.length, 21);
      sameOctets((await both.get("kv-only", undefined))?.octets, octetsOf(1, 5));
      same(await both.get("none", undefined), undefined);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }));
