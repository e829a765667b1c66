/**
 * The CoreDNS of a cluster: its Corefile built into server blocks, and the choice of the block that answers.
 *
 * @module
 */
import type { Cluster, Node } from "../cluster/model.ts";
import type { Question, Rcode } from "../dns/message.ts";
import { key, type Name, parent, ROOT } from "../dns/name.ts";
import { err, ok, type Result } from "../result.ts";
import {
  type BlockKey,
  type CorefileError,
  type Directive,
  parseCorefile,
  type ServerBlock,
} from "./corefile.ts";
import { absolute } from "./imports.ts";
import {
  type Context,
  DEEPEST,
  type Environment,
  type Next,
  type Plugin,
  type Reply,
} from "./plugin.ts";
import { ONCE, REGISTRY } from "./registry.ts";
import { dropped, gaveUp } from "./reply.ts";

/** A directive of a block with its plugin, in the order in which queries go through them. */
export interface BuiltPlugin {
  readonly directive: Directive;
  readonly plugin: Plugin;
}

export interface BuiltBlock {
  readonly keys: readonly BlockKey[];
  readonly line: number;
  /** In the registry's order. Those with `plugin.passedBy` set are only listed. */
  readonly plugins: readonly BuiltPlugin[];
}

export interface CoreDns {
  /** In the order of the Corefile, those that listen elsewhere included. */
  readonly blocks: readonly BuiltBlock[];
  /** Answers every question: what goes wrong is a SERVFAIL with a step that says what. */
  serve(question: Question, query: Omit<Context, "resolve" | "depth">): Promise<Reply>;
  /** The plugin that ended the process in the pod that is asked, if one did. */
  halted(query: Pick<Context, "server" | "random">): Halt | undefined;
}

interface Halt {
  readonly plugin: string;
  readonly why: string;
}

/**
 * The cluster's CoreDNS.
 *
 * @param node the node that its pods run on, whose resolv.conf they have
 * @param port where the pods listen: blocks of other ports and schemes do not answer
 */
export function buildCoreDns(
  cluster: Cluster,
  node: Node | undefined,
  port = 53,
): Result<CoreDns, CorefileError> {
  return buildFrom(cluster.corefile, cluster, node, port);
}

/** The same for another Corefile of the cluster, such as NodeLocal DNSCache's. */
export function buildFrom(
  corefile: string,
  cluster: Cluster,
  node: Node | undefined,
  port = 53,
): Result<CoreDns, CorefileError> {
  const parsed = parseCorefile(corefile, mountedFiles(cluster));
  if (!parsed.ok) return parsed;
  for (const block of parsed.value) {
    const unknown = block.directives.find((one) => !KNOWN.has(one.name));
    if (unknown) return err(unknownDirective(unknown));
  }
  const blocks: BuiltBlock[] = [];
  for (const block of parsed.value) {
    const built = buildBlock(block, cluster, node);
    if (!built.ok) return built;
    blocks.push(built.value);
  }
  return ok({ blocks, ...server(blocks, port) });
}

const KNOWN: ReadonlySet<string> = new Set(REGISTRY.map(([name]) => name));

function unknownDirective(directive: Directive): CorefileError {
  const known = REGISTRY.map(([name]) => name).join(", ");
  return at(directive, `unknown directive: received ${directive.name}; known are ${known}`);
}

/** ConfigMaps as the pods of CoreDNS mount them: `coredns` beside the Corefile, `coredns-custom` below `custom`. */
function mountedFiles(cluster: Cluster): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, text] of cluster.corednsFiles) files.set(absolute(name), text);
  for (const [name, text] of cluster.corednsCustom) files.set(absolute(`custom/${name}`), text);
  return files;
}

function buildBlock(
  block: ServerBlock,
  cluster: Cluster,
  node: Node | undefined,
): Result<BuiltBlock, CorefileError> {
  const zones = block.keys.map((one) => one.zone);
  const plugins: BuiltPlugin[] = [];
  for (const [name, setup] of REGISTRY) {
    const directives = block.directives.filter((one) => one.name === name);
    const [, second] = directives;
    if (second && ONCE.has(name)) {
      return err(at(second, `${name} can be used once in a server block: received it twice`));
    }
    for (const [index, directive] of directives.entries()) {
      const following = directives.length - 1 - index;
      const { directives: all } = block;
      const environment: Environment = { cluster, node, zones, following, directives: all };
      const plugin = setup(directive, environment);
      if (!plugin.ok) return err({ ...at(directive, ""), ...plugin.error });
      plugins.push({ directive, plugin: plugin.value });
    }
  }
  const extra = plugins.filter(isInChain)[MOST_PLUGINS];
  if (extra !== undefined) {
    return err(at(extra.directive, `a server block has more than ${MOST_PLUGINS} plugins`));
  }
  return ok({ keys: block.keys, line: block.line, plugins });
}

