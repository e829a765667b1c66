/**
 * IANA's numbers and mnemonics: record types, rcodes, opcodes, classes
 * (https://www.iana.org/assignments/dns-parameters).
 *
 * @module
 */
/**
 * The mnemonic (any case), a decimal number or `TYPEn` (RFC 3597 §5) as the one spelling of that type,
 * or undefined.
 */
export function parseType(text: string): string | undefined {
  const upper = text.toUpperCase();
  if (Object.hasOwn(TYPES, upper)) return upper;
  const number = /^(?:TYPE)?([0-9]{1,5})$/.exec(upper)?.[1];
  return number !== undefined && Number(number) <= 0xffff ? typeName(Number(number)) : undefined;
}

/** The number of a type; 0, which IANA reserves, for a word that is none. */
export function typeNumber(type: string): number {
  return TYPE_NUMBERS.get(type) ?? typeNumberOfWord(type);
}

/** The mnemonic of a type, `TYPEn` where it has none. */
export function typeName(number: number): string {
  return TYPE_NAMES.get(number) ?? `TYPE${number}`;
}

/** The number of an rcode, up to 4095 with EDNS; SERVFAIL's for a word that is none. */
export function rcodeNumber(rcode: string): number {
  const known = RCODE_NUMBERS.get(rcode);
  if (known !== undefined) return known;
  const number = /^RCODE([0-9]{1,4})$/.exec(rcode)?.[1];
  return number !== undefined && Number(number) <= 0xfff ? Number(number) : 2;
}

/** The mnemonic of an rcode as dig prints it, `RCODEn` where it has none. */
export function rcodeName(number: number): string {
  return RCODE_NAMES.get(number) ?? `RCODE${number}`;
}

/** Types that ask for something else than records of that type (RFC 6895 §3.1), ANY among them. */
export function isMetaType(type: string): boolean {
  const number = typeNumber(type);
  return type === "OPT" || (number >= 128 && number <= 255);
}

/** Transfers and meta types, which a resolver does not answer; ANY is a question like any other. */
export function isRefusedType(type: string): boolean {
  return type !== "ANY" && isMetaType(type);
}

export const CLASS_IN = 1;
export const OPCODE_QUERY = 0;

export const TYPES = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  "NSAP-PTR": 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  EID: 31,
  NIMLOC: 32,
  SRV: 33,
  ATMA: 34,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  DNAME: 39,
  SINK: 40,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  HHIT: 67,
  BRID: 68,
  SPF: 99,
  UINFO: 100,
  UID: 101,
  GID: 102,
  UNSPEC: 103,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  DOA: 259,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  CLA: 263,
  IPN: 264,
  TA: 32768,
  DLV: 32769,
} as const satisfies Readonly<Record<string, number>>;

/** 16 is BADVERS in an OPT and BADSIG in a TSIG; only the former is ours. */
const RCODES: Readonly<Record<string, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  DSOTYPENI: 11,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
  BADCOOKIE: 23,
};

const TYPE_NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(TYPES));
const TYPE_NAMES: ReadonlyMap<number, string> = swapped(TYPES);
const RCODE_NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(RCODES));
const RCODE_NAMES: ReadonlyMap<number, string> = swapped(RCODES);

function typeNumberOfWord(type: string): number {
  const number = /^TYPE([0-9]{1,5})$/.exec(type)?.[1];
  return number !== undefined && Number(number) <= 0xffff ? Number(number) : 0;
}

function swapped(table: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(table).map(([word, number]) => [number, word]));
}
