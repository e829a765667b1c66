/**
 * A TCP connection as far as a capture shows it: three packets to begin, each message acknowledged, three to end.
 *
 * A segment that is lost is sent again after Linux's first time limit.
 *
 * @module
 */
import type { Message } from "../dns/message.ts";
import { joined } from "../octets.ts";
import type { Walk } from "../packet/walk.ts";
import type { Flow, Load, Segment, Wire } from "./wire.ts";

export interface TcpConnection {
  /** All in one segment. Returns its way. */
  ask(load: Carrying, messages: readonly Encoded[]): Walk;
  reply(load: Carrying, message: Encoded): Walk;
  close(): void;
}

export interface Encoded {
  readonly message: Message;
  readonly octets: Uint8Array;
}

type Carrying = Pick<Load, "query" | "leg">;

/** Milliseconds: of a SYN (`TCP_TIMEOUT_INIT`), and of what follows (`TCP_RTO_MIN`). */
const SYN_AGAIN = 1_000;
const SEGMENT_AGAIN = 200;

export function openTcp(
  wire: Wire,
  host: string,
  flow: Flow,
  load: Carrying,
):
  | { readonly kind: "open"; readonly tcp: TcpConnection }
  | { readonly kind: "failed"; readonly way: Walk } {
  const client: End = { host, flow, seq: wire.draw(32) };
  let from: Carrying = load;
  const send = (end: End, other: End, flags: Segment["flags"], more: Partial<Load> = {}): Walk => {
    const length = more.octets?.byteLength ?? 0;
    const ack = flags.includes("ACK") ? other.seq : 0;
    const tcp: Segment = { seq: end.seq, ack, flags };
    const once = () => wire.send(end.host, end.flow, { ...from, ...more, tcp });
    let way = once();
    if (way.end.kind === "lost" || way.end.kind === "dropped") {
      wire.now += (flags[0] === "SYN" ? SYN_AGAIN : SEGMENT_AGAIN) * 1000;
      way = once();
    }
    const counted = flags.includes("SYN") || flags.includes("FIN") ? 1 : 0;
    end.seq = (end.seq + length + counted) % 2 ** 32;
    return way;
  };

  const nobody: End = { host: "", flow, seq: 0 };
  const syn = send(client, nobody, ["SYN"]);
  if (syn.end.kind !== "delivered") return { kind: "failed", way: syn };
  const { packet } = syn.end;
  const server: End = {
    host: syn.end.host,
    flow: {
      protocol: "tcp",
      src: packet.dst,
      sport: packet.dport,
      dst: packet.src,
      dport: packet.sport,
    },
    seq: wire.draw(32),
  };
  const synAck = send(server, client, ["SYN", "ACK"]);
  if (synAck.end.kind !== "delivered") return { kind: "failed", way: synAck };
  send(client, server, ["ACK"]);

  const carry = (end: End, other: End, encoded: readonly Encoded[]): Walk => {
    const way = send(end, other, ["PSH", "ACK"], {
      messages: encoded.map(({ message }) => message),
      octets: joined(encoded.map(({ octets }) => withLength(octets))),
    });
    if (way.end.kind === "delivered") send(other, end, ["ACK"]);
    return way;
  };
  return {
    kind: "open",
    tcp: {
      ask(asked, messages) {
        from = asked;
        return carry(client, server, messages);
      },
      reply(asked, message) {
        from = asked;
        return carry(server, client, [message]);
      },
      close() {
        send(client, server, ["FIN", "ACK"]);
        send(server, client, ["FIN", "ACK"]);
        send(client, server, ["ACK"]);
      },
    },
  };
}

interface End {
  readonly host: string;
  readonly flow: Flow;
  seq: number;
}

/** RFC 1035 §4.2.2. */
function withLength(octets: Uint8Array): Uint8Array {
  return joined([Uint8Array.of(octets.length >> 8, octets.length), octets]);
}
