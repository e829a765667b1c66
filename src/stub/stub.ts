/**
 * What the libcs have in common: each is its reading of resolv.conf, its search list, and its machine.
 *
 * @module
 */
import type { Libc, Stub } from "./resolver.ts";
import { planSearch } from "./search.ts";
import { readSettings } from "./settings.ts";

/** @param version as `/life` says it: `glibc 2.36` */
export function createStub(libc: Libc, version: string, run: Stub["run"]): Stub {
  return {
    libc,
    version,
    run,
    settings: (conf) => readSettings(conf, libc),
    candidates: (question, conf) =>
      planSearch(question, readSettings(conf, libc), libc).map(({ candidate }) => candidate),
  };
}
