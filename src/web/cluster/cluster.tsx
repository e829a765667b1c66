/**
 * The cluster in the page: as a list, as a map, and to be changed.
 *
 * @module
 */
import { useEffect, useMemo, useState } from "hono/jsx";
import type { Life } from "../../trace/life.ts";
import type { Page } from "../page.ts";
import { lifeIn, type Standing } from "./addresses.ts";
import { Edit, type KeptDrafts } from "./edit.tsx";
import { saveText } from "./links.ts";
import { Maps } from "./map.tsx";
import { countsOf, Objects } from "./objects.tsx";
import { type Draft, explained, type Own, ownName, type Wrong } from "./own.ts";
import { viewOf } from "./view.ts";

export interface ClusterProps {
  readonly life: Life;
  readonly page: Page;
  /** The visitor's own, whether it is on the stage or not. */
  readonly own: Own | undefined;
  /** A file of the service's; empty where it cannot be read. */
  readonly readText: (path: string) => string | Promise<string>;
  /** Brings the life at that address, asked with that cluster, onto the stage; the service's words where it refuses. */
  readonly onAsk: (address: string, own: Own) => Promise<string | undefined>;
  /** Forgets the own cluster, and brings the life at that address onto the stage. */
  readonly onForget: (address: string) => void;
}

type Tab = "list" | "map" | "change";

const TABS: readonly { readonly id: Tab; readonly label: string }[] = [
  { id: "list", label: "List" },
  { id: "map", label: "Map" },
  { id: "change", label: "Change" },
];

/** How the tab was left, while the page is open. */
const KEPT: { tab: Tab; filter: string; readonly drafts: KeptDrafts } = {
  tab: "list",
  filter: "",
  drafts: { kind: "Corefile", typed: new Map() },
};

export function ClusterTab(props: ClusterProps) {
  const { life, page, own, onAsk, onForget } = props;
  const { cluster } = life.vantage;
  const isOwn = own?.name === cluster;
  const list = useList(props);
  const view = useMemo(() => (list === undefined ? undefined : viewOf(list)), [list]);
  const [tab, setTab] = useState(KEPT.tab);
  const [filter, setFilter] = useState(KEPT.filter);
  const [selected, select] = useState<string | undefined>(undefined);
  const standing: Standing = { life, options: page.options };

  const show = (next: Tab): void => {
    KEPT.tab = next;
    setTab(next);
  };
  const ask = async (draft: Draft): Promise<Wrong | undefined> => {
    const name = own?.name ?? ownName(page.clusters);
    const text = JSON.stringify(draft.list);
    const address = lifeIn(name, viewOf(draft.list), standing);
    const detail = await onAsk(address, { name, list: draft.list, text });
    if (detail !== undefined) return explained(detail, draft);
    KEPT.drafts.typed.clear();
    show("list");
    return undefined;
  };
  const home = page.clusters.includes("demo") ? "demo" : (page.clusters[0] ?? "demo");

  return (
    <section class="cluster" aria-label="The cluster">
      <div class="head">
        <p>
          <b>{isOwn ? "Your cluster" : cluster}</b>
          {view === undefined ? null : <span class="count"> {countsOf(view)}</span>}
        </p>
        <fieldset class="choice">
          <legend class="hidden">Show the cluster as</legend>
          {TABS.map(({ id, label }) => (
            <button
              type="button"
              aria-pressed={id === tab ? "true" : "false"}
              onClick={() => show(id)}
            >
              {label}
            </button>
          ))}
        </fieldset>
      </div>
      {own === undefined ? null : (
        <p class="badge">
          <span>Your cluster: stays in this browser</span>
          {isOwn ? null : <a href={lifeIn(own.name, viewOf(own.list), standing)}>Ask it again</a>}
          <button type="button" onClick={() => saveText(own.text, "cluster.json")}>
            Save
          </button>
          <button
            type="button"
            onClick={() =>
              onForget(isOwn ? lifeIn(home, viewOf(undefined), standing) : life.asked.self)
            }
          >
            {isOwn ? `Back to ${home}` : "Forget it"}
          </button>
        </p>
      )}
      {tab === "change" || view === undefined ? null : (
        <label class="filter">
          <span class="hidden">Filter</span>
          <input
            type="search"
            placeholder="filter: web prod, 10.100, node-1 …"
            value={filter}
            autocomplete="off"
            spellcheck={false}
            onInput={(event: Event) => {
              KEPT.filter = (event.target as HTMLInputElement).value;
              setFilter(KEPT.filter);
            }}
          />
        </label>
      )}
      {list === undefined ? (
        <p>Reading the cluster …</p>
      ) : list === null ? (
        <p class="problem">The service does not give the objects of {cluster}.</p>
      ) : view === undefined || tab === "change" ? (
        <Edit
          key={cluster}
          list={list}
          corefile={life.coredns.corefile}
          kept={KEPT.drafts}
          onAsk={ask}
        />
      ) : tab === "list" ? (
        <Objects {...standing} view={view} filter={filter} />
      ) : (
        <Maps
          {...standing}
          view={view}
          filter={filter}
          selected={selected ?? foundService(life)}
          onSelect={select}
        />
      )}
    </section>
  );
}

/** The List of the life's cluster: the visitor's own, or the service's; undefined while it is read. */
function useList({ life, own, readText }: ClusterProps): unknown {
  const { cluster } = life.vantage;
  const [read, setRead] = useState<{ readonly cluster: string; readonly list: unknown }>({
    cluster: "",
    list: undefined,
  });
  const isOwn = own?.name === cluster;
  useEffect(() => {
    if (isOwn || read.cluster === cluster) return;
    let isWanted = true;
    void Promise.resolve(readText(`/clusters/${encodeURIComponent(cluster)}`)).then((text) => {
      if (isWanted) setRead({ cluster, list: parsed(text) });
    });
    return () => {
      isWanted = false;
    };
  }, [cluster, isOwn]);
  if (isOwn) return own.list;
  return read.cluster === cluster ? read.list : undefined;
}

/** Null where there is none to read. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The Service whose name was found, by the form of the Kubernetes DNS specification. */
function foundService({ result }: Life): string | undefined {
  if (result.kind !== "found" || result.name === undefined) return undefined;
  const [name, namespace, kind] = result.name.split(".");
  return kind === "svc" ? `${namespace}/${name}` : undefined;
}
