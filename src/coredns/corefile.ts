/**
 * The Corefile: server blocks with their zones, and the directives in them.
 *
 * The syntax itself (words, braces, snippets, imports) is the Caddyfile's and is read by `caddyfile.ts`; what a
 * block's keys mean is read by `keys.ts`; here the two meet, and the blocks are held against one another.
 *
 * @module
 */
import type { Name } from "../dns/name.ts";
import { err, ok, type Result } from "../result.ts";
import { parseCaddyfile, type RawBlock } from "./caddyfile.ts";
import { parseKey } from "./keys.ts";
import type { Word } from "./words.ts";

/** One line of a Corefile, with its `{ … }` block. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
  /** The lines of its `{ … }` block, in order; they may have blocks of their own. */
  readonly block: readonly Directive[];
  /** The imported file that the line stands in; absent for the Corefile itself. */
  readonly file?: string;
}

export interface BlockKey {
  /** Lower case. */
  readonly zone: Name;
  readonly port: number;
  /** `dns`, `tls`, `quic`, `grpc`, `https` or `https3`. */
  readonly scheme: string;
}

export interface ServerBlock {
  readonly keys: readonly BlockKey[];
  /** In the order of the Corefile, imports in their place. */
  readonly directives: readonly Directive[];
  readonly line: number;
}

export interface CorefileError {
  readonly line: number;
  /** A sentence without its full stop: what was found, and what is allowed. */
  readonly message: string;
  /** The imported file that `line` counts in; absent for the Corefile itself. */
  readonly file?: string;
}

/**
 * Reads a Corefile.
 *
 * @param files the texts that `import` may name, by path; a path that is not absolute counts from the Corefile's folder, `/etc/coredns`
 * @returns the server blocks in order, or the first error
 */
export function parseCorefile(
  text: string,
  files: ReadonlyMap<string, string> = new Map(),
): Result<readonly ServerBlock[], CorefileError> {
  const parsed = parseCaddyfile(text, files);
  if (!parsed.ok) return parsed;
  const blocks: ServerBlock[] = [];
  for (const raw of parsed.value) {
    const block = serverBlock(raw);
    if (!block.ok) return block;
    blocks.push(block.value);
  }
  const twice = definedTwice(blocks);
  return twice ? err(twice) : ok(blocks);
}

/** `dns://cluster.local.:53`, as CoreDNS prints a key. */
export function printKey(key: BlockKey): string {
  return `${key.scheme}://${key.zone}:${key.port}`;
}

function serverBlock(raw: RawBlock): Result<ServerBlock, CorefileError> {
  const keys: BlockKey[] = [];
  for (const word of raw.keys) {
    const parsed = parseKey(word.text);
    if (!parsed.ok) return err(at(word, parsed.error));
    keys.push(...parsed.value);
  }
  return ok({ keys, directives: raw.directives, line: raw.line });
}

/**
 * The first key that another block serves already. A block with `bind` shares a zone with one that binds other
 * addresses, a block with `view` shares it with any (validateZonesAndListeningAddresses in core/dnsserver/register.go).
 */
function definedTwice(blocks: readonly ServerBlock[]): CorefileError | undefined {
  const served = new Set<string>();
  const anyAddress = new Map<string, string>();
  for (const block of blocks) {
    const bound = block.directives.filter((one) => one.name === "bind").flatMap((one) => one.args);
    const filtered = block.directives.some((one) => one.name === "view");
    for (const key of block.keys) {
      for (const address of bound.length === 0 ? [""] : bound) {
        const zone = printKey(key);
        const whole = address === "" ? zone : `${zone} on ${address}`;
        if (served.has(whole)) {
          return { line: block.line, message: `cannot serve ${whole} - it is already defined` };
        }
        const other = anyAddress.get(zone);
        if (other !== undefined && (address === "" || served.has(zone))) {
          const message = `cannot serve ${whole} - zone overlap listener capacity with ${other}`;
          return { line: block.line, message };
        }
        if (filtered) continue;
        served.add(whole);
        anyAddress.set(zone, whole);
      }
    }
  }
  return undefined;
}

function at(word: Word, message: string): CorefileError {
  return word.file === undefined
    ? { line: word.line, message }
    : { line: word.line, message, file: word.file };
}
