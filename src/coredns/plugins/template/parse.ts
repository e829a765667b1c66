/**
 * Reads a Go template (pkg.go.dev/text/template): actions, pipelines, variables, `if`, `with`, `range`.
 *
 * Not read are `define`, `template` and `block`, which a record's one line has no use for.
 *
 * @module
 */
import { err, ok, type Result } from "../../../result.ts";
import { type Piece, pieces, type Token } from "./lex.ts";
import { readPipe } from "./pipe.ts";
import type { Node } from "./tree.ts";

/** Characters; a Corefile's line is shorter. */
const LONGEST_TEMPLATE = 20_000;
const DEEPEST = 50;

/** The error is a sentence without its full stop. */
export function parseTemplate(text: string): Result<readonly Node[], string> {
  if (text.length > LONGEST_TEMPLATE) {
    return err(`a template has at most ${LONGEST_TEMPLATE} characters: received ${text.length}`);
  }
  const split = pieces(text);
  if (!split.ok) return split;
  const read = readNodes({ pieces: split.value, at: 0, depth: 0 }, ["$"], false);
  if (!read.ok) return read;
  const { nodes, stop } = read.value;
  return stop === undefined ? ok(nodes) : err(`unexpected {{${stop.keyword}}}`);
}

interface Reader {
  readonly pieces: readonly Piece[];
  at: number;
  depth: number;
}

/** The `{{else}}` or `{{end}}` that ends a list of nodes, with the tokens behind its first word. */
interface Stop {
  readonly keyword: string;
  readonly tokens: readonly Token[];
}

/** Up to the `{{else}}` or `{{end}}` that belongs to somebody else; `variables` grows with those that are declared. */
function readNodes(
  reader: Reader,
  variables: string[],
  inRange: boolean,
): Result<{ readonly nodes: readonly Node[]; readonly stop?: Stop }, string> {
  const nodes: Node[] = [];
  for (let piece = reader.pieces[reader.at++]; piece; piece = reader.pieces[reader.at++]) {
    if (piece.kind === "text") {
      nodes.push(piece);
      continue;
    }
    const [first, ...tokens] = piece.tokens;
    const keyword = first?.kind === "word" ? first.text : "";
    if (keyword === "end" || keyword === "else") return ok({ nodes, stop: { keyword, tokens } });
    const node = readAction(reader, keyword, piece.tokens, variables, inRange);
    if (!node.ok) return node;
    nodes.push(node.value);
  }
  return ok({ nodes });
}

function readAction(
  reader: Reader,
  keyword: string,
  tokens: readonly Token[],
  variables: string[],
  inRange: boolean,
): Result<Node, string> {
  switch (keyword) {
    case "if":
    case "with":
    case "range":
      return readBlock(reader, keyword, tokens.slice(1), variables, inRange);
    case "break":
    case "continue":
      if (tokens.length > 1) return err(`unexpected text in {{${keyword}}}`);
      return inRange ? ok({ kind: keyword }) : err(`{{${keyword}}} outside {{range}}`);
    case "define":
    case "template":
    case "block":
      return err(`{{${keyword}}} is not read here`);
    default: {
      const pipe = readPipe({ tokens, at: 0, variables, depth: 0 }, 1);
      return pipe.ok ? ok({ kind: "action", pipe: pipe.value }) : pipe;
    }
  }
}

function readBlock(
  reader: Reader,
  kind: "if" | "with" | "range",
  tokens: readonly Token[],
  outer: readonly string[],
  inRange: boolean,
): Result<Node, string> {
  if (++reader.depth > DEEPEST) return err(`actions may stand ${DEEPEST} deep`);
  // As in Go, the parser sees in {{else}} what the body declares; it is gone when the template is executed.
  const variables = [...outer];
  const pipe = readPipe({ tokens, at: 0, variables, depth: 0 }, kind === "range" ? 2 : 1);
  if (!pipe.ok) return pipe;
  const body = readNodes(reader, variables, inRange || kind === "range");
  if (!body.ok) return body;
  const otherwise = readOtherwise(reader, kind, body.value.stop, variables, inRange);
  if (!otherwise.ok) return otherwise;
  reader.depth--;
  return ok({ kind, pipe: pipe.value, body: body.value.nodes, otherwise: otherwise.value });
}

function readOtherwise(
  reader: Reader,
  kind: "if" | "with" | "range",
  stop: Stop | undefined,
  variables: string[],
  inRange: boolean,
): Result<readonly Node[], string> {
  if (stop === undefined) return err(`unexpected EOF: the {{end}} of {{${kind}}} is missing`);
  const [next, ...rest] = stop.tokens;
  if (stop.keyword === "end") {
    return next === undefined ? ok([]) : err("unexpected text in {{end}}");
  }
  if (next === undefined) {
    const read = readNodes(reader, variables, inRange);
    if (!read.ok) return read;
    const last = read.value.stop;
    if (last?.keyword === "else") return err("expected {{end}}: found {{else}}");
    const end = readOtherwise(reader, kind, last, variables, inRange);
    return end.ok ? ok(read.value.nodes) : end;
  }
  // `{{else if}}` is an `if` in the `else`, and the one `{{end}}` closes both.
  const chains = kind !== "range" && next.kind === "word" && next.text === kind;
  if (!chains) return err(`unexpected ${JSON.stringify(next.text)} in {{else}}`);
  const inner = readBlock(reader, kind, rest, variables, inRange);
  return inner.ok ? ok([inner.value]) : inner;
}
