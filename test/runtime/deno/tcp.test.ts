import { denoTcp } from "../../../src/runtime/deno/tcp.ts";

const QUERY = Uint8Array.of(0x12, 0x67, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0);

/** Asks a listener that answers a query with `chunks` and then closes. */
async function ask(chunks: readonly Uint8Array[]): Promise<string> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(512));
    for (const chunk of chunks) await connection.write(chunk);
    connection.close();
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const to = { hostname: "127.0.0.1", port };
  const got = await denoTcp(to, QUERY, new AbortController().signal);
  await served;
  listener.close();
  return got.ok ? got.value.join(" ") : `${got.error.kind}: ${got.error.why}`;
}

for (const { why, chunks, gives } of [
  { why: "a reply in pieces", chunks: [[0], [3, 1], [2, 3]], gives: "1 2 3" },
  {
    why: "half a reply",
    chunks: [[0, 3, 1]],
    gives: "rubbish: closed the connection in the middle of its answer",
  },
  { why: "no reply", chunks: [], gives: "rubbish: closed the connection without an answer" },
]) {
  Deno.test(`denoTcp: ${why}`, async () => {
    const got = await ask(chunks.map((chunk) => Uint8Array.from(chunk)));
    if (got !== gives) throw new Error(`wanted ${gives}: received ${got}`);
  });
}

Deno.test("denoTcp: nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const to = { hostname: "127.0.0.1", port };
  const got = await denoTcp(to, QUERY, new AbortController().signal);
  if (got.ok || got.error.kind !== "unreachable") throw new Error(JSON.stringify(got));
});
