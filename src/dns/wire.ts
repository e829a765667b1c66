/**
 * Messages as octets (RFC 1035 §4, RFC 6891 §6.1).
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";
import { type Cursor, cursor, fail, HEADER_OCTETS, readName, readU16, readU32 } from "./cursor.ts";
import { flagBits, type Header, readHeader } from "./header.ts";
import type { EdnsOption, Message, Question, RR } from "./message.ts";
import { ROOT } from "./name.ts";
import { misplaced, OPT_OCTETS, type Opt, optionsOctets, readOpt, writeOpt } from "./opt.ts";
import { rdataBound, readRdata, writeRdata } from "./rdata.ts";
import { CLASS_IN, rcodeName, rcodeNumber, TYPES, typeName, typeNumber } from "./types.ts";
import type { WireError } from "./wire-error.ts";
import {
  LONGEST_MESSAGE,
  patchU16,
  type Writer,
  writeName,
  writer,
  writeU16,
  writeU32,
} from "./writer.ts";

/** The first twelve octets (RFC 1035 §4.1.1). */
export function decodeHeader(octets: Uint8Array): Result<Header, WireError> {
  const from = cursor(octets);
  const header = readHeader(from);
  return from.failed === undefined ? ok(header) : err(from.failed);
}

/** The question section, where it can be read whatever comes behind it. */
export function decodeQuestion(octets: Uint8Array): Result<readonly Question[], WireError> {
  const from = cursor(octets);
  const header = readHeader(from);
  const question = readSection(from, header.counts.question, readQuestion);
  return from.failed === undefined ? ok(question) : err(from.failed);
}

/**
 * Reads a whole message.
 *
 * Records of another class than IN are left out, for a {@link RR} has none; so is everything behind the last
 * record, as BIND and CoreDNS do. A TTL with its top bit set is 0 (RFC 2181 §8).
 */
export function decodeMessage(octets: Uint8Array): Result<Message, WireError> {
  const from = cursor(octets);
  const { id, opcode, rcode, flags, counts } = readHeader(from);
  const question = readSection(from, counts.question, readQuestion);
  const answer = readSection(from, counts.answer, readRecord);
  const authority = readSection(from, counts.authority, readRecord);
  const opt: Opt[] = [];
  const additional = readSection(from, counts.additional, () => readRecord(from, opt));
  if (from.failed !== undefined) return err(from.failed);
  const message = { id, opcode, flags, question, answer, authority, additional };
  if (opt[0] === undefined) return ok({ ...message, rcode: rcodeName(rcode) });
  return ok({ ...message, rcode: rcodeName((opt[0].rcode << 4) | rcode), edns: opt[0].edns });
}

/**
 * Writes a message. What would take it over 65,535 octets is left out from the first record that does not fit
 * on, and TC says so unless it was only additional (RFC 2181 §9). An rcode over 15 needs EDNS.
 */
export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  const options = message.edns?.options ?? [];
  return encodeWith(message, optionsOctets(options), () => options);
}

/**
 * Writes a message whose EDNS options depend on its length.
 *
 * @param reserved octets that the records must leave for the options
 * @param options is told the length so far, the OPT record's fixed part included
 */
export function encodeWith(
  message: Message,
  reserved: number,
  options: (octets: number) => readonly EdnsOption[],
): Uint8Array<ArrayBuffer> {
  scratch ??= new Uint8Array(2 * LONGEST_MESSAGE);
  const to = writer(scratch);
  const rcode = rcodeNumber(message.rcode);
  const limit = LONGEST_MESSAGE - (message.edns ? OPT_OCTETS + reserved : 0);
  to.at = HEADER_OCTETS;
  const questions = writeSection(to, message.question, limit, writeQuestion);
  const answers = questions.cut ? NONE : writeSection(to, message.answer, limit, writeRecord);
  const authority =
    questions.cut || answers.cut ? NONE : writeSection(to, message.authority, limit, writeRecord);
  const cut = questions.cut || answers.cut || authority.cut;
  const additional = cut ? NONE : writeSection(to, message.additional, limit, writeRecord);
  if (message.edns) writeOpt(to, message.edns, rcode, options(to.at + OPT_OCTETS));
  patchU16(to, 0, message.id);
  patchU16(to, 2, flagBits(message, rcode, cut));
  patchU16(to, 4, questions.count);
  patchU16(to, 6, answers.count);
  patchU16(to, 8, authority.count);
  patchU16(to, 10, additional.count + (message.edns ? 1 : 0));
  return scratch.slice(0, to.at);
}

/**
 * Written to by one message at a time, for nothing here waits. It holds a whole message and the record that turns
 * out to be too much.
 */
let scratch: Uint8Array<ArrayBuffer> | undefined;

const NONE = { count: 0, cut: false };

/** `count` comes from outside: reading stops with the first entry that is not there. */
function readSection<T>(from: Cursor, count: number, read: (from: Cursor) => T | undefined): T[] {
  const section: T[] = [];
  for (let n = 0; n < count && from.failed === undefined; n++) {
    const entry = read(from);
    if (entry !== undefined) section.push(entry);
  }
  return section;
}

function readQuestion(from: Cursor): Question {
  const name = readName(from);
  return { name, type: typeName(readU16(from)), class: readU16(from) };
}

/** A record, or undefined where it is an OPT (which goes to `opt`) or not of class IN. */
function readRecord(from: Cursor, opt?: Opt[]): RR | undefined {
  const start = from.at;
  const name = readName(from);
  const type = readU16(from);
  const rrClass = readU16(from);
  const ttl = readU32(from);
  const length = readU16(from);
  if (from.failed === undefined && from.at + length > from.end) {
    fail(from, { kind: "short-input", at: from.at, wanted: length });
  }
  if (from.failed !== undefined) return undefined;
  const whole = from.end;
  from.end = from.at + length;
  let record: RR | undefined;
  if (type === TYPES.OPT) {
    const why = misplaced(name === ROOT, opt);
    if (why !== undefined) fail(from, { kind: "opt", at: start, why });
    opt?.push(readOpt(from, rrClass, ttl));
  } else if (rrClass === CLASS_IN) {
    record = readRdata(from, typeName(type), name, ttl > 0x7fffffff ? 0 : ttl);
  }
  from.at = from.end;
  from.end = whole;
  return record;
}

/** Writes entries up to the first that ends behind `limit`. */
function writeSection<T>(
  to: Writer,
  entries: readonly T[],
  limit: number,
  write: (to: Writer, entry: T) => void,
): { count: number; cut: boolean } {
  let count = 0;
  for (const entry of entries) {
    const start = to.at;
    write(to, entry);
    if (to.at > limit) {
      to.at = start;
      return { count, cut: true };
    }
    count++;
  }
  return { count, cut: false };
}

function writeQuestion(to: Writer, question: Question): void {
  writeName(to, question.name, true);
  writeU16(to, typeNumber(question.type));
  writeU16(to, question.class);
}

function writeRecord(to: Writer, record: RR): void {
  if (rdataBound(record) > LONGEST_MESSAGE) {
    to.at = Number.POSITIVE_INFINITY;
    return;
  }
  writeName(to, record.name, true);
  writeU16(to, typeNumber(record.type));
  writeU16(to, CLASS_IN);
  writeU32(to, record.ttl);
  to.at += 2;
  const start = to.at;
  writeRdata(to, record);
  patchU16(to, start - 2, to.at - start);
}
