/**
 * What came in as a query: one that may be asked, or the reply to give at once.
 *
 * @module
 */
import type { Header } from "./header.ts";
import type { Edns, Message, Question, Rcode } from "./message.ts";
import { responseEdns } from "./response.ts";
import { CLASS_IN, isRefusedType, OPCODE_QUERY } from "./types.ts";
import { decodeHeader, decodeMessage, decodeQuestion } from "./wire.ts";

export type Query =
  /** One question of class IN for records that can exist. */
  | { readonly kind: "query"; readonly query: Message }
  /** `asked` is the query's EDNS: `encodeReply` pads the reply if that wants it. */
  | { readonly kind: "reply"; readonly reply: Message; readonly asked?: Edns }
  /** No header, so that there is no id to reply to. */
  | { readonly kind: "short"; readonly octets: number };

/**
 * Reads a query.
 *
 * What the header says is decided on the header, in CoreDNS's order (`DefaultMsgAcceptFunc` of miekg/dns: QR, then
 * opcode, then QDCOUNT), so that it does not hang on a body that another opcode may form in another way.
 */
export function readQuery(octets: Uint8Array): Query {
  const header = decodeHeader(octets);
  if (!header.ok) return { kind: "short", octets: octets.length };
  const { flags, opcode, counts } = header.value;
  const message = decodeMessage(octets);
  const query = message.ok ? message.value : undefined;
  const refuse = (rcode: Rcode) => {
    const question = counts.question === 1 ? questionOf(octets) : [];
    return refusal(header.value, rcode, question, query?.edns);
  };
  if (flags.qr) return refuse("FORMERR");
  if (opcode !== OPCODE_QUERY) return refuse("NOTIMP");
  if (query === undefined || query.question.length !== 1) return refuse("FORMERR");
  // RFC 6891 §6.1.3: before anything else that the query says.
  if (query.edns !== undefined && query.edns.version > 0) return refuse("BADVERS");
  const asked = query.question[0] as Question;
  if (asked.class !== CLASS_IN) return refuse("REFUSED");
  if (isRefusedType(asked.type)) return refuse("REFUSED");
  return { kind: "query", query };
}

/** The question, if it can be read although what follows cannot. */
function questionOf(octets: Uint8Array): readonly Question[] {
  const question = decodeQuestion(octets);
  return question.ok ? question.value : [];
}

function refusal(
  { id, opcode, flags }: Header,
  rcode: Rcode,
  question: readonly Question[],
  asked: Edns | undefined,
): Query {
  const reply: Message = {
    id,
    opcode,
    rcode,
    flags: { qr: true, aa: false, tc: false, rd: flags.rd, ra: true, ad: false, cd: flags.cd },
    question,
    answer: [],
    authority: [],
    additional: [],
    ...(asked && { edns: responseEdns(asked) }),
  };
  return { kind: "reply", reply, ...(asked && { asked }) };
}
