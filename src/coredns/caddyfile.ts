/**
 * The Caddyfile syntax: blocks behind their keys, snippets, imports, nested directives (caddyfile/parse.go in coredns/caddy).
 *
 * Imports are spliced into the stream of words where they stand, as Caddy does. Everything that a hostile text could
 * make grow has a limit: imports, words with all imports, depth of braces.
 *
 * @module
 */
import { err, ok, type Result } from "../result.ts";
import type { CorefileError, Directive } from "./corefile.ts";
import { importedFiles } from "./imports.ts";
import { sameLine, startsLine, type Word, withoutEnvironment, words } from "./words.ts";

export interface RawBlock {
  readonly keys: readonly Word[];
  readonly directives: readonly Directive[];
  readonly line: number;
}

/** Caddy's own limit, once for snippets and once for files. */
const MOST_IMPORTS = 1000;
/** A ConfigMap holds 1 MiB: no honest Corefile has as many words. */
const MOST_WORDS = 200_000;
const DEEPEST_BRACES = 32;
/** Characters: a plugin's step may repeat a word for each query. */
const LONGEST_WORD = 4096;

export function parseCaddyfile(
  text: string,
  files: ReadonlyMap<string, string>,
): Result<readonly RawBlock[], CorefileError> {
  const stream: Stream = {
    ahead: words(text).reverse(),
    before: undefined,
    taken: 0,
    files,
    snippets: new Map(),
    snippetImports: 0,
    fileImports: 0,
  };
  const blocks: RawBlock[] = [];
  while (stream.ahead.length > 0) {
    const block = blockOrSnippet(stream);
    if (!block.ok) return block;
    if (block.value) blocks.push(block.value);
  }
  return ok(blocks);
}

interface Stream {
  /** The words to come, the next one last. */
  readonly ahead: Word[];
  /** The word that was taken last; an import leaves it as it was. */
  before: Word | undefined;
  taken: number;
  readonly files: ReadonlyMap<string, string>;
  readonly snippets: Map<string, readonly Word[]>;
  snippetImports: number;
  fileImports: number;
}

type Parsed<T> = Result<T, CorefileError>;

/** Undefined for a snippet, and for keys that are all empty. */
function blockOrSnippet(stream: Stream): Parsed<RawBlock | undefined> {
  const keys = readKeys(stream);
  if (!keys.ok) return keys;
  const [first] = keys.value;
  if (first && keys.value.length === 1 && /^\(.*\)$/s.test(first.text)) {
    return readSnippet(stream, first);
  }
  const braced = peek(stream)?.text === "{";
  if (braced) take(stream);
  const directives = readDirectives(stream);
  if (!directives.ok) return directives;
  if (braced && !directives.value.closed) {
    return err(ended(stream, "'}' of the server block is missing"));
  }
  if (first === undefined) return ok(undefined);
  return ok({ keys: keys.value, directives: directives.value.found, line: first.line });
}

/** The keys stand on one line, and on more where a comma ends it. */
function readKeys(stream: Stream): Parsed<Word[]> {
  const keys: Word[] = [];
  let another = false;
  for (let word = peek(stream); word; word = peek(stream)) {
    if (stream.before && keys.length > 0 && !another && startsLine(stream.before, word)) break;
    const text = withoutEnvironment(word.text);
    if (text === "import" && startsLine(stream.before, word)) {
      const imported = doImport(stream);
      if (!imported.ok) return imported;
      continue;
    }
    if (text === "{") {
      if (!another) break;
      return err(at(word, "expected another key behind the comma: received {"));
    }
    take(stream);
    if (text === "") continue;
    another = text.endsWith(",");
    keys.push({ ...word, text: another ? text.slice(0, -1) : text });
  }
  if (another) return err(ended(stream, "expected another key behind the comma"));
  return ok(keys);
}

function readSnippet(stream: Stream, key: Word): Parsed<undefined> {
  const name = key.text.slice(1, -1);
  if (stream.snippets.has(name)) return err(at(key, `snippet ${name} is declared twice`));
  if (peek(stream)?.text !== "{") return err(at(key, `snippet ${name} has no { … } block`));
  take(stream);
  const body: Word[] = [];
  let depth = 1;
  for (let word = take(stream); word; word = take(stream)) {
    if (word.text === "{") depth++;
    if (word.text === "}") depth--;
    if (depth === 0) {
      stream.snippets.set(name, body);
      return ok(undefined);
    }
    body.push(word);
  }
  return err(ended(stream, `'}' of snippet ${name} is missing`));
}

/** Up to the block's `}`, which is taken, or the end of the text. */
function readDirectives(stream: Stream): Parsed<{ found: Directive[]; closed: boolean }> {
  const found: Directive[] = [];
  for (let word = peek(stream); word; word = peek(stream)) {
    if (word.text === "}") {
      take(stream);
      return ok({ found, closed: true });
    }
    if (word.text === "import") {
      const imported = doImport(stream);
      if (!imported.ok) return imported;
      continue;
    }
    const directive = readDirective(stream, 0);
    if (!directive.ok) return directive;
    found.push(directive.value);
  }
  return ok({ found, closed: false });
}

