/**
 * What stands behind `template` in a Corefile, checked. Upstream: `plugin/template/setup.go`.
 *
 * @module
 */
import type { Ede, Rcode } from "../../../dns/message.ts";
import { type Name, ROOT } from "../../../dns/name.ts";
import { rcodeName, rcodeNumber, TYPES } from "../../../dns/types.ts";
import { ok, type Result } from "../../../result.ts";
import { unknownOption, wrong, wrongCount, zonesOrBlock } from "../../arguments.ts";
import type { Directive } from "../../corefile.ts";
import type { SetupError } from "../../plugin.ts";
import { compile, type GoRegexp } from "../../regexp/regexp.ts";
import { parseTemplate } from "./parse.ts";
import type { Node } from "./tree.ts";

export const SECTIONS = ["answer", "additional", "authority"] as const;
export type Section = (typeof SECTIONS)[number];

/** miekg/dns, which CoreDNS speaks DNS with. */
export const CLASSES = { IN: 1, CS: 2, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;
export type ClassName = keyof typeof CLASSES;

export interface Pattern {
  readonly source: string;
  readonly regexp: GoRegexp;
}

export interface RecordTemplate {
  readonly source: string;
  readonly nodes: readonly Node[];
}

export interface TemplateOptions {
  readonly className: ClassName;
  readonly type: string;
  readonly zones: readonly Name[];
  /** Empty matches every name. */
  readonly match: readonly Pattern[];
  readonly records: Readonly<Record<Section, readonly RecordTemplate[]>>;
  readonly rcode: Rcode;
  readonly ede?: Ede;
  /** Zones in which a name that no pattern matches goes on to the next plugin. */
  readonly fallthrough: readonly Name[];
}

export function readTemplateOptions(
  directive: Directive,
  block: readonly string[],
): Result<TemplateOptions, SetupError> {
  const [className, type, ...zones] = directive.args;
  if (className === undefined || type === undefined) {
    return wrongCount(directive, "a class, a type and any number of zones");
  }
  if (!isClass(className)) {
    const known = Object.keys(CLASSES).join(", ");
    return wrong(directive, `template takes one of the classes ${known}: received ${className}`);
  }
  if (!Object.hasOwn(TYPES, type)) {
    const message = `template takes a record type in upper case such as A, or ANY: received ${type}`;
    return wrong(directive, message);
  }
  const reading: Reading = {
    match: [],
    records: { answer: [], additional: [], authority: [] },
    rcode: "NOERROR",
    fallthrough: [],
  };
  for (const option of directive.block) {
    const read = readOption(option, reading);
    if (!read.ok) return read;
  }
  return ok({ className, type, zones: zonesOrBlock(zones, block), ...reading });
}

interface Reading {
  readonly match: Pattern[];
  readonly records: Record<Section, RecordTemplate[]>;
  rcode: Rcode;
  ede?: Ede;
  fallthrough: readonly Name[];
}

const OPTIONS = ["match", ...SECTIONS, "rcode", "ederror", "fallthrough", "upstream"];

function readOption(option: Directive, to: Reading): Result<undefined, SetupError> {
  switch (option.name) {
    case "match":
      return readMatch(option, to);
    case "answer":
    case "additional":
    case "authority":
      return readRecords(option, option.name, to);
    case "rcode":
      return readRcode(option, to);
    case "ederror":
      return readEde(option, to);
    case "fallthrough":
      to.fallthrough = zonesOrBlock(option.args, [ROOT]);
      return ok(undefined);
    case "upstream":
      // CoreDNS follows CNAMEs with it and without.
      return ok(undefined);
    default:
      return unknownOption("template", option, OPTIONS);
  }
}

function readMatch(option: Directive, to: Reading): Result<undefined, SetupError> {
  if (option.args.length === 0) return wrongCount(option, "one or more regular expressions");
  for (const source of option.args) {
    const regexp = compile(source);
    if (!regexp.ok) {
      const message = `match takes regular expressions as Go has them: received ${shown(source)}: ${regexp.error}`;
      return wrong(option, message);
    }
    to.match.push({ source, regexp: regexp.value });
  }
  return ok(undefined);
}

function readRecords(
  option: Directive,
  section: Section,
  to: Reading,
): Result<undefined, SetupError> {
  if (option.args.length === 0) return wrongCount(option, "one or more templates of records");
  for (const source of option.args) {
    const nodes = parseTemplate(source);
    if (!nodes.ok) {
      const message = `${section} takes Go templates of records: received ${shown(source)}: ${nodes.error}`;
      return wrong(option, message);
    }
    to.records[section].push({ source, nodes: nodes.value });
  }
  return ok(undefined);
}

function readRcode(option: Directive, to: Reading): Result<undefined, SetupError> {
  const [text, next, ...rest] = option.args;
  const rcode = text === undefined ? undefined : (ALIASES.get(text) ?? text);
  if (rcode === undefined || !isRcode(rcode)) {
    return wrongCount(option, "an rcode in upper case such as NXDOMAIN");
  }
  to.rcode = rcode;
  // CoreDNS does not look at the end of the line: what stands there is read as if on a line of its own.
  return next === undefined ? ok(undefined) : readOption({ ...option, name: next, args: rest }, to);
}

/** Other words of miekg/dns for the same numbers. */
const ALIASES: ReadonlyMap<string, Rcode> = new Map([
  ["NOTIMPL", "NOTIMP"],
  ["BADSIG", "BADVERS"],
]);

function isRcode(text: string): boolean {
  return !/^RCODE[0-9]/.test(text) && rcodeName(rcodeNumber(text)) === text;
}

function readEde(option: Directive, to: Reading): Result<undefined, SetupError> {
  const [code = "", text = "", ...more] = option.args;
  if (!/^[0-9]{1,9}$/.test(code) || Number(code) > 0xffff || more.length > 0) {
    return wrongCount(option, "a number up to 65535 and, if wanted, a reason in quotes");
  }
  to.ede = { code: Number(code), text };
  return ok(undefined);
}

function isClass(text: string): text is ClassName {
  return Object.hasOwn(CLASSES, text);
}

/** Long patterns and templates are cut in messages. */
export function shown(source: string): string {
  return source.length <= 80 ? source : `${source.slice(0, 79)}…`;
}
