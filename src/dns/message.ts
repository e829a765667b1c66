/**
 * DNS messages as plain values (RFC 1035 §4, RFC 6891, RFC 8914). `wire.ts` turns them into octets and back.
 *
 * Types and rcodes are their mnemonics in IANA's registry (`A`, `NXDOMAIN`), `TYPE65280` and `RCODE42` where
 * there is none (RFC 3597 §5).
 *
 * @module
 */
import type { Name } from "./name.ts";
import type { TYPES } from "./types.ts";

export type RRType = string;
export type Rcode = string;

export interface Question {
  readonly name: Name;
  readonly type: RRType;
  /** 1 is IN. */
  readonly class: number;
}

/** RFC 1035 §3.3.13; times are seconds. */
export interface Soa {
  readonly mname: Name;
  readonly rname: Name;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** RFC 2782. */
export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: Name;
}

export interface Mx {
  readonly preference: number;
  readonly exchange: Name;
}

/** A resource record of class IN; `ttl` is seconds. */
export type RR = {
  readonly name: Name;
  readonly ttl: number;
} & (
  | { readonly type: "A" | "AAAA"; readonly data: string }
  | { readonly type: "CNAME" | "NS" | "PTR" | "DNAME"; readonly data: Name }
  | { readonly type: "SOA"; readonly data: Soa }
  | { readonly type: "SRV"; readonly data: Srv }
  | { readonly type: "MX"; readonly data: Mx }
  /** Each string's characters are octets (`\u0000`–`\u00ff`). */
  | { readonly type: "TXT"; readonly data: readonly string[] }
  /** Every other type: its rdata in octets, names in it not compressed (RFC 3597 §4). `data` tells the two apart. */
  | { readonly type: OtherType; readonly data: Uint8Array }
);

/** Types whose rdata is carried as octets. */
export type OtherType = Exclude<keyof typeof TYPES, StructuredType> | `TYPE${number}`;

type StructuredType =
  | "A"
  | "AAAA"
  | "CNAME"
  | "NS"
  | "PTR"
  | "DNAME"
  | "SOA"
  | "SRV"
  | "MX"
  | "TXT"
  | "OPT";

export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** RFC 6891 §6.1.3. */
export interface Edns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

export interface Flags {
  readonly qr: boolean;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
}

export interface Message {
  readonly id: number;
  readonly opcode: number;
  readonly rcode: Rcode;
  readonly flags: Flags;
  readonly question: readonly Question[];
  readonly answer: readonly RR[];
  readonly authority: readonly RR[];
  /** Without the OPT record, which is `edns`. */
  readonly additional: readonly RR[];
  readonly edns?: Edns;
}

/** Extended DNS Error (RFC 8914): an INFO-CODE and its EXTRA-TEXT. */
export interface Ede {
  readonly code: number;
  readonly text: string;
}

/** What a server says to a question, before it is a message: rcode, two flags, the sections, and errors. */
export interface Said {
  readonly rcode: Rcode;
  /** AA. */
  readonly authoritative: boolean;
  /** AD, set by a validating resolver. */
  readonly authenticData: boolean;
  readonly answer: readonly RR[];
  readonly authority: readonly RR[];
  readonly additional: readonly RR[];
  readonly ede: readonly Ede[];
}

/** An outcome without records. */
export function bare(rcode: Rcode, ede: readonly Ede[] = []): Said {
  return {
    rcode,
    authoritative: false,
    authenticData: false,
    answer: [],
    authority: [],
    additional: [],
    ede,
  };
}
