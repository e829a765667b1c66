/**
 * The account of a lookup's life, and its packets.
 *
 * @module
 */
import { type OpenCluster, withCoreDns } from "../clusters.ts";
import { printKey } from "../coredns/corefile.ts";
import { printRR } from "../dns/records.ts";
import { type Exchanged, received, traceOf } from "../exchanged.ts";
import { alive, connectionText } from "../packet/conntrack.ts";
import { printResolvConf } from "../stub/resolvconf.ts";
import type { StubSettings } from "../stub/resolver.ts";
import { readTyped, refusal } from "../stub/typed.ts";
import { traceJson } from "../trace/json.ts";
import type {
  Life,
  LifeCandidate,
  LifeConntrack,
  LifeCoreDns,
  LifeQuery,
  LifeSettings,
} from "../trace/life.ts";
import { advise, type Change } from "./advice.ts";
import { faultText } from "./fault.ts";
import { MOST_RULES, spellPackets } from "./packets.ts";
import { type Call, type LifeOptions, type Ran, run, type Setting } from "./run.ts";
import type { Sent } from "./wire.ts";

export interface Lived {
  readonly life: Life;
  /** For the capture. */
  readonly sent: readonly Sent[];
}

/** @param self the path and query of the account of a changed lookup */
export async function live(
  call: Call,
  options: LifeOptions,
  setting: Setting,
  open: OpenCluster,
  self: (change: Change) => string,
): Promise<Lived> {
  const ran = await run(call, options, options.fault ? afresh(setting, open) : setting);
  const { vantage } = setting;
  const { cluster, pod } = vantage;
  const { prepared, question, libc, hosts, before, wire, outcome, cost } = ran;
  const mode = cluster.kubeProxy.mode;
  const { packets, isCut } = spellPackets(wire.sent, mode === "iptables" ? undefined : mode);
  const life: Life = {
    version: 1,
    asked: {
      name: call.typed,
      call: call.type === undefined ? "getaddrinfo" : "res_search",
      ...(call.type === undefined && { family: options.family ?? "any" }),
      types: question.types,
      seed: options.seed,
      ...(options.fault && { fault: faultText(options.fault) }),
      self: self({}),
    },
    vantage: {
      cluster: cluster.name,
      namespace: vantage.namespace,
      pod: pod.name,
      madeUp: vantage.madeUp,
      ...(pod.nodeName !== undefined && { node: pod.nodeName }),
      address: vantage.address,
      dnsPolicy: pod.dnsPolicy,
      hostNetwork: pod.hostNetwork,
      libc,
      libcVersion: prepared.stub.version,
    },
    files: { resolvConf: printResolvConf(prepared.conf), hosts },
    events: vantage.events,
    settings: settingsOf(prepared.settings),
    before: before.steps,
    candidates: ran.result === undefined ? [] : candidatesOf(ran),
    queries: queriesOf(ran),
    packets,
    conntrack: conntrackOf(ran),
    coredns: coreDnsOf(open),
    result: outcome,
    cost,
    advice: await advise(ran, options, setting, open, self),
    notes: [
      ...notesOf(ran, options, setting),
      ...(isCut ? [`the rules of later packets are left out: ${MOST_RULES} are told`] : []),
    ],
  };
  return { life, sent: wire.sent };
}

/** With empty caches: a fault moves the clock, which the caches of other lookups must not follow. */
function afresh(setting: Setting, { cluster }: OpenCluster): Setting {
  const opened = withCoreDns(cluster);
  return opened.ok ? { ...setting, coredns: opened.value.coredns } : setting;
}

function settingsOf(settings: StubSettings): LifeSettings {
  const { nameservers, search, ndots, timeout, attempts, notes } = settings;
  const flags = [
    settings.rotate && "rotate",
    settings.singleRequest && "single-request",
    settings.singleRequestReopen && "single-request-reopen",
    settings.useVc && "use-vc",
    settings.noAaaa && "no-aaaa",
  ].filter((flag) => flag !== false);
  return { nameservers, search, ndots, timeout, attempts, flags, notes };
}

