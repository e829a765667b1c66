/**
 * Messages written as a table's rows have them: records as zone-file lines.
 *
 * @module
 */
import type { Message, Question, RR } from "../../src/dns/message.ts";
import { name } from "../../src/dns/name.ts";
import { parseRR, printRR } from "../../src/dns/records.ts";

export interface Written {
  readonly ask: readonly [qname: string, qtype: string];
  readonly rcode?: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
}

export function question([qname, type]: Written["ask"]): Question {
  return { name: name(qname), type, class: 1 };
}

export function rr(line: string): RR {
  const parsed = parseRR(line);
  if (!parsed.ok) throw new Error(`${line}: ${parsed.error}`);
  return parsed.value;
}

export function reply(written: Written, rest: Partial<Message> = {}): Message {
  return {
    id: 0,
    opcode: 0,
    rcode: written.rcode ?? "NOERROR",
    flags: { qr: true, aa: false, tc: false, rd: true, ra: true, ad: false, cd: false },
    question: [question(written.ask)],
    answer: (written.answer ?? []).map(rr),
    authority: (written.authority ?? []).map(rr),
    additional: (written.additional ?? []).map(rr),
    ...rest,
  };
}

export function lines(records: readonly RR[]): string[] {
  return records.map(printRR);
}
