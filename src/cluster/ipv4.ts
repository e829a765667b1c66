/**
 * IPv4 addresses as numbers: nearly every address of a cluster is one, and this reads it several times as fast as its
 * octets.
 *
 * @module
 */

/**
 * From 0 to 2³²−1; undefined for what `addressFamily` of dns/address.ts does not take for IPv4 either.
 *
 * @param from where in `text` the address begins
 * @param to the place behind it
 */
export function ipv4Number(text: string, from = 0, to: number = text.length): number | undefined {
  if (to - from > LONGEST) return undefined;
  let number = 0;
  let dots = 0;
  let part = NO_DIGIT;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT && part !== NO_DIGIT) {
      number = number * 256 + part;
      part = NO_DIGIT;
      dots++;
    } else if (code >= ZERO && code <= ZERO + 9 && part !== 0) {
      part = part === NO_DIGIT ? code - ZERO : part * 10 + code - ZERO;
      if (part > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && part !== NO_DIGIT ? number * 256 + part : undefined;
}

const LONGEST = "255.255.255.255".length;
const DOT = 46;
const ZERO = 48;
const NO_DIGIT = -1;
