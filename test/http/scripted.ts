/**
 * A resolver that answers as the scripted server of the libcs' recordings did.
 *
 * @module
 */
import type { RR } from "../../src/dns/message.ts";
import { parseRR } from "../../src/dns/records.ts";
import { decodeMessage, encodeMessage } from "../../src/dns/wire.ts";
import { ok } from "../../src/result.ts";
import type { TcpTransport } from "../../src/upstream/transport.ts";

/** @param world by name, `*` for all: `OK`, `OK/A`, `NODATA` or an rcode; every other name is NXDOMAIN */
export function scripted(world: Readonly<Record<string, string>>): TcpTransport {
  return async (_, octets) => {
    const read = decodeMessage(octets);
    if (!read.ok) throw new Error("the query does not parse");
    const query = read.value;
    const [question] = query.question;
    const qname = question?.name.toLowerCase() ?? "";
    const said = world[qname] ?? world[qname.slice(0, -1)] ?? world["*"] ?? "NXDOMAIN";
    const type = question?.type ?? "A";
    const hasData = said === "OK" || said === `OK/${type}`;
    const data = type === "A" ? "192.0.2.1" : "2001:db8::1";
    const record = parseRR(`${question?.name} 60 IN ${type} ${data}`);
    const answer: RR[] = hasData && record.ok ? [record.value] : [];
    const rcode = said.startsWith("OK") || said === "NODATA" ? "NOERROR" : said;
    return ok(
      encodeMessage({ ...query, rcode, answer, flags: { ...query.flags, qr: true, ra: true } }),
    );
  };
}
