/**
 * The name and type that a URL's query asks for.
 *
 * @module
 */
import type { RRType } from "../dns/message.ts";
import { describeNameError, type Name, parseName } from "../dns/name.ts";
import { parseType } from "../dns/types.ts";
import { err, ok, type Result } from "../result.ts";
import { badRequest, type Problem, quoted } from "./problem.ts";

export interface NameAndType {
  /** As given. */
  readonly text: string;
  readonly name: Name;
  /** Absent where none is given. */
  readonly type?: RRType;
}

/** @param others further parameters that may be given once at most */
export function readNameAndType(
  params: URLSearchParams,
  others: readonly string[] = [],
): Result<NameAndType, Problem> {
  for (const key of ["name", "type", ...others]) {
    if (params.getAll(key).length > 1) return err(badRequest(`${key} is given more than once`));
  }
  const text = params.get("name") ?? "";
  if (text === "") return err(badRequest("give name=, a domain name such as name=web-service"));
  const name = parseName(text);
  if (!name.ok) {
    return err(
      badRequest(
        `name takes a domain name: received ${quoted(text)}, where ${describeNameError(name.error)}`,
      ),
    );
  }
  const given = params.get("type") ?? "";
  if (given === "") return ok({ text, name: name.value });
  const type = parseType(given);
  if (type !== undefined) return ok({ text, name: name.value, type });
  return err(
    badRequest(
      `type takes a mnemonic such as AAAA or a number from 1 to 65535: received ${quoted(given)}`,
    ),
  );
}