function candidatesOf({ prepared, question, exchanged, result }: Ran): readonly LifeCandidate[] {
  const { stub, conf } = prepared;
  return stub.candidates(question, conf).map(({ text, suffix, reason }, index) => {
    const found = result?.kind === "found" && result.by.candidate === index;
    const own = exchanged.filter(({ query }) => query.candidate === index);
    return {
      name: text,
      ...(suffix !== undefined && { suffix }),
      reason,
      outcome: found ? "found" : outcomeOf(own),
    };
  });
}

function outcomeOf(own: readonly Exchanged[]): LifeCandidate["outcome"] {
  if (own.length === 0) return "unsent";
  const replies = own.flatMap((one) => received(one) ?? []);
  if (replies.some(({ rcode }) => rcode === "NXDOMAIN")) return "NXDOMAIN";
  return replies.some(({ rcode }) => rcode === "NOERROR") ? "NODATA" : "failed";
}

function queriesOf(ran: Ran): readonly LifeQuery[] {
  const { exchanged, prepared, question, journey } = ran;
  const { stub, conf, settings } = prepared;
  const candidates = stub.candidates(question, conf);
  const traced = traceJson(traceOf(exchanged, () => candidates, []));
  return traced.map((one, index) => {
    const { query, outcome, ...rest } = exchanged[index] as Exchanged;
    const reply = received({ query, outcome, ...rest });
    const sent = journey?.exchanges[index];
    return {
      ...one,
      index,
      candidate: query.candidate,
      server: settings.nameservers[query.server] ?? "",
      protocol: query.protocol,
      port: sent?.port ?? 0,
      at: query.at,
      ...(outcome.kind === "timeout" && { waited: query.limit }),
      ...(sent?.reached !== undefined && { reached: sent.reached }),
      answer: (reply?.answer ?? []).map(printRR),
      authority: (reply?.authority ?? []).map(printRR),
      request: sent ? base64(sent.request) : "",
      ...(sent?.reply && reply && { reply: base64(sent.reply) }),
    };
  });
}

function base64(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return btoa(text);
}

function conntrackOf({ wire }: Ran): readonly LifeConntrack[] {
  const now = wire.now / 1000;
  return [...wire.network].flatMap(([host, { connections }]) => {
    const entries = alive(connections, now).map((one) => connectionText(one, now));
    return entries.length === 0 ? [] : [{ host, entries }];
  });
}

function coreDnsOf({ cluster, coredns }: OpenCluster): LifeCoreDns {
  return {
    version: VERSION,
    corefile: cluster.corefile,
    plugins: coredns.blocks.flatMap(({ keys, plugins }) =>
      plugins.map(({ directive }) => ({
        block: keys.map(printKey).join(" "),
        plugin: directive.name,
        line: directive.line,
      })),
    ),
  };
}

/** The commit whose behaviour is built (docs/corefile.md). */
const VERSION = "CoreDNS 4b26cced (August 2026)";

function notesOf(ran: Ran, { fault }: LifeOptions, { vantage }: Setting): readonly string[] {
  const { call, question, libc, journey, result, cost } = ran;
  const notes: string[] = [];
  const typed = readTyped(call.typed);
  const refused = result !== undefined && typed && refusal(typed, question, libc);
  if (refused) notes.push(`nothing is sent: ${refused}`);
  if (result !== undefined && journey === undefined) {
    notes.push("nothing says the Pod's address, so that no packet can be shown");
  }
  const { mode } = vantage.cluster.kubeProxy;
  if (mode !== "iptables") notes.push(`kube-proxy is in ${mode} mode: its rules are not modelled`);
  if (fault?.kind === "conntrack-race" && journey?.raced() !== true) {
    notes.push(`fault conntrack-race: ${NO_RACE}`);
  }
  if (fault?.kind === "drop" && ran.wire.sent.length < fault.packet) {
    notes.push(`fault drop=${fault.packet}: only ${ran.wire.sent.length} packets were sent`);
  }
  if (fault !== undefined) notes.push("CoreDNS's caches begin empty in this account");
  if (cost.ms > 0) notes.push("times are modelled from the limits of the libc and of CoreDNS");
  for (const assumed of vantage.cluster.assumed) notes.push(`assumed: ${assumed}`);
  return notes;
}

const NO_RACE =
  "no two packets of a new flow left one socket together through connection tracking, so none was lost";
