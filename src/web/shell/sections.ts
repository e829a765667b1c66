/**
 * A DNS message as BIND's tools print it: header, OPT pseudosection, and records in columns (`lib/dns/masterdump.c`,
 * `lib/dns/message.c` of 9.18).
 *
 * @module
 */
import { EDE_OPTION } from "../../dns/ede.ts";
import type { Edns, Message, Question, RR } from "../../dns/message.ts";
import { printRdata } from "../../dns/records.ts";

/** `->>HEADER<<-` and the line of flags and counts. */
export function headerLines(message: Message): string[] {
  const { id, rcode, flags, question, answer, authority, additional, edns } = message;
  const on = FLAGS.filter((flag) => flags[flag]).map((flag) => ` ${flag}`);
  const counts = [
    `QUERY: ${question.length}`,
    `ANSWER: ${answer.length}`,
    `AUTHORITY: ${authority.length}`,
    `ADDITIONAL: ${additional.length + (edns ? 1 : 0)}`,
  ];
  return [
    `;; ->>HEADER<<- opcode: QUERY, status: ${rcode}, id: ${id}`,
    `;; flags:${on.join("")}; ${counts.join(", ")}`,
  ];
}

/** The OPT pseudosection: Extended DNS Errors by their name where 9.18 knows it. */
export function optLines({ version, dnssecOk, udpSize, options }: Edns): string[] {
  return [
    ";; OPT PSEUDOSECTION:",
    `; EDNS: version: ${version}, flags:${dnssecOk ? " do" : ""}; udp: ${udpSize}`,
    ...options.map(({ code, data }) => {
      if (code === EDE_OPTION && data.length >= 2) return edeLine(data);
      const octets = Array.from(data, (octet) => octet.toString(16).padStart(2, "0"));
      return `; OPT=${code}:${octets.map((octet) => ` ${octet}`).join("")}`;
    }),
  ];
}

/** The semicolon is not counted among the columns. */
export function questionLine({ name, type }: Question): string {
  return `;${inColumns(name, 32, ["IN", type])}`;
}

export function recordLine(rr: RR, withTtl: boolean, withClass: boolean): string {
  const words = [...(withTtl ? [`${rr.ttl}`] : []), ...(withClass ? ["IN"] : [])];
  return inColumns(rr.name, 24, [...words, rr.type, rdataText(rr)]);
}

/** As `printRdata`, with long hexadecimal and base64 in groups of 56 characters, as dig's +split=56 has it. */
export function rdataText(rr: RR): string {
  const text = printRdata(rr);
  if (!SPLIT.has(rr.type) && !text.startsWith("\\#")) return text;
  return text.replace(/[^ ]{57,}$/, (long) => (long.match(/.{1,56}/g) ?? []).join(" "));
}

const FLAGS = ["qr", "aa", "tc", "rd", "ra", "ad", "cd"] as const;

/** Those that end in hexadecimal or base64. */
const SPLIT: ReadonlySet<string> = new Set(
  "CDNSKEY CDS CERT DHCID DLV DNSKEY DS IPSECKEY KEY OPENPGPKEY RRSIG SMIMEA SSHFP TLSA ZONEMD".split(
    " ",
  ),
);

/** The INFO-CODEs that 9.18 has names for; later ones are printed as numbers alone. */
const EDE_NAMES = [
  "Other",
  "Unsupported DNSKEY Algorithm",
  "Unsupported DS Digest Type",
  "Stale Answer",
  "Forged Answer",
  "DNSSEC Indeterminate",
  "DNSSEC Bogus",
  "Signature Expired",
  "Signature Not Yet Valid",
  "DNSKEY Missing",
  "RRSIGs Missing",
  "No Zone Key Bit Set",
  "NSEC Missing",
  "Cached Error",
  "Not Ready",
  "Blocked",
  "Censored",
  "Filtered",
  "Prohibited",
  "Stale NXDOMAIN Answer",
  "Not Authoritative",
  "Not Supported",
  "No Reachable Authority",
  "Network Error",
  "Invalid Data",
];

function edeLine(data: Uint8Array): string {
  const code = ((data[0] as number) << 8) | (data[1] as number);
  const name = EDE_NAMES[code];
  const text = new TextDecoder().decode(data.subarray(2)).replace(/\p{Cc}/gu, ".");
  return `; EDE: ${code}${name === undefined ? "" : ` (${name})`}${text === "" ? "" : `: (${text})`}`;
}

/**
 * Words at columns eight apart, by tabs; where a column is passed already, at the next place behind it.
 *
 * A tab is written wherever one of its stops lies on the way, also for a single blank (`indent` in `masterdump.c`).
 */
function inColumns(first: string, column: number, words: readonly string[]): string {
  let text = first;
  let at = first.length;
  for (const [index, word] of words.entries()) {
    const to = Math.max(column + 8 * index, at + 1);
    const tabs = Math.floor(to / 8) - Math.floor(at / 8);
    text += "\t".repeat(tabs) + " ".repeat(tabs > 0 ? to % 8 : to - at) + word;
    at = to + word.length;
  }
  return text;
}