function readDirective(stream: Stream, depth: number): Parsed<Directive> {
  const name = take(stream) as Word;
  if (stream.taken > MOST_WORDS) {
    return err(at(name, `a Corefile has at most ${MOST_WORDS} words with its imports`));
  }
  const called = withoutEnvironment(name.text);
  const args: string[] = [];
  let block: readonly Directive[] = [];
  for (let word = peek(stream); word; word = peek(stream)) {
    if (!sameLine(stream.before as Word, word)) {
      if (word.text !== "{") break;
      return err(at(word, `'{' must stand on the line of its directive, ${called}`));
    }
    if (word.text === "}") {
      return err(at(word, `unexpected '}' behind ${called}: it must stand on a line of its own`));
    }
    take(stream);
    if (word.text.length > LONGEST_WORD) {
      return err(at(word, `a word has at most ${LONGEST_WORD} characters: received more`));
    }
    if (word.text !== "{") {
      args.push(withoutEnvironment(word.text));
      continue;
    }
    const nested = readNested(stream, word, called, depth + 1);
    if (!nested.ok) return nested;
    block = nested.value;
    const behind = peek(stream);
    if (behind && behind.text !== "}" && sameLine(stream.before as Word, behind)) {
      return err(at(behind, `a new line must follow '}' of ${called}: received ${behind.text}`));
    }
    break;
  }
  const where = name.file === undefined ? {} : { file: name.file };
  return ok({ name: called, args, line: name.line, block, ...where });
}

function readNested(stream: Stream, open: Word, of: string, depth: number): Parsed<Directive[]> {
  if (depth > DEEPEST_BRACES) {
    return err(at(open, `braces may stand ${DEEPEST_BRACES} deep: received one more in ${of}`));
  }
  const found: Directive[] = [];
  for (let word = peek(stream); word; word = peek(stream)) {
    if (word.text === "}") {
      take(stream);
      return ok(found);
    }
    if (word.text === "import" && startsLine(stream.before, word)) {
      const imported = doImport(stream);
      if (!imported.ok) return imported;
      continue;
    }
    const directive = readDirective(stream, depth);
    if (!directive.ok) return directive;
    found.push(directive.value);
  }
  return err(at(open, `'}' of ${of} is missing`));
}

/** Puts the words of a snippet, or of files, in the place of `import NAME`. */
function doImport(stream: Stream): Parsed<undefined> {
  const word = stream.ahead.pop() as Word;
  stream.taken++;
  const argument = stream.ahead.at(-1);
  if (argument === undefined || !sameLine(word, argument)) {
    return err(at(word, "import takes the name of a snippet or a file: received none"));
  }
  stream.ahead.pop();
  stream.taken++;
  const name = withoutEnvironment(argument.text);
  if (name === "") return err(at(argument, "import takes the name of a snippet or a file"));
  const second = stream.ahead.at(-1);
  if (second && sameLine(argument, second)) {
    return err(at(second, `import takes one snippet or file: received ${name} and ${second.text}`));
  }
  const imported = importedWords(stream, name, argument);
  if (!imported.ok) return imported;
  if (stream.taken + stream.ahead.length + imported.value.length > MOST_WORDS) {
    return err(at(argument, `a Corefile has at most ${MOST_WORDS} words with its imports`));
  }
  for (let index = imported.value.length - 1; index >= 0; index--) {
    stream.ahead.push(imported.value[index] as Word);
  }
  return ok(undefined);
}

function importedWords(stream: Stream, name: string, where: Word): Parsed<readonly Word[]> {
  const snippet = stream.snippets.get(name);
  const used = snippet ? ++stream.snippetImports : ++stream.fileImports;
  if (used > MOST_IMPORTS) {
    const what = snippet ? "snippets" : "files";
    return err(
      at(where, `${what} may be imported ${MOST_IMPORTS} times: ${name} goes round for ever`),
    );
  }
  if (snippet) return ok(snippet);
  const files = importedFiles(name, where.file, stream.files);
  if (!files.ok) return err(at(where, files.error));
  const found: Word[] = [];
  for (const file of files.value) {
    for (const word of words(file.text, file.path)) found.push(word);
    if (found.length > MOST_WORDS) break;
  }
  return ok(found);
}

function peek(stream: Stream): Word | undefined {
  return stream.ahead.at(-1);
}

function take(stream: Stream): Word | undefined {
  const word = stream.ahead.pop();
  if (word) {
    stream.before = word;
    stream.taken++;
  }
  return word;
}

function ended(stream: Stream, message: string): CorefileError {
  return stream.before ? at(stream.before, message) : { line: 1, message };
}

function at(word: Word, message: string): CorefileError {
  const { line, file } = word;
  return file === undefined ? { line, message } : { line, message, file };
}
