/**
 * What a template sees of the query: `.Name`, `.Group`, `.Question` and the others.
 *
 * @module
 */
import type { Question } from "../../../dns/message.ts";
import { key, type Name } from "../../../dns/name.ts";
import { typeNumber } from "../../../dns/types.ts";
import { err, ok } from "../../../result.ts";
import type { Context } from "../../plugin.ts";
import type { Struct, Value } from "./values.ts";

/** The first pattern that matched, and its groups by number. */
export interface Matched {
  readonly source: string;
  readonly groupNames: readonly (string | undefined)[];
  readonly groups: readonly (string | undefined)[];
}

export interface Asked {
  readonly question: Question;
  readonly context: Context;
  /** The template's zone that the name lies in. */
  readonly zone: Name;
  /** The query's, or the template's where the query asks for any. */
  readonly className: string;
  readonly type: string;
  readonly matched: Matched;
  /** What other plugins say about the query, by `plugin/label`. */
  readonly metadata: ReadonlyMap<string, string>;
}

export function templateData(asked: Asked): Struct {
  const { question, context, matched, metadata } = asked;
  const groups = matched.groups.map((group) => group ?? "");
  const fields: Struct["fields"] = {
    Zone: asked.zone,
    Name: key(question.name),
    Regex: matched.source,
    Match: groups,
    Group: groupMap(groups, matched.groupNames),
    Class: asked.className,
    // A type without a name has none here either (`dns.TypeToString` in miekg/dns).
    Type: /^TYPE[0-9]+$/.test(asked.type) ? "" : asked.type,
    Message: message(asked),
    Question: questionOf(question, "*dns.Question", asked.className),
    Remote: context.client.address,
    Meta: ([label, ...more]) =>
      typeof label === "string" && more.length === 0
        ? ok(metadata.get(label) ?? "")
        : err("Meta takes one label"),
  };
  return { type: "*template.templateData", fields, text: `&{${asked.zone} ${fields.Name}}` };
}

/** By number first, then by name: a later group of the same name wins. */
function groupMap(groups: readonly string[], names: Matched["groupNames"]): Value {
  const map = new Map(groups.map((group, at) => [String(at), group]));
  for (const [at, group] of groups.entries()) {
    const name = names[at];
    if (name !== undefined) map.set(name, group);
  }
  return map;
}

/** The query as it reached CoreDNS. Its id is the stub's and is not kept: it is 0, as RFC 8484 §4.1 has it. */
function message({ question, context, className }: Asked): Struct {
  const header: Struct["fields"] = {
    Id: 0n,
    Response: false,
    Opcode: 0n,
    Authoritative: false,
    Truncated: false,
    RecursionDesired: context.recursionDesired,
    RecursionAvailable: false,
    Zero: false,
    AuthenticatedData: context.authenticData ?? false,
    CheckingDisabled: context.checkingDisabled,
    Rcode: 0n,
  };
  const text = `;; opcode: QUERY, status: NOERROR, id: 0`;
  const fields: Struct["fields"] = {
    ...header,
    MsgHdr: { type: "dns.MsgHdr", fields: header, text },
    Compress: false,
    Question: [questionOf(question, "dns.Question", className)],
    Answer: [],
    Ns: [],
    Extra: [],
  };
  return { type: "*dns.Msg", fields, text };
}

function questionOf(question: Question, type: string, className: string): Struct {
  const text = `;${question.name}\t${className}\t ${question.type}`;
  const fields: Struct["fields"] = {
    Name: question.name,
    Qtype: BigInt(typeNumber(question.type)),
    Qclass: BigInt(question.class),
    String: () => ok(text),
  };
  return { type, fields, text };
}
