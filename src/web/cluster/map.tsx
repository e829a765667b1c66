/**
 * The map of the cluster as a drawing: Services above, nodes with their Pods below, and the ways of one Service.
 *
 * @module
 */
import { fitted, printable } from "../text.tsx";
import { podLife, type Standing, serviceLife } from "./addresses.ts";
import { type Box, type Cell, type ClusterMap, mapOf, type PlaceCell } from "./map-layout.ts";
import { type ClusterView, filtered, type ServiceView, typedName } from "./view.ts";

export interface MapProps extends Standing {
  readonly view: ClusterView;
  readonly filter: string;
  /** Key of the Service whose ways are drawn. */
  readonly selected: string | undefined;
  readonly onSelect: (key: string) => void;
}

/** Of a cell's text: what eleven pixels of a fixed-width font leave room for. */
const ROOM = 23;
const ROOM_OF_TITLE = 48;

/** One for a desk and one for a hand; the style shows one of them. */
export function Maps(props: MapProps) {
  const { view, filter, selected } = props;
  const services = filtered(view.services, filter, view.services.length).shown;
  return (
    <>
      {[4, 2].map((columns) => (
        <Drawing
          {...props}
          size={columns === 4 ? "wide" : "tall"}
          map={mapOf(view, { columns, services, selected })}
        />
      ))}
    </>
  );
}

interface DrawingProps extends MapProps {
  readonly size: "wide" | "tall";
  readonly map: ClusterMap;
}

function Drawing(props: DrawingProps) {
  const { map, size, selected } = props;
  const left = [
    map.moreServices > 0 ? `${map.moreServices.toLocaleString("en")} Services more` : "",
    map.moreNodes > 0 ? `${map.moreNodes.toLocaleString("en")} nodes more` : "",
  ].filter((word) => word !== "");
  return (
    <div class={`map ${size}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset */}
      <svg
        viewBox={`0 0 ${map.width} ${map.height}`}
        role="group"
        aria-label="Map of the cluster: Services, and nodes with their Pods"
      >
        {map.groups.map(({ box, title, ready, more }) => (
          <g class={ready ? "node" : "node down"}>
            <rect {...rectOf(box)} rx={6} />
            <text x={box.x + 8} y={box.y + 15}>
              {fitted(printable(title), ROOM_OF_TITLE)}
              {ready ? "" : " (not ready)"}
              {more > 0 ? `, ${more} Pods more` : ""}
            </text>
          </g>
        ))}
        {map.ways.map(({ d, ready }) => (
          <path class={ready ? "way" : "way down"} d={d} />
        ))}
        {map.services.map((cell) => (
          <ServiceCell {...props} cell={cell} isSelected={cell.of.key === selected} />
        ))}
        {map.groups.flatMap(({ cells }) =>
          cells.map((cell) => <PlaceView {...props} cell={cell} />),
        )}
      </svg>
      {left.length > 0 ? <p class="more">and {left.join(", ")}: filter</p> : null}
    </div>
  );
}

function ServiceCell({
  cell: { box, of },
  isSelected,
  onSelect,
  ...standing
}: DrawingProps & { readonly cell: Cell<ServiceView>; readonly isSelected: boolean }) {
  const name = typedName(of, standing.life.vantage.namespace);
  return (
    <a
      class={isSelected ? "cell service lit" : "cell service"}
      href={serviceLife(standing, of)}
      aria-label={labelOf(name, `ask for ${name}`)}
      aria-current={isSelected ? "true" : undefined}
      onFocus={() => onSelect(of.key)}
      onMouseEnter={() => onSelect(of.key)}
    >
      <title>{printable(of.key)}</title>
      <rect {...rectOf(box)} rx={box.h / 2} />
      <CellText box={box} text={name} />
    </a>
  );
}

function PlaceView({
  cell: { box, of, reached },
  ...standing
}: DrawingProps & { readonly cell: PlaceCell }) {
  const way = reached === undefined ? "" : reached ? " reached" : " reached down";
  if (!("key" in of)) {
    return (
      <g class={`cell${way}`}>
        <rect {...rectOf(box)} rx={3} />
        <CellText box={box} text={of.address} />
      </g>
    );
  }
  const { namespace, pod, madeUp } = standing.life.vantage;
  const isOwn = !madeUp && of.key === `${namespace}/${pod}`;
  return (
    <a
      class={`cell pod${way}${isOwn ? " own" : ""}${of.ready ? "" : " down"}`}
      href={podLife(standing, of)}
      aria-label={labelOf(of.name, `ask from Pod ${of.key}${of.ready ? "" : ", not ready"}`)}
      aria-current={isOwn ? "true" : undefined}
    >
      <title>{printable(`${of.key} ${of.address}`)}</title>
      <rect {...rectOf(box)} rx={3} />
      <CellText box={box} text={`${isOwn ? "$ " : ""}${of.name}`} />
    </a>
  );
}

/** What is read aloud has the words that are seen, also where they are cut. */
function labelOf(text: string, words: string): string {
  return printable(text.length > ROOM ? `${cut(text)}: ${words}` : words);
}

function CellText({ box, text }: { readonly box: Box; readonly text: string }) {
  return (
    <text x={box.x + 10} y={box.y + box.h / 2 + 4}>
      {cut(text)}
    </text>
  );
}

function cut(text: string): string {
  return fitted(printable(text), ROOM);
}

function rectOf({ x, y, w, h }: Box) {
  return { x, y, width: w, height: h };
}
