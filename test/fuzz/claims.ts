/**
 * What a response must be, whatever was asked.
 *
 * @module
 */
import { edesOf } from "../../src/dns/ede.ts";
import { decodeMessage } from "../../src/dns/wire.ts";

/** What a terminal or a log would act upon, but for tabs and the ends of lines. */
const ACTING = /\r(?!\n)|[^\P{Cc}\t\r\n]|[\u2028-\u202e\u2066-\u2069]/u;

/** Every whole header is answered by a whole message with its id. */
export async function isReply(response: Response, sent: Uint8Array): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (sent.length < 12) return claim(response.status === 400, `HTTP ${response.status}`);
  claim(response.status === 200, `HTTP ${response.status}`);
  const read = decodeMessage(body);
  if (!read.ok) throw new Error(`the reply cannot be read: ${JSON.stringify(read.error)}`);
  const { id, flags, edns } = read.value;
  claim(id === (((sent[0] as number) << 8) | (sent[1] as number)), `id ${id}`);
  claim(flags.qr, "the reply is a query");
  for (const { text } of edesOf(edns)) {
    claim(!text.includes("this is a bug"), "a fault of ours");
    isSentence(text);
  }
  hasSafeHeaders(response);
}

/**
 * No 5xx, nothing of ours that broke, and nothing that a terminal or a browser would act upon.
 *
 * @param path what was asked for: colour stands in a text only where it was asked for too
 */
export async function isHarmless(response: Response, path: string): Promise<void> {
  claim(response.status < 500, `HTTP ${response.status}`);
  hasSafeHeaders(response);
  const type = response.headers.get("content-type") ?? "";
  const body = await response.text();
  claim(!body.includes("this is a bug") && !body.includes('"broke: '), "a fault of ours");
  if (/json/.test(type)) {
    JSON.parse(body);
    claim(!/[^\P{Cc}\n\u007f-\u009f]/u.test(body), "a control character in JSON");
  }
  if (/html/.test(type))
    claim(!/<script>alert|<img src=x|<svg onload/i.test(body), "markup of the input's");
  if (/plain/.test(type)) {
    const plain = /color=always|color%3Dalways/.test(path) ? body.replace(COLOUR, "") : body;
    claim(!ACTING.test(plain), `a control character: ${shown(plain)}`);
  }
}

function hasSafeHeaders({ headers }: Response): void {
  for (const [name, value] of headers) {
    claim(/^[\x20-\x7e]*$/.test(value), `header ${name}: ${JSON.stringify(value)}`);
    claim(value.length <= 8192, `header ${name} has ${value.length} octets`);
  }
  claim(headers.get("access-control-allow-origin") === "*", "no CORS");
}

export function claim(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** A sentence for a person: short enough, and nothing in it that acts upon where it is shown. */
export function isSentence(text: string): void {
  claim(text.length <= 2000, `${text.length} characters`);
  claim(!ACTING.test(text) && !text.includes("\n"), `a control character: ${shown(text)}`);
}

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

function shown(text: string): string {
  const at = text.search(ACTING);
  return JSON.stringify(text.slice(Math.max(0, at - 60), at + 20));
}
