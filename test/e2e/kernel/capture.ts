/**
 * Captures on every interface of a lab, and what tshark reads in one: the kernel's or ours.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { run } from "../tools.ts";
import type { Lab } from "./lab.ts";

/** A packet on an interface. */
export interface Sighting {
  /** Seconds since 1970, to the nanosecond, as text. */
  readonly time: string;
  /** Host and interface. */
  readonly at: string;
  readonly protocol: "udp" | "tcp" | "icmp";
  readonly src: string;
  readonly dst: string;
  /** Those of the packet within, where the protocol is ICMP. */
  readonly sport: string;
  readonly dport: string;
  readonly ipTtl: string;
  /** Flags of a TCP segment, type and code of an ICMP message. */
  readonly kind: string;
  /** What tells a TCP segment from the others of its connection; the same on every interface. */
  readonly segment: string;
  /** Undefined in a packet without a DNS message; a TCP segment may have several, given with commas between. */
  readonly dns?: {
    readonly qname: string;
    readonly qtype: string;
    readonly isResponse: boolean;
    readonly rcode: string;
    readonly answers: string;
  };
}

export interface Recording {
  /** All that passed since the start, in order of time. */
  stop(): Promise<readonly Sighting[]>;
}

/** Without what keeps a network going: ARP, and IGMP of a bridge that comes up. */
const FILTER = "udp or tcp or icmp";

/** Starts one dumpcap a host, and comes back when all of them listen. */
export async function record(lab: Lab, folder: string): Promise<Recording> {
  const started = [...lab.devices].map(([host, devices]) => {
    const file = join(folder, `${host.replaceAll("/", ".")}.pcapng`);
    const each = devices.flatMap((device) => ["-i", device]);
    const [ip, ...args] = lab.entering(host);
    const child = spawn(ip, [...args, "dumpcap", "-q", "-f", FILTER, ...each, "-w", file], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    return { file, child };
  });
  const end = (): Promise<unknown> => Promise.all(started.map(({ child }) => interrupted(child)));
  try {
    await Promise.all(started.map(({ child }) => listening(child)));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    stop: async () => {
      // The kernel hands packets over in blocks, the last one after a quarter of a second.
      await new Promise((resolve) => setTimeout(resolve, 500));
      await end();
      const merged = join(folder, "merged.pcapng");
      // Interfaces keep their order, so that their numbers tell what all of them are called eth0 for.
      const files = started.map(({ file }) => file);
      const ran = await run("mergecap", ["-I", "none", "-w", merged, ...files]);
      if (ran.status !== 0) throw new Error(`mergecap: ${ran.stderr}`);
      const places = [...lab.devices].flatMap(([host, devices]) =>
        devices.map((device) => `${host} ${device}`),
      );
      const all = await readCapture(merged, (_, number) => places[number] ?? `interface ${number}`);
      // dumpcap writes its interfaces block by block, and mergecap keeps to the order within each file.
      return all.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    },
  };
}

type PlaceOf = (interfaceName: string, interfaceNumber: number) => string;

const FIELDS = [
  "frame.time_epoch",
  "frame.interface_name",
  "frame.interface_id",
  "ip.src",
  "ip.dst",
  "ip.ttl",
  "udp.srcport",
  "udp.dstport",
  "tcp.srcport",
  "tcp.dstport",
  "tcp.flags.str",
  "tcp.seq_raw",
  "tcp.ack_raw",
  "tcp.len",
  "icmp.type",
  "icmp.code",
  "dns.qry.name",
  "dns.qry.type",
  "dns.flags.response",
  "dns.flags.rcode",
  "dns.count.answers",
] as const;

/** The packets of a file, in its order. */
export async function readCapture(
  file: string,
  placeOf: PlaceOf = (interfaceName) => interfaceName,
): Promise<Sighting[]> {
  const form = ["-T", "fields", "-E", "occurrence=a", "-o", "tcp.analyze_sequence_numbers:FALSE"];
  const fields = FIELDS.flatMap((field) => ["-e", field]);
  const ran = await run("tshark", ["-n", "-r", file, ...form, ...fields]);
  if (ran.status !== 0) throw new Error(`tshark: ${ran.stderr}`);
  const rows = ran.stdout.split("\n").filter((line) => line !== "");
  return rows.map((line) => {
    const values = line.split("\t");
    return sighting((field) => values[FIELDS.indexOf(field)] ?? "", placeOf);
  });
}

type Field = (typeof FIELDS)[number];

/** @param every with commas between, where the packet has the field more than once */
function sighting(every: (field: Field) => string, placeOf: PlaceOf): Sighting {
  const value = (field: Field): string => every(field).split(",")[0] ?? "";
  const isIcmp = value("icmp.type") !== "";
  const isTcp = value("tcp.srcport") !== "";
  const qname = every("dns.qry.name");
  return {
    time: value("frame.time_epoch"),
    at: placeOf(value("frame.interface_name"), Number(value("frame.interface_id"))),
    protocol: isIcmp ? "icmp" : isTcp ? "tcp" : "udp",
    src: value("ip.src"),
    dst: value("ip.dst"),
    sport: value("udp.srcport") || value("tcp.srcport"),
    dport: value("udp.dstport") || value("tcp.dstport"),
    ipTtl: value("ip.ttl"),
    kind: isIcmp
      ? `type ${value("icmp.type")} code ${value("icmp.code")}`
      : flags(value("tcp.flags.str")),
    segment: [
      value("tcp.flags.str"),
      value("tcp.seq_raw"),
      value("tcp.ack_raw"),
      value("tcp.len"),
    ].join(" "),
    ...(qname !== "" && {
      dns: {
        qname: qname.toLowerCase(),
        qtype: every("dns.qry.type"),
        isResponse: /^(1|true)$/i.test(value("dns.flags.response")),
        rcode: every("dns.flags.rcode"),
        answers: every("dns.count.answers"),
      },
    }),
  };
}

/** `·······A··S·` is `AS`. */
function flags(text: string): string {
  return text.replaceAll(/[^A-Z]/g, "");
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk;
      if (said.includes("File: ")) resolve();
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`dumpcap ended with ${code}: ${said}`)));
  });
}

function interrupted(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.on("exit", () => resolve());
    child.kill("SIGINT");
  });
}
