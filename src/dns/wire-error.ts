/**
 * What can be wrong with the octets of a message; `at` counts from its first octet.
 *
 * @module
 */
export type WireError =
  /** `wanted` octets from `at` on are not there, or lie beyond the rdata that they belong to. */
  | { readonly kind: "short-input"; readonly at: number; readonly wanted: number }
  /** A compression pointer that does not go back, or goes into the header (RFC 1035 §4.1.4). */
  | { readonly kind: "forward-pointer"; readonly at: number; readonly target: number }
  /** A length octet that begins with 01 or 10 (RFC 6891 §5). */
  | { readonly kind: "label-type"; readonly at: number; readonly octet: number }
  /** Over 255 octets, pointers followed (RFC 1035 §2.3.4). */
  | { readonly kind: "long-name"; readonly at: number }
  /** Rdata that does not have the form of its type. */
  | { readonly kind: "rdata"; readonly at: number; readonly type: string; readonly octets: number }
  /** RFC 6891 §6.1.1: one OPT, in the additional section, owned by the root. */
  | { readonly kind: "opt"; readonly at: number; readonly why: string };

/** What is wrong, as a sentence without its full stop. */
export function describeWireError(error: WireError): string {
  switch (error.kind) {
    case "short-input":
      return `octet ${error.at}: the input ends before the ${error.wanted} octets that are wanted here`;
    case "forward-pointer":
      return `octet ${error.at}: a compression pointer must go back to an earlier name: received ${error.target}`;
    case "label-type":
      return `octet ${error.at}: a label's length is up to 63: received ${error.octet}`;
    case "long-name":
      return `octet ${error.at}: the name has more than 255 octets`;
    case "rdata":
      return `octet ${error.at}: ${error.octets} octets of rdata are no ${error.type} record`;
    case "opt":
      return `octet ${error.at}: ${error.why}`;
  }
}
