/**
 * A `v1` List taken apart as it comes in: a dump of hundreds of megabytes fits no string, and one object at a time is
 * all that is needed.
 *
 * @module
 */

import { joined } from "../src/octets.ts";

/** A member of the List, or an element of its `items`. */
export type ListPart =
  | { readonly kind: "member"; readonly key: string; readonly value: unknown }
  | { readonly kind: "item"; readonly index: number; readonly value: unknown };

/** What is no List of JSON values; the message is a sentence that says where. */
export class NotAList extends Error {}

/** @throws {NotAList} */
export async function* listParts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ListPart> {
  const incoming = new Incoming(chunks);
  try {
    yield* members(incoming);
    if ((await incoming.next()) !== undefined) throw incoming.wrong("goes on behind the List");
  } finally {
    await incoming.close();
  }
}

async function* members(incoming: Incoming): AsyncGenerator<ListPart> {
  const seen = new Set<string>();
  await incoming.expect("{");
  while (!(await incoming.takes("}"))) {
    if (seen.size > 0) await incoming.expect(",");
    const key = await incoming.value("$");
    if (typeof key !== "string") throw incoming.wrong("takes a key");
    const shown = JSON.stringify(key.slice(0, 60));
    if (seen.has(key)) throw incoming.wrong(`has ${shown} twice`);
    seen.add(key);
    await incoming.expect(":");
    if (key === "items" && (await incoming.takes("["))) yield* items(incoming);
    else yield { kind: "member", key, value: await incoming.value(shown) };
  }
  if (!seen.has("items")) throw new NotAList("$.items is missing");
}

async function* items(incoming: Incoming): AsyncGenerator<ListPart> {
  for (let index = 0; !(await incoming.takes("]")); index++) {
    if (index > 0) await incoming.expect(",");
    yield { kind: "item", index, value: await incoming.value(`$.items[${index}]`) };
  }
}

/** Octets of one value. etcd takes 1.5 MiB for an object; the columns of a packed List are some tens. */
const LARGEST_VALUE = 128 * 1024 * 1024;

class Incoming {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #octets: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Octets in front of those at hand. */
  #before = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next octet that is no blank, undefined at the end; it is not taken yet. */
  async next(): Promise<number | undefined> {
    for (;;) {
      const octet = this.#octets[this.#at];
      if (octet === undefined) {
        if (!(await this.#more())) return undefined;
      } else if (BLANKS.has(octet)) this.#at++;
      else return octet;
    }
  }

  /** Takes the next character if it is `char`. */
  async takes(char: string): Promise<boolean> {
    if ((await this.next()) !== char.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  async expect(char: string): Promise<void> {
    if (!(await this.takes(char))) throw this.wrong(`takes ${char}`);
  }

  /** @param path of the value */
  async value(path: string): Promise<unknown> {
    await this.next();
    const scan: Scan = { at: this.#at, depth: 0 };
    for (let end = valueEnd(this.#octets, scan); ; end = valueEnd(this.#octets, scan)) {
      if (end !== undefined) {
        const value = this.#parsed(this.#octets.subarray(this.#at, end), path);
        this.#at = end;
        return value;
      }
      if (this.#octets.length - this.#at > LARGEST_VALUE) {
        throw new NotAList(`${path} takes at most ${LARGEST_VALUE} octets`);
      }
      scan.at -= this.#at;
      if (!(await this.#more())) throw this.wrong("ends too early");
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  wrong(message: string): NotAList {
    return new NotAList(`not a JSON List: ${message} at octet ${this.#before + this.#at}`);
  }

  #parsed(octets: Uint8Array, path: string): unknown {
    try {
      return JSON.parse(new TextDecoder().decode(octets));
    } catch {
      throw this.wrong(`${path} is no JSON value`);
    }
  }

  /** What was taken is dropped. At least as much comes in as is there, so that a long value is not copied too often. */
  async #more(): Promise<boolean> {
    const rest = this.#octets.subarray(this.#at);
    const parts = [rest];
    for (let length = 0; length <= rest.length; ) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      parts.push(value);
      length += value.length;
    }
    if (parts.length === 1) return false;
    this.#before += this.#at;
    this.#octets = joined(parts);
    this.#at = 0;
    return true;
  }
}

/** Where the scan goes on when more octets have come in. */
interface Scan {
  at: number;
  depth: number;
}

const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const CLOSING: ReadonlySet<number> = new Set([0x7d, 0x5d]);

/** The place behind the value at `scan`; undefined where it is not in yet. Whether it is JSON is not its concern. */
function valueEnd(octets: Uint8Array, scan: Scan): number | undefined {
  while (scan.at < octets.length) {
    const octet = octets[scan.at] as number;
    if (octet === QUOTE) {
      const end = textEnd(octets, scan.at);
      if (end === undefined) return undefined;
      scan.at = end;
      if (scan.depth === 0) return end;
    } else if (OPENING.has(octet)) {
      scan.depth++;
      scan.at++;
    } else if (CLOSING.has(octet)) {
      // A number or a word ends where what it stands in goes on.
      if (scan.depth === 0) return scan.at;
      scan.depth--;
      scan.at++;
      if (scan.depth === 0) return scan.at;
    } else if (scan.depth === 0 && (octet === COMMA || BLANKS.has(octet))) return scan.at;
    else scan.at++;
  }
  return undefined;
}

function textEnd(octets: Uint8Array, from: number): number | undefined {
  for (let at = octets.indexOf(QUOTE, from + 1); at >= 0; at = octets.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (octets[at - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
  return undefined;
}
