/**
 * The cluster as a list: Services to ask for, Pods to ask from, nodes. Links, so that it works without scripts too.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { Name, printable } from "../text.tsx";
import { namespaceLife, podLife, type Standing, serviceLife } from "./addresses.ts";
import { type ClusterView, endpointsOf, filtered, type PodView, type ServiceView } from "./view.ts";

export interface ObjectsProps extends Standing {
  readonly view: ClusterView;
  readonly filter: string;
}

/** Of each kind: a longer list is none that a person reads, and the filter is beside it. */
const MOST = 60;

export function Objects(props: ObjectsProps) {
  const { view, filter, life } = props;
  const services = filtered(view.services, filter, MOST);
  const pods = filtered(view.pods, filter, MOST);
  const nodes = filtered(view.nodes, filter, MOST);
  const namespaces = filtered(
    view.namespaces.map((name) => ({ name, address: "", ready: true })),
    filter,
    MOST,
  );
  const own = `${life.vantage.namespace}/${life.vantage.pod}`;
  return (
    <div class="objects">
      <Kind name="Services" found={services} all={view.services.length}>
        {services.shown.map((service) => (
          <ServiceRow {...props} service={service} />
        ))}
      </Kind>
      <Kind name="Pods" found={pods} all={view.pods.length}>
        {pods.shown.map((pod) => (
          <PodRow {...props} pod={pod} isOwn={pod.key === own && !life.vantage.madeUp} />
        ))}
      </Kind>
      <Kind name="Nodes" found={nodes} all={view.nodes.length}>
        {nodes.shown.map(({ name, address, ready }) => (
          <li>
            <span class="named">
              <Name text={printable(name)} />
            </span>
            <code>{printable(address)}</code>
            <span class="about">{ready ? "" : "not ready"}</span>
          </li>
        ))}
      </Kind>
      <Kind name="Namespaces" found={namespaces} all={view.namespaces.length}>
        {namespaces.shown.map(({ name }) => (
          <li>
            <span class="named">
              <a href={namespaceLife(props, name)}>
                <Name text={printable(name)} />
              </a>
            </span>
            <span />
            <span class="about">ask from a new Pod there</span>
          </li>
        ))}
      </Kind>
    </div>
  );
}

/** `4 namespaces, 23 Services, 17 Pods, 3 nodes` */
export function countsOf({ namespaces, services, pods, nodes }: ClusterView): string {
  return [
    counted(namespaces.length, "namespace"),
    counted(services.length, "Service"),
    counted(pods.length, "Pod"),
    counted(nodes.length, "node"),
  ].join(", ");
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

interface KindProps {
  readonly name: string;
  readonly found: { readonly shown: readonly unknown[]; readonly total: number };
  readonly all: number;
  readonly children?: Child;
}

function Kind({ name, found, all, children }: KindProps) {
  if (all === 0) return null;
  const { shown, total } = found;
  const more = total - shown.length;
  return (
    <details open>
      <summary>
        {name}{" "}
        <span class="count">
          {total === all
            ? all.toLocaleString("en")
            : `${total.toLocaleString("en")} of ${all.toLocaleString("en")}`}
        </span>
      </summary>
      <ul>{children}</ul>
      {more > 0 ? (
        <p class="more">
          and {more.toLocaleString("en")} more: filter by name, namespace, address or node
        </p>
      ) : null}
    </details>
  );
}

function ServiceRow({
  service,
  view,
  ...standing
}: ObjectsProps & { readonly service: ServiceView }) {
  return (
    <li>
      <span class="named">
        <a href={serviceLife(standing, service)} title={printable(`ask for ${service.key}`)}>
          <Name text={printable(service.name)} />
        </a>
        <span class="space">.{printable(service.namespace)}</span>
      </span>
      <code>{printable(service.address)}</code>
      <span class="about">{aboutService(view, service)}</span>
    </li>
  );
}

function aboutService(view: ClusterView, service: ServiceView): string {
  const type = service.type === "ClusterIP" ? "" : `${printable(service.type)}, `;
  if (service.type === "ExternalName") return "ExternalName";
  const endpoints = endpointsOf(view, service);
  const ready = endpoints.filter((one) => one.ready).length;
  const rest = endpoints.length - ready;
  return `${type}${counted(ready, "endpoint")}${rest === 0 ? "" : `, ${rest} not ready`}`;
}

function PodRow({
  pod,
  isOwn,
  ...standing
}: ObjectsProps & { readonly pod: PodView; readonly isOwn: boolean }) {
  const { ended, ready, about, node } = pod;
  const state = ended ? "ended" : ready ? "" : "not ready";
  const words = [isOwn ? "asks now" : "", state, about, node].filter((word) => word !== "");
  return (
    <li aria-current={isOwn ? "true" : undefined}>
      <span class="named">
        {ended ? (
          <Name text={printable(pod.name)} />
        ) : (
          <a href={podLife(standing, pod)} title={printable(`ask from ${pod.key}`)}>
            <Name text={printable(pod.name)} />
          </a>
        )}
        <span class="space">.{printable(pod.namespace)}</span>
      </span>
      <code>{printable(pod.address)}</code>
      <span class="about">{printable(words.join(", "))}</span>
    </li>
  );
}
