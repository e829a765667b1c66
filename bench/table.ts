/**
 * The figures of a run as text.
 *
 * @module
 */
import type { HttpRow } from "./http.ts";
import type { Results } from "./results.ts";
import { rounded } from "./statistics.ts";
import { type Target, targetsOf } from "./targets.ts";

type Cell = string | number;

/** Columns under their heads: numbers to the right, text to the left. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...rows.map((row) => String(row[at] ?? "").length)),
  );
  const isNumber = heads.map((_, at) =>
    rows.every((row) => typeof row[at] === "number" || row[at] === ""),
  );
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, at) => {
        const [text, width] = [String(cell), widths[at] as number];
        return isNumber[at] ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [heads, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
}

export function report(results: Results): string {
  const { machine, http, inProcess, growth, index, kv, worker, leftOut } = results;
  const { processor, cores, loadBefore } = machine;
  const said = [
    `${processor}, ${cores} cores, load ${loadBefore} before; medians of ${results.rounds} rounds: read them as ratios`,
    ...(http.length === 0
      ? []
      : [title("HTTP", "server and load on a core each"), httpTable(http)]),
    title("In process", "µs from request to response"),
    table(
      ["lookup", "method", "trace", "p50 µs"],
      inProcess.map(({ what, method, trace, p50 }) => [what, method, trace, p50]),
    ),
    title("Growth", "µs, p50, by Services/Pods"),
    table(
      ["lookup", ...growth.sizes.map(({ services, pods }) => `${services}/${pods}`)],
      growth.rows.map(({ what, p50 }) => [what, ...p50]),
    ),
    `read and indexed: ${mega(index.stored)} MB stored, ${rounded(index.cpu)} ms of CPU, ${mega(index.kept)} MB kept, ${mega(index.peak)} MB at the highest`,
    title("KV", "operations"),
    table(
      ["lookups", "forwarded queries", "reads", "writes"],
      kv.map(({ what, forwarded, reads, writes }) => [what, forwarded, reads, writes]),
    ),
    title("Worker", "workerd"),
    `bundle: ${mega(worker.bundle.octets)} MB, ${mega(worker.bundle.gzipped)} MB gzipped; from start to first answer: ${rounded(worker.startUp.ndots)} ms, hello ${rounded(worker.startUp.hello)} ms`,
    title("Targets", ""),
    targetTable(targetsOf(results)),
    ...leftOut.map((sentence) => `left out: ${sentence}`),
  ];
  return said.join("\n");
}

function title(what: string, unit: string): string {
  return `\n${what}${unit === "" ? "" : ` (${unit})`}`;
}

function httpTable(rows: readonly HttpRow[]): string {
  return table(
    [
      "server",
      "protocol",
      "method",
      "lookup",
      "trace",
      "requests/s",
      "of hello",
      "p50 ms",
      "p99 ms",
      "CPU µs",
    ],
    rows.map((row) => {
      const hello = rows.find(
        ({ server, runtime, protocol, method }) =>
          server === "hello" &&
          protocol === row.protocol &&
          method === row.method &&
          (runtime === row.runtime || row.runtime === ""),
      );
      return [
        row.runtime === "" ? row.server : `${row.server}, ${row.runtime}`,
        row.protocol,
        row.method,
        row.kind,
        row.trace,
        row.requestsPerSecond,
        hello === undefined ? "" : rounded(row.requestsPerSecond / hello.requestsPerSecond),
        row.p50,
        row.p99,
        row.cpuPerRequest,
      ];
    }),
  );
}

function targetTable(targets: readonly Target[]): string {
  return table(
    ["target", "measured", "", "limit", "", "by CPU"],
    targets.map(({ what, measured, is, limit, met, byCpu }) => [
      what,
      measured,
      is,
      limit,
      met ? "met" : "MISSED",
      byCpu ?? "",
    ]),
  );
}

function mega(octets: number): number {
  return rounded(octets / 1e6);
}