function server(blocks: readonly BuiltBlock[], port: number): Pick<CoreDns, "serve" | "halted"> {
  const byZone = listening(blocks, port);
  const halted = haltedBy(blocks);
  async function answer(
    question: Question,
    query: Omit<Context, "resolve" | "depth">,
    depth: number,
  ): Promise<Reply> {
    const halt = halted(query);
    if (halt !== undefined) {
      const why = `${halt.plugin} halted CoreDNS, so nothing answers at ${query.server}`;
      return dropped(halt.plugin, query, halt.why, why);
    }
    if (depth > DEEPEST) return refusal("SERVFAIL", `names led ${DEEPEST} times to another name`);
    const chain = choose(byZone, question);
    if (chain === undefined) return refusal("REFUSED", `no server block for ${question.name}`);
    if (chain.length === 0) return refusal("REFUSED", "the server block has no plugins");
    const resolve = (other: Question) => answer(other, query, depth + 1);
    return run(chain, question, { ...query, resolve, depth });
  }
  return { serve: (question, query) => answer(question, query, 0), halted };
}

function haltedBy(blocks: readonly BuiltBlock[]): CoreDns["halted"] {
  const halting = blocks.flatMap(({ plugins }) =>
    plugins.flatMap(({ plugin }) => (plugin.halts ? [plugin] : [])),
  );
  const known = new Map<string, Halt | undefined>();
  return (query) => {
    if (halting.length === 0 || known.has(query.server)) return known.get(query.server);
    for (const plugin of halting) {
      const why = plugin.halts?.(query);
      if (why === undefined) continue;
      known.set(query.server, { plugin: plugin.name, why });
      return known.get(query.server);
    }
    // A cluster has few CoreDNS pods, and no more are asked.
    known.set(query.server, undefined);
    return undefined;
  };
}

type Chain = readonly Plugin[];

/** Each asks the next one, and may ask the whole server again: the stack ends somewhere above a thousand in all. */
const MOST_PLUGINS = 250;

function isInChain({ plugin }: BuiltPlugin): boolean {
  return plugin.passedBy !== "setting" && plugin.spokenFor === undefined;
}

/** The chains by zone; a block with a `view`, whose filter is not modelled, answers only where no other does. */
function listening(blocks: readonly BuiltBlock[], port: number): ReadonlyMap<Name, Chain> {
  const isFiltered = (block: BuiltBlock) =>
    block.plugins.some(({ plugin }) => plugin.name === "view");
  const byZone = new Map<Name, Chain>();
  const ordered = [
    ...blocks.filter((block) => !isFiltered(block)),
    ...blocks.filter((block) => isFiltered(block)),
  ];
  for (const block of ordered) {
    const chain = block.plugins.filter(isInChain).map(({ plugin }) => plugin);
    for (const { zone, port: listens, scheme } of block.keys) {
      if (scheme !== "dns" || listens !== port || byZone.has(zone)) continue;
      byZone.set(zone, chain);
    }
  }
  return byZone;
}

/**
 * The longest zone that holds the name. A DS record belongs to the parent zone, so for DS the shortest below the root
 * is taken (ServeDNS in core/dnsserver/server.go).
 */
function choose(byZone: ReadonlyMap<Name, Chain>, question: Question): Chain | undefined {
  const everywhere = byZone.get(ROOT);
  if (byZone.size === 1 && everywhere !== undefined) return everywhere;
  let uppermost: Chain | undefined;
  for (let zone = key(question.name); zone !== ROOT; zone = parent(zone)) {
    const chain = byZone.get(zone);
    if (chain && (question.type !== "DS" || chain.length === 0)) return chain;
    uppermost = chain ?? uppermost;
  }
  return uppermost ?? everywhere;
}

async function run(chain: Chain, question: Question, context: Context): Promise<Reply> {
  let entered = "server";
  const from = (first: number): Next => {
    let at = first;
    // A call for each that only hands on would cost as much as the answer.
    while (chain[at]?.handsOn) at++;
    return async (asked) => {
      const plugin = chain[at];
      if (plugin === undefined) {
        const last = chain.at(-1) as Plugin;
        const reply = refusal("SERVFAIL", "no next plugin found", last.name);
        return told(chain.slice(first), reply);
      }
      entered = plugin.name;
      const reply = await plugin.serve(asked, context, from(at + 1));
      return told(chain.slice(first, at + 1), minded(plugin, reply));
    };
  };
  try {
    return await from(0)(question);
  } catch (error) {
    // CoreDNS recovers from a panic in a plugin and answers SERVFAIL.
    const why = error instanceof Error ? error.message : String(error);
    return refusal("SERVFAIL", `broke: ${why}`, entered);
  }
}

/** Every plugin that saw the query stands in its steps, also one that had nothing to say of itself. */
function told(seenBy: Chain, reply: Reply): Reply {
  let { steps } = reply;
  for (const { name: plugin, passedBy } of seenBy.toReversed()) {
    if (steps[0]?.plugin === plugin) continue;
    const did = passedBy === undefined ? "passed on" : "passed by: it has no meaning here";
    steps = [{ plugin, did }, ...steps];
  }
  return steps === reply.steps ? reply : { ...reply, steps };
}

/** What a plugin may have changed that does not say how it is given again is not. */
function minded(plugin: Plugin, reply: Reply): Reply {
  if (reply.again === undefined || plugin.repeats) return reply;
  const { again: _, ...once } = reply;
  return once;
}

/** A reply that no plugin wrote. */
function refusal(rcode: Rcode, did: string, plugin = "server"): Reply {
  return gaveUp("server", rcode, [{ plugin, did }]);
}

function at(directive: Directive, message: string): CorefileError {
  const { line, file } = directive;
  return file === undefined ? { line, message } : { line, message, file };
}
