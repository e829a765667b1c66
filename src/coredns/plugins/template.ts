/**
 * template - answers with records that are written as Go templates.
 *
 *     template CLASS TYPE [ZONE...] {
 *         match REGEX...
 *         answer RR
 *         additional RR
 *         authority RR
 *         rcode CODE
 *         ederror CODE [REASON]
 *         fallthrough [ZONE...]
 *     }
 *
 * CLASS and TYPE may be ANY; ZONEs are the server block's where none are given. A query of another class, type or zone goes
 * to the next `template`, or the next plugin behind the last. REGEX are Go's regular expressions over the name in lower case;
 * the first that matches counts, and without any every name matches. A name that none matches is SERVFAIL, unless
 * `fallthrough` lets it go on.
 *
 * RR is a record, with or without TTL (then 3600). It may hold `{{ .Name }}`, `.Zone`, `.Type`, `.Class`, `.Remote` (the client's
 * address), `.Regex`, `.Match` and `.Group` (the groups by number and by name), `.Question`, `.Message`, `.Meta "plugin/label"`,
 * variables, `if`, `with`, `range`, Go's functions and `parseInt TEXT BASE BITS`. One that is no record is SERVFAIL. In answers
 * to A and AAAA the target of a CNAME is looked up through the whole server, and its records stand behind it.
 *
 *     . {
 *         template IN A example.org {
 *             match ^ip-(?P<a>[0-9]+)-(?P<b>[0-9]+)-(?P<c>[0-9]+)-(?P<d>[0-9]+)[.]example[.]org[.]$
 *             answer "{{ .Name }} 60 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
 *             fallthrough
 *         }
 *     }
 *
 * @module
 */
import type { Question, RR } from "../../dns/message.ts";
import { isWithin, key, type Name } from "../../dns/name.ts";
import { parseRR } from "../../dns/records.ts";
import { err, ok, type Result } from "../../result.ts";
import { withinAny } from "../arguments.ts";
import type { Context, Reply, Setup, Step } from "../plugin.ts";
import { blank, stepped } from "../reply.ts";
import { type Matched, templateData } from "./template/data.ts";
import { type Budget, execute, fullBudget } from "./template/execute.ts";
import { metadataOf } from "./template/metadata.ts";
import {
  CLASSES,
  type RecordTemplate,
  readTemplateOptions,
  SECTIONS,
  type Section,
  shown,
  type TemplateOptions,
} from "./template/options.ts";
import type { Value } from "./template/values.ts";

export const template: Setup = (directive, environment) => {
  const read = readTemplateOptions(directive, environment.zones);
  if (!read.ok) return read;
  const options = read.value;
  const metadata = metadataOf(environment);
  return ok({
    name: "template",
    async serve(question, context, next) {
      const zone = longestZone(options.zones, question.name);
      if (zone === undefined || !isMeant(options, question)) return next(question);
      const matched = matchOf(options, key(question.name));
      if (matched !== undefined) {
        const { className, type } = namesOf(options, question);
        const labels = metadata(question, context);
        const asked = { question, context, zone, className, type, matched, metadata: labels };
        return answer(options, question, context, templateData(asked), matched);
      }
      const none = `no match for ${key(question.name)}`;
      if (!withinAny(question.name, options.fallthrough)) {
        return failed(context, `${none}, and no fallthrough`);
      }
      return stepped("template", `${none}: fallthrough`, await next(question));
    },
  });
};

function isMeant(options: TemplateOptions, question: Question): boolean {
  const wanted = CLASSES[options.className];
  const { class: asked, type } = question;
  if (wanted !== CLASSES.ANY && asked !== CLASSES.ANY && asked !== wanted) return false;
  return options.type === "ANY" || type === "ANY" || type === options.type;
}

function matchOf(options: TemplateOptions, name: Name): Matched | undefined {
  if (options.match.length === 0) return { source: ".*", groupNames: [undefined], groups: [name] };
  for (const { source, regexp } of options.match) {
    const groups = regexp.match(name);
    if (groups) return { source, groupNames: regexp.groupNames, groups };
  }
  return undefined;
}

function namesOf(
  options: TemplateOptions,
  question: Question,
): { readonly className: string; readonly type: string } {
  const known = Object.entries(CLASSES).find(([, number]) => number === question.class)?.[0];
  return {
    className: question.class === CLASSES.ANY ? options.className : (known ?? ""),
    type: question.type === "ANY" ? options.type : question.type,
  };
}

async function answer(
  options: TemplateOptions,
  question: Question,
  context: Context,
  data: Value,
  matched: Matched,
): Promise<Reply> {
  const by = options.match.length === 0 ? "" : ` by match ${shown(matched.source)}`;
  if (options.rcode === "SERVFAIL") return failed(context, `SERVFAIL${by}`);
  const sections: Record<Section, RR[]> = { answer: [], additional: [], authority: [] };
  const budget = fullBudget();
  for (const section of SECTIONS) {
    for (const one of options.records[section]) {
      const rr = recordOf(one, data, budget);
      if (!rr.ok) return failed(context, `${section} ${shown(one.source)}: ${rr.error}`);
      sections[section].push(rr.value);
    }
  }
  const { rcode, ede } = options;
  const counted = sections.answer.length === 1 ? "1 answer" : `${sections.answer.length} answers`;
  const steps = [{ plugin: "template", did: `${rcode}, ${counted}${by}` }];
  const reply = { ...blank("template", context), rcode, authoritative: true, ...sections, steps };
  return followed({ ...reply, ede: ede ? [ede] : [] }, question, context);
}

function recordOf(one: RecordTemplate, data: Value, budget: Budget): Result<RR, string> {
  const text = execute(one.nodes, data, budget);
  if (!text.ok) return text;
  const rr = parseRR(firstRecord(text.value));
  return rr.ok ? rr : err(`not a record: ${shown(text.value)}: ${rr.error}`);
}

/** CoreDNS reads one record of the text; in parentheses it may go over lines. */
function firstRecord(text: string): string {
  if (text.includes("(")) return text;
  return text.split("\n").find((line) => !/^[ \t\r]*(;|$)/.test(line)) ?? "";
}

/** CNAMEs that one reply looks up; those that it is led to by itself look up one, so that they cannot multiply. */
const MOST_FOLLOWED = 8;

/** Behind each CNAME what the server itself says about its target. */
async function followed(reply: Reply, question: Question, context: Context): Promise<Reply> {
  if (question.type !== "A" && question.type !== "AAAA") return reply;
  const answer: RR[] = [];
  const steps: Step[] = [...reply.steps];
  let left = context.depth === 0 ? MOST_FOLLOWED : 1;
  let upstream: string | undefined;
  for (const rr of reply.answer) {
    answer.push(rr);
    if (rr.type !== "CNAME" || left-- <= 0) continue;
    const found = await context.resolve({ ...question, name: rr.data });
    answer.push(...found.answer);
    steps.push(...found.steps);
    upstream ??= found.upstream;
  }
  return { ...reply, answer, steps, ...(upstream !== undefined && { upstream }) };
}

/** SERVFAIL, which the server writes. */
function failed(context: Context, did: string): Reply {
  const steps = [{ plugin: "template", did }];
  return { ...blank("template", context), rcode: "SERVFAIL", steps, unwritten: true };
}

function longestZone(zones: readonly Name[], name: Name): Name | undefined {
  let longest: Name | undefined;
  for (const zone of zones) {
    if (isWithin(name, zone) && zone.length > (longest?.length ?? 0)) longest = zone;
  }
  return longest;
}
