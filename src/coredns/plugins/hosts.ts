/**
 * hosts - answers from a file in the style of /etc/hosts.
 *
 *     hosts [FILE [ZONES...]] {
 *         [INLINE]
 *         ttl SECONDS
 *         no_reverse
 *         reload DURATION
 *         fallthrough [ZONES...]
 *         fallthrough_unsupported
 *     }
 *
 * FILE is a key of the ConfigMap `coredns`; without it, it is the node's /etc/hosts. A file that is not there holds
 * nothing. INLINE are more lines of such a file, in front of `fallthrough`; a name has the file's addresses and then these.
 * ZONES are the server block's where none are given, and other names go to the next plugin. `*.example.org` stands for
 * every name that has one label in the place of the `*` and no line of its own.
 *
 * A and AAAA are answered, and PTR with every name of the address unless there is `no_reverse`, at a TTL of 3600 or `ttl`.
 * A known name without the asked type is NODATA without SOA; an unknown name is SERVFAIL, or goes to the next plugin
 * under `fallthrough`; a PTR without a name always does. With `fallthrough_unsupported` so do all other types. `reload`
 * parses: a file is read once, as long as the cluster does not change.
 *
 *     . {
 *         hosts {
 *             192.0.2.10 *.example.org
 *             192.0.2.11 www.example.org
 *             fallthrough
 *         }
 *     }
 *
 * @module
 */

import { arpaAddress } from "../../dns/address.ts";
import type { Question, RR } from "../../dns/message.ts";
import { key, type Name } from "../../dns/name.ts";
import { ok } from "../../result.ts";
import { withinAny } from "../arguments.ts";
import type { Context, Next, Reply, Setup } from "../plugin.ts";
import { blank, stepped } from "../reply.ts";
import { addressesOf, type Family, plainAddress } from "./hosts/entries.ts";
import { type HostsOptions, readHostsOptions } from "./hosts/options.ts";

export const hosts: Setup = (directive, environment) => {
  const read = readHostsOptions(directive, environment);
  if (!read.ok) return read;
  const options = read.value;
  return ok({
    name: "hosts",
    async serve(question, context, next) {
      if (question.type === "PTR") return reverse(options, question, context, next);
      if (!withinAny(question.name, options.zones)) return next(question);
      return forward(options, question, context, next);
    },
  });
};

async function forward(
  options: HostsOptions,
  question: Question,
  context: Context,
  next: Next,
): Promise<Reply> {
  const { type } = question;
  const owner = key(question.name);
  const falls = withinAny(owner, options.fallthrough);
  if (isFamily(type)) {
    const addresses = addressesIn(options, owner, type);
    if (addresses.length > 0) {
      const answer = addresses.map((data) => ({ name: owner, ttl: options.ttl, type, data }));
      return answered(answer, `${owner} has ${listed(addresses)}`, context);
    }
  } else if (options.fallthroughUnsupported && falls) {
    return stepped("hosts", `a hosts file has no ${type}: fallthrough`, await next(question));
  }
  const isKnown = FAMILIES.some((family) => addressesIn(options, owner, family).length > 0);
  if (isKnown) return answered([], `${owner} has no ${type}`, context);
  const unknown = `no entry for ${owner}${whereMissing(options)}`;
  if (falls) return stepped("hosts", `${unknown}: fallthrough`, await next(question));
  // There is no SOA that an NXDOMAIN could carry.
  const steps = [{ plugin: "hosts", did: `${unknown}, and no fallthrough` }];
  return { ...blank("hosts", context), rcode: "SERVFAIL", steps, unwritten: true };
}

/** Outside the plugin's zones too: its reverse names need not be listed. */
async function reverse(
  options: HostsOptions,
  question: Question,
  context: Context,
  next: Next,
): Promise<Reply> {
  const arpa = arpaAddress(question.name);
  const address = arpa && plainAddress(arpa);
  const names = address && !options.noReverse ? namesIn(options, address) : [];
  if (names.length === 0) {
    const did = `no name for ${address ?? question.name}${whereMissing(options)}`;
    return stepped("hosts", did, await next(question));
  }
  const owner = key(question.name);
  const answer = names.map((data): RR => ({ name: owner, ttl: options.ttl, type: "PTR", data }));
  return answered(answer, `${address} is ${listed(names)}`, context);
}

function answered(answer: readonly RR[], did: string, context: Context): Reply {
  const steps = [{ plugin: "hosts", did }];
  return { ...blank("hosts", context), authoritative: true, answer, steps };
}

const FAMILIES = ["A", "AAAA"] as const;

function isFamily(type: string): type is Family {
  return type === "A" || type === "AAAA";
}

function addressesIn(options: HostsOptions, name: Name, family: Family): readonly string[] {
  return options.entries.flatMap((entries) => addressesOf(entries, name, family));
}

function namesIn(options: HostsOptions, address: string): readonly Name[] {
  return options.entries.flatMap((entries) => entries.names.get(address) ?? []);
}

function whereMissing(options: HostsOptions): string {
  return options.missing === undefined ? "" : ` (there is no file ${options.missing})`;
}

function listed(words: readonly string[]): string {
  const more = words.length - 5;
  return words.slice(0, 5).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
