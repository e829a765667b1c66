/**
 * The tabs beside the drawers: what works in a browser alone, and is loaded when it is opened.
 *
 * @module
 */
import { useEffect, useState } from "hono/jsx";
import type { Life } from "../../trace/life.ts";
import type { Own } from "../cluster/own.ts";
import type { Extra } from "../drawers.tsx";
import type { Page } from "../page.ts";

/** What the tabs need of the explorer. */
export interface Tools {
  readonly life: Life;
  readonly page: Page;
  /** Brings the life at that path and query onto the stage. */
  readonly open: (path: string) => void;
  /** The visitor's own cluster, on the stage or not. */
  readonly own: Own | undefined;
  /** Asks with that cluster; the service's words where it refuses. */
  readonly askWith: (path: string, own: Own) => Promise<string | undefined>;
  /** Forgets the visitor's own cluster, and goes to that path. */
  readonly forget: (path: string) => void;
  /** Leaves the tab. */
  readonly leave: () => void;
}

export function extrasOf(tools: Tools): readonly Extra[] {
  return [
    { id: "shell", label: "shell", draw: () => <Later tool="PodShell" tools={tools} /> },
    { id: "cluster", label: "cluster", draw: () => <Later tool="PageCluster" tools={tools} /> },
  ];
}

type Loaded = typeof import("./tools.tsx");

/** Once it is there, a tab is drawn at once. */
let loaded: Loaded | undefined;

function Later({
  tool,
  tools,
}: {
  readonly tool: "PodShell" | "PageCluster";
  readonly tools: Tools;
}) {
  const [there, setThere] = useState(loaded !== undefined);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (there) return;
    import("./tools.tsx").then(
      (module) => {
        loaded = module;
        setThere(true);
      },
      () => setLost(true),
    );
  }, []);
  if (lost) return <p role="alert">This tab could not be loaded; load the page again.</p>;
  if (!there || loaded === undefined) return <p role="status">Loading …</p>;
  const Tool = loaded[tool];
  return <Tool {...tools} />;
}
