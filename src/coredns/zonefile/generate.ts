/**
 * `$GENERATE range lhs [ttl] [class] type rhs`: one record a number, `$` standing for the number (BIND's manual, as
 * miekg/dns reads it).
 *
 * `$GENERATE 1-3 host-$ A 192.0.2.$` is three records. `${offset,width,base}` adds to the number and pads it; `$$` and
 * `\$` are a dollar sign.
 *
 * @module
 */
import type { Word } from "../../dns/text.ts";
import { err, ok, type Result } from "../../result.ts";
import { shortened } from "./names.ts";

export interface Generated {
  readonly count: number;
  line(at: number): Result<readonly Word[], string>;
}

/** miekg/dns's limit of the numbers of one range. */
const MOST_NUMBERS = 65_535;
const WIDEST = 255;

export function generated(args: readonly Word[]): Result<Generated, string> {
  const [range, ...template] = args;
  const found = /^([0-9]{1,10})-([0-9]{1,10})(?:\/([0-9]{1,10}))?$/.exec(range?.text ?? "");
  const [start, stop, step] = [Number(found?.[1]), Number(found?.[2]), Number(found?.[3] ?? 1)];
  const count = Math.floor((stop - start) / step) + 1;
  if (!found || step === 0 || start > stop || count > MOST_NUMBERS) {
    const given = range?.text ?? "nothing";
    return err(
      `$GENERATE takes a range of up to ${MOST_NUMBERS} numbers: received ${shortened(given)}`,
    );
  }
  if (template.length < 3) return err("$GENERATE takes a range, an owner, a type and rdata");
  if (/^\$(GENERATE|INCLUDE)$/i.test(template[0]?.text ?? "")) {
    return err("$GENERATE generates no directives");
  }
  return ok({ count, line: (at) => filled(template, start + at * step) });
}

function filled(template: readonly Word[], number: number): Result<readonly Word[], string> {
  const words: Word[] = [];
  for (const word of template) {
    let wrong: string | undefined;
    const text = word.text.replace(/\\[\s\S]|\$\$|\$\{[^}]*\}?|\$/g, (part) => {
      if (part === "\\$" || part === "$$") return "$";
      if (part === "$") return String(number);
      if (part.startsWith("\\")) return part;
      const written = modified(part, number);
      if (written === undefined) wrong = `bad modifier in $GENERATE: received ${shortened(part)}`;
      return written ?? "";
    });
    if (wrong !== undefined) return err(wrong);
    words.push({ ...word, text });
  }
  return ok(words);
}

/** `${offset[,width[,base]]}`, base one of `d`, `o`, `x`, `X`. */
function modified(modifier: string, number: number): string | undefined {
  const form = /^\$\{([+-]?[0-9]{1,10})(?:,([0-9]{1,3})(?:,([doxX]))?)?\}$/.exec(modifier);
  if (form === null) return undefined;
  const [, offset, width = "0", base = "d"] = form;
  const value = number + Number(offset);
  if (value < 0 || Number(width) > WIDEST) return undefined;
  const digits = value.toString(base === "d" ? 10 : base === "o" ? 8 : 16);
  return (base === "X" ? digits.toUpperCase() : digits).padStart(Number(width), "0");
}
