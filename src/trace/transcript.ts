/**
 * The life of a lookup as a story for a terminal: who asks, what the libc does, every packet, the answer and its price.
 *
 * The order is the talk's: from the application to the wire, through the node's rules to CoreDNS, and back.
 *
 * @module
 */
import type { Life } from "./life.ts";
import { BLANK, columns, type Line, line, print, row, WIDTH } from "./terminal.ts";
import { costText, endingLines, resultParts } from "./transcript/ending.ts";
import { queryLines } from "./transcript/queries.ts";
import { count, duration } from "./transcript/words.ts";

/** At most 80 columns wide; without `color` no control characters but line feeds. */
export function transcript(life: Life, { color }: { readonly color: boolean }): string {
  return print(
    [
      ...whoAsks(life),
      ...resolvConf(life),
      ...beforeDns(life),
      ...candidates(life),
      ...queryLines(life),
      ...endingLines(life),
    ],
    color,
  );
}

/** Columns of what a row is about. */
const LABEL = 14;

function whoAsks({ asked, vantage, result, cost }: Life): readonly Line[] {
  const { namespace, pod, cluster, address, node, hostNetwork, madeUp } = vantage;
  const one = asked.family === "4" || asked.family === "6" ? `, IPv${asked.family}` : "";
  const what = asked.call === "res_search" ? `, ${asked.types.join(", ")}` : one;
  const where = node === undefined ? "on no node" : `on ${node}`;
  return [
    line(0, { text: `${asked.call}("${asked.name}"${what})`, tone: "title" }),
    BLANK,
    row(2, LABEL, "Pod", `${namespace}/${pod}, ${address}, ${where} of cluster ${cluster}`),
    ...(madeUp ? [row(2, LABEL, "", "made up: the cluster has no such Pod")] : []),
    ...(hostNetwork ? [row(2, LABEL, "", "on the host network")] : []),
    row(2, LABEL, "libc", vantage.libcVersion),
    row(2, LABEL, "dnsPolicy", vantage.dnsPolicy),
    ...(asked.fault === undefined
      ? []
      : [row(2, LABEL, "fault", { text: asked.fault, tone: "bad" })]),
    row(2, LABEL, "once more", asked.self),
    row(2, LABEL, "result", ...resultParts(result)),
    row(2, LABEL, "cost", costText(cost)),
  ];
}

function resolvConf({ files, settings, events, vantage }: Life): readonly Line[] {
  const { ndots, timeout, attempts, flags, search, nameservers } = settings;
  const words = [
    `ndots:${ndots}`,
    `timeout ${duration(timeout)}`,
    count(attempts, "attempt"),
    count(search.length, "search domain"),
    count(nameservers.length, "nameserver"),
    ...flags,
  ];
  return [
    BLANK,
    line(0, { text: "/etc/resolv.conf", tone: "title" }, ", written by kubelet"),
    ...files.resolvConf
      .trimEnd()
      .split("\n")
      .map((text) => line(2, text)),
    BLANK,
    row(2, LABEL, vantage.libcVersion, words.join(", ")),
    ...settings.notes.map((note) => row(2, LABEL, "", note)),
    ...events.map(({ reason, message }) =>
      row(2, LABEL, { text: "Warning", tone: "bad" }, `${reason}: ${message}`),
    ),
  ];
}

function beforeDns({ before }: Life): readonly Line[] {
  const lines: Line[] = [];
  if (before.length > 0) {
    lines.push(BLANK, line(0, { text: "Before DNS", tone: "title" }));
    lines.push(...before.map(({ what, did }) => row(2, LABEL, LOOKED[what], did)));
  }
  return lines;
}

/** What reasons have in common, as far as their first colon, stands above them once. */
function candidates({ candidates, vantage }: Life): readonly Line[] {
  if (candidates.length === 0) return [];
  const widest = Math.max(...candidates.map(({ name }) => columns(name)));
  const lines = [
    BLANK,
    line(0, { text: "Candidates", tone: "title" }, `, in the order of ${vantage.libcVersion}`),
  ];
  let above: string | undefined;
  for (const [index, { name, reason }] of candidates.entries()) {
    const [, head, rest = ""] = /^(.*?): (.*)$/.exec(reason) ?? ["", undefined, reason];
    if (head !== above && head !== undefined) lines.push(line(2, head));
    above = head;
    const numbered = `${String(index + 1).padStart(3)}  ${name}`;
    const why = { text: rest, tone: "quiet" } as const;
    const hasRoom = BEFORE_REASON + widest + columns(rest) <= WIDTH;
    if (hasRoom) lines.push(row(2, BEFORE_REASON - 2 + widest, numbered, why));
    else lines.push({ indent: 2, hang: 7, parts: [numbered] }, line(7, why));
  }
  return lines;
}

/** Columns of a candidate's line that are neither name nor reason. */
const BEFORE_REASON = 9;

const LOOKED = { address: "address", localhost: "localhost", hosts: "/etc/hosts" } as const;
