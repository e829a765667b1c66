/**
 * A Corefile as JSON: its blocks as they were read, each directive with its place in the Corefile and in the order in
 * which queries go through the plugins, which is the registry's.
 *
 * @module
 */
import type { OpenCluster } from "../clusters.ts";
import type { BlockKey, Directive } from "../coredns/corefile.ts";
import { parseCorefile } from "../coredns/corefile.ts";
import type { Plugin } from "../coredns/plugin.ts";
import type { BuiltBlock } from "../coredns/server.ts";

export interface BlockJson {
  /** `cluster.local:53`; of other schemes `tls://cluster.local:853`. */
  readonly keys: readonly string[];
  readonly line: number;
  /** In the order of the Corefile, imports in their place. */
  readonly directives: readonly DirectiveJson[];
}

export interface LineJson {
  readonly name: string;
  readonly args: readonly string[];
  /** In the imported file where there is one. */
  readonly line: number;
  readonly file?: string;
  /** The lines of its `{ … }`. */
  readonly block?: readonly LineJson[];
}

export interface DirectiveJson extends LineJson {
  /** From 1: its place in the block. */
  readonly position: number;
  /** From 1: its place in the order of the plugins. */
  readonly order: number;
  /** Not modelled: queries go by a `chain` plugin unchanged, a `setting` sees none in CoreDNS either. */
  readonly passedBy?: NonNullable<Plugin["passedBy"]>;
}

export function corefileJson({ cluster, coredns }: OpenCluster): { blocks: readonly BlockJson[] } {
  const files = new Map(cluster.corednsFiles);
  for (const [name, text] of cluster.corednsCustom) files.set(`custom/${name}`, text);
  const parsed = parseCorefile(cluster.corefile, files);
  // A cluster that is open has a Corefile that can be read.
  if (!parsed.ok) throw new Error(parsed.error.message);
  const blocks = parsed.value.map(({ directives }, index) =>
    blockJson(coredns.blocks[index] as BuiltBlock, directives),
  );
  return { blocks };
}

function blockJson(built: BuiltBlock, directives: readonly Directive[]): BlockJson {
  // Those of one name stand in the same order in both lists.
  const places = new Map<string, { order: number; plugin: Plugin }[]>();
  for (const [index, { directive, plugin }] of built.plugins.entries()) {
    const known = places.get(directive.name);
    const place = { order: index + 1, plugin };
    if (known) known.push(place);
    else places.set(directive.name, [place]);
  }
  const taken = new Map<string, number>();
  return {
    keys: built.keys.map(printedKey),
    line: built.line,
    directives: directives.map((directive, index) => {
      const nth = taken.get(directive.name) ?? 0;
      taken.set(directive.name, nth + 1);
      const place = places.get(directive.name)?.[nth];
      const passedBy = place?.plugin.passedBy;
      return {
        ...lineJson(directive),
        position: index + 1,
        order: place?.order ?? index + 1,
        ...(passedBy && { passedBy }),
      };
    }),
  };
}

function lineJson({ name, args, line, file, block }: Directive): LineJson {
  return {
    name,
    args,
    line,
    ...(file !== undefined && { file }),
    ...(block.length > 0 && { block: block.map(lineJson) }),
  };
}

/** As one would write it: without the dot at the end, and without `dns://`. */
function printedKey({ zone, port, scheme }: BlockKey): string {
  const written = zone === "." ? zone : zone.replace(/\.$/, "");
  return `${scheme === "dns" ? "" : `${scheme}://`}${written}:${port}`;
}
