/**
 * Character classes of Go's regular expressions: what one code point may be.
 *
 * @module
 */
/** Whether a code point belongs to the class. */
export type CharSet = (code: number) => boolean;

/** Code points from the first to the second, both included. */
export type Range = readonly [low: number, high: number];

export interface Flags {
  /** `i`: upper and lower case are the same. */
  readonly foldCase: boolean;
  /** `m`: `^` and `$` are the ends of a line. */
  readonly multiLine: boolean;
  /** `s`: `.` is any character, a newline too. */
  readonly dotNewline: boolean;
  /** `U`: `*` takes as little as it can, `*?` as much. */
  readonly ungreedy: boolean;
}

export function oneOf(ranges: readonly Range[], foldCase: boolean): CharSet {
  const holds = (code: number) => ranges.some(([low, high]) => low <= code && code <= high);
  return foldCase ? (code) => holds(code) || sameFold(code).some(holds) : holds;
}

export function not(set: CharSet): CharSet {
  return (code) => !set(code);
}

export function anyOf(sets: readonly CharSet[]): CharSet {
  const [only] = sets;
  return sets.length === 1 && only !== undefined ? only : (code) => sets.some((set) => set(code));
}

/** `\d`, `\S` … by the letter; undefined for other letters. */
export function perlClass(letter: string, foldCase: boolean): CharSet | undefined {
  const ranges = PERL.get(letter.toLowerCase());
  if (ranges === undefined) return undefined;
  const set = oneOf(ranges, foldCase);
  return letter === letter.toLowerCase() ? set : not(set);
}

/** `[:alpha:]`, `[:^digit:]`; undefined for other names. */
export function posixClass(name: string, foldCase: boolean): CharSet | undefined {
  const negated = name.startsWith("^");
  const ranges = POSIX.get(negated ? name.slice(1) : name);
  if (ranges === undefined) return undefined;
  const set = oneOf(ranges, foldCase);
  return negated ? not(set) : set;
}

/** The class that `\p{name}` names: a general category of one or two letters, a script, or `Any`; `^` in front negates. */
export function unicodeClass(name: string, foldCase: boolean): CharSet | undefined {
  const negated = name.startsWith("^");
  const plain = negated ? name.slice(1) : name;
  if (!/^[A-Z][A-Za-z_]*$/.test(plain)) return undefined;
  const property = plain === "Any" || plain.length <= 2 ? plain : `Script=${plain}`;
  const pattern = platformPattern(`^\\p{${property}}$`);
  if (pattern === undefined) return undefined;
  const holds = (code: number) => pattern.test(String.fromCodePoint(code));
  const set = (code: number) => holds(code) || (foldCase && sameFold(code).some(holds));
  return negated ? not(set) : set;
}

/** The platform knows Unicode's tables, and refuses a name that is not in them. */
function platformPattern(text: string): RegExp | undefined {
  try {
    return new RegExp(text, "u");
  } catch {
    return undefined;
  }
}

export const isWordCharacter: CharSet = oneOf(
  [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
  false,
);

/** Other code points that are the same without regard to case; what folds to more than one character is no match in Go. */
function sameFold(code: number): number[] {
  const char = String.fromCodePoint(code);
  const [lower, upper] = [char.toLowerCase(), char.toUpperCase()];
  const others = [lower, upper, lower.toUpperCase(), upper.toLowerCase()].filter(
    (one) => [...one].length === 1,
  );
  const found = others.map((one) => one.codePointAt(0) as number);
  // The Kelvin sign and the long s fold to ASCII; the platform's mapping only goes the other way.
  if (code === 0x6b || code === 0x4b) found.push(0x212a);
  if (code === 0x73 || code === 0x53) found.push(0x17f);
  return found;
}

function spans(text: string): Range[] {
  const found: Range[] = [];
  for (let at = 0; at < text.length; at += 2) {
    found.push([text.charCodeAt(at), text.charCodeAt(at + 1)]);
  }
  return found;
}

const PERL: ReadonlyMap<string, readonly Range[]> = new Map([
  ["d", spans("09")],
  ["s", spans("\t\n\f\r  ")],
  ["w", spans("09AZ__az")],
]);

const POSIX: ReadonlyMap<string, readonly Range[]> = new Map([
  ["alnum", spans("09AZaz")],
  ["alpha", spans("AZaz")],
  ["ascii", spans("\u0000\u007f")],
  ["blank", spans("\t\t  ")],
  ["cntrl", spans("\u0000\u001f\u007f\u007f")],
  ["digit", spans("09")],
  ["graph", spans("!~")],
  ["lower", spans("az")],
  ["print", spans(" ~")],
  ["punct", spans("!/:@[`{~")],
  ["space", spans("\t\r  ")],
  ["upper", spans("AZ")],
  ["word", spans("09AZaz__")],
  ["xdigit", spans("09AFaf")],
]);
