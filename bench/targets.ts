/**
 * What the figures have to be, beside what they are.
 *
 * @module
 */
import { CLUSTER, CLUSTER_COMPUTED, EXTERNAL, MISS } from "./cases.ts";
import type { HttpRow } from "./http.ts";
import { CLASS, CLUSTER_NAMES, EACH_NEW, FROM_MEMORY, type KvRow } from "./kv.ts";
import type { Results } from "./results.ts";
import { rounded } from "./statistics.ts";

export interface Target {
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  readonly is: "at least" | "at most";
  readonly met: boolean;
  /** The same ratio by the servers' CPU time: what it would be if nobody else were computing. */
  readonly byCpu?: number;
}

export function targetsOf(results: Results): readonly Target[] {
  return [
    ...besideHello(results.http),
    ...besideNamed(results.http),
    ...searchedName(results),
    ...inProcess(results),
    ...growth(results),
    ...kv(results.kv),
    ...worker(results),
  ];
}

function besideHello(rows: readonly HttpRow[]): Target[] {
  const ours = rows.filter(
    ({ server, kind, trace }) => server === "ndots" && kind === CLUSTER.what && trace === "on",
  );
  return ours.flatMap((row) => {
    const like = { runtime: row.runtime, protocol: row.protocol, method: row.method };
    const hello = find(rows, { ...like, server: "hello" });
    const off = find(rows, { ...like, server: "ndots", kind: CLUSTER.what, trace: "off" });
    const where = `${row.runtime}, ${row.protocol}, ${row.method}: a cluster name's`;
    return [
      ...(hello
        ? [
            faster(`${where} requests/s of hello's`, row, hello, 0.75),
            atMost(`${where} p99 of hello's`, row.p99 / hello.p99, 1.5),
          ]
        : []),
      ...(off ? [faster(`${where} requests/s, trace on of trace off`, row, off, 0.9)] : []),
    ];
  });
}

function besideNamed(rows: readonly HttpRow[]): Target[] {
  const like = { protocol: "TLS, HTTP/2", method: "POST" } as const;
  const ours = find(rows, { ...like, server: "ndots", kind: CLUSTER.what, trace: "on" });
  const named = find(rows, { ...like, server: "named" });
  if (ours === undefined || named === undefined) return [];
  return [faster("Deno, TLS, HTTP/2, POST: requests/s of named's", ours, named, 1)];
}

/** In process, and over HTTP by the time that one request takes of a second. */
function searchedName({ http, inProcess }: Results): Target[] {
  const cluster = inProcess.find(({ what, method }) => what === CLUSTER.what && method === "POST");
  const external = inProcess.find(({ what }) => what === EXTERNAL.what);
  const what = "a searched external name's time of a cluster name's";
  const overHttp = http
    .filter(
      ({ kind, method, trace }) => kind === EXTERNAL.what && method === "POST" && trace === "on",
    )
    .flatMap((row) => {
      const { server, runtime, protocol, method, trace } = row;
      const near = find(http, { server, runtime, protocol, method, trace, kind: CLUSTER.what });
      if (near === undefined) return [];
      const ratio = near.requestsPerSecond / row.requestsPerSecond;
      const byCpu = rounded(row.cpuPerRequest / near.cpuPerRequest);
      return [{ ...atMost(`${runtime}, ${protocol}, ${method}: ${what}`, ratio, 1.15), byCpu }];
    });
  return cluster === undefined || external === undefined
    ? overHttp
    : [atMost(`in process: ${what}`, external.p50 / cluster.p50, 1.15), ...overHttp];
}

function inProcess({ inProcess: rows }: Results): Target[] {
  return rows.flatMap(({ what, method, trace, p50 }) => {
    if (what === "hello" || what === CLUSTER_COMPUTED.what) return [];
    if (what === MISS.what) return [atMost("in process: five queries computed, µs", p50, 100)];
    return [atMost(`in process: ${what} from memory, ${method}, trace ${trace}, µs`, p50, 10)];
  });
}

function growth({ growth: { sizes, rows }, index }: Results): Target[] {
  const largest = sizes.at(-1);
  const cluster = `${largest?.services} Services, ${largest?.pods} Pods`;
  return [
    ...rows.map(({ what, p50 }) => {
      const ratio = (p50.at(-1) as number) / (p50[0] as number);
      return atMost(`${cluster}: ${what}, time of the demo cluster's`, ratio, 1.2);
    }),
    atMost(`${cluster}: MiB in the store`, index.stored / 2 ** 20, 25),
    atMost(`${cluster}: MB kept`, index.kept / 1e6, 100),
    atMost(`${cluster}: s of CPU to index`, index.cpu / 1000, 1),
  ];
}

function kv(rows: readonly KvRow[]): Target[] {
  return rows.flatMap((row) => {
    const { what, forwarded, reads, writes } = row;
    switch (what) {
      case CLUSTER_NAMES:
      case FROM_MEMORY:
        return [atMost(`KV, ${what}: reads and writes`, reads + writes, 0)];
      case EACH_NEW:
        return [
          atMost(`KV, ${what}: reads a forwarded query`, reads / forwarded, 1),
          atMost(`KV, ${what}: writes a forwarded query`, writes / forwarded, 1),
        ];
      case CLASS:
        return [atMost(`KV, ${what}: writes`, writes, 100)];
      default:
        return [];
    }
  });
}

function worker({ worker: { bundle, startUp } }: Results): Target[] {
  return [
    atMost("Worker: KB of the bundle, gzipped", bundle.gzipped / 1000, 250),
    atMost("Worker: ms to start, above hello's", startUp.ndots - startUp.hello, 50),
  ];
}

function find(rows: readonly HttpRow[], like: Partial<HttpRow>): HttpRow | undefined {
  const wanted = Object.entries(like) as [keyof HttpRow, unknown][];
  return rows.find((row) => wanted.every(([key, value]) => row[key] === value));
}

function faster(what: string, row: HttpRow, than: HttpRow, limit: number): Target {
  const ratio = row.requestsPerSecond / than.requestsPerSecond;
  const byCpu = rounded(than.cpuPerRequest / row.cpuPerRequest);
  return { ...atLeast(what, ratio, limit), byCpu };
}

function atLeast(what: string, measured: number, limit: number): Target {
  return { what, measured: rounded(measured), limit, is: "at least", met: measured >= limit };
}

function atMost(what: string, measured: number, limit: number): Target {
  return { what, measured: rounded(measured), limit, is: "at most", met: measured <= limit };
}
