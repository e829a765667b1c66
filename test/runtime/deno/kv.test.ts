import { denoKv } from "../../../src/runtime/deno/kv.ts";
import { testStore } from "../../cache/store.suite.ts";

for (const { why, run } of testStore(async () => denoKv(await opened()))) {
  Deno.test(`Deno KV: ${why}`, async () => {
    try {
      await run();
    } finally {
      kv?.close();
    }
  });
}

Deno.test("Deno KV: the expiry is in seconds here and in milliseconds there", async () => {
  let expireIn: number | undefined;
  const store = await opened();
  try {
    store.set = (_key, _value, options) => {
      expireIn = options?.expireIn;
      return Promise.resolve({ ok: true, versionstamp: "" });
    };
    await denoKv(store).put("key", Uint8Array.of(1), 90);
  } finally {
    store.close();
  }
  if (expireIn !== 90_000) throw new Error(`wanted 90000: received ${expireIn}`);
});

let kv: Deno.Kv | undefined;

async function opened(): Promise<Deno.Kv> {
  kv = await Deno.openKv(":memory:");
  return kv;
}
