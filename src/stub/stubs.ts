/**
 * The stub resolvers by their names.
 *
 * @module
 */
import { glibc } from "./glibc.ts";
import { go } from "./go.ts";
import { musl } from "./musl.ts";
import type { Libc, Stub } from "./resolver.ts";

export function stubOf(libc: Libc): Stub {
  return STUBS[libc];
}

const STUBS: Readonly<Record<Libc, Stub>> = { glibc, musl, go };
