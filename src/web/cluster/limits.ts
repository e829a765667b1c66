/**
 * How much of a cluster may travel with a lookup: the page keeps to it, and the service holds everyone to it.
 *
 * @module
 */

/** Octets of the body. */
export const LONGEST_LIST = 1024 * 1024;

/** Octets that a body in gzip may unpack to: 5,000 Services with a Pod each take seven and a half million. */
export const LONGEST_UNPACKED = 8 * LONGEST_LIST;
