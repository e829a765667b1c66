/**
 * The commands by name, each with its line in `help`.
 *
 * @module
 */
import { busyboxNslookup } from "./busybox-nslookup.ts";
import { dig } from "./dig.ts";
import { cat, cd, hostnameCommand, ls } from "./files.ts";
import { grep, head, sort, tail, wc } from "./filters.ts";
import { getent } from "./getent.ts";
import { host } from "./host.ts";
import { kubectl } from "./kubectl.ts";
import { conntrack, iptablesSave } from "./node-tools.ts";
import { nslookup } from "./nslookup.ts";
import { type Command, linesOf, type Ran, type Scene, said } from "./session.ts";

export interface Known {
  readonly run: Command;
  readonly does: string;
  /** What stands behind its name. */
  readonly takes: string;
}

export const COMMANDS: Readonly<Record<string, Known>> = {
  cat: known(cat, "print /etc/resolv.conf, /etc/hosts, /etc/hostname", "FILE..."),
  cd: known(cd, "change the directory", "[DIRECTORY]"),
  clear: known(() => ({ lines: [], status: 0, effect: "clear" }), "empty the screen"),
  conntrack: known(conntrack, "the nodes' connections after the last lookup", "-L [-p PROTOCOL]"),
  dig: known(
    dig,
    "ask for a name as it is, or with +search",
    "[@SERVER] NAME... [TYPE] [-x ADDRESS] [+short] [+[show]search] [+ndots=N] [+domain=NAME] [+[no]all|answer|comments|…] [+[no]tcp|dnssec|recurse|edns]",
  ),
  echo: known(echo, "print words; $? is the last status", "[WORD]..."),
  exit: known(() => ({ lines: [], status: 0, effect: "exit" }), "leave the shell"),
  getent: known(
    getent,
    "ask as an application does: hosts file, then the libc's search",
    "hosts|ahosts|ahostsv4|ahostsv6 NAME...",
  ),
  grep: known(grep, "lines that match", "[-cFinv] PATTERN [FILE]..."),
  head: known(head, "the first lines", "[-n LINES] [FILE]..."),
  help: known(help, "this list, or one command", "[COMMAND]"),
  history: known(history, "what was typed"),
  host: known(
    host,
    "search for A, AAAA and MX by resolv.conf's ndots",
    "[-rTV] [-N NDOTS] [-t TYPE] NAME [SERVER]",
  ),
  hostname: known(hostnameCommand, "the Pod's name"),
  "ip6tables-save": known(iptablesSave(6), "the node's IPv6 rules", "[-t TABLE]"),
  "iptables-save": known(iptablesSave(4), "the node's rules, kube-proxy's too", "[-t TABLE]"),
  kubectl: known(
    kubectl,
    "the cluster's objects",
    "get svc|pods|endpointslices|endpoints|nodes|ns|cm [NAME...] [-n NAMESPACE|-A] [-o wide|name|json|yaml]",
  ),
  ls: known(ls, "list a directory", "[PATH]..."),
  nslookup: known(
    (args, scene) =>
      scene.session.seat.libc === "musl" ? busyboxNslookup(args, scene) : nslookup(args, scene),
    "search for A, then AAAA; an Alpine Pod has BusyBox's",
    "[-type=TYPE] [-nosearch] [-ndots=N] [-domain=NAME] NAME [SERVER]",
  ),
  pwd: known((_, { session }) => said(session.cwd), "the directory"),
  sort: known(sort, "lines in order", "[-ru] [FILE]..."),
  tail: known(tail, "the last lines", "[-n LINES] [FILE]..."),
  wc: known(wc, "count lines", "-l [FILE]..."),
};

function known(run: Command, does: string, takes = ""): Known {
  return { run, does, takes };
}

function echo(args: readonly string[]): Ran {
  const newline = args[0] !== "-n";
  return { lines: linesOf(`${(newline ? args : args.slice(1)).join(" ")}\n`), status: 0 };
}

function history(_: readonly string[], { session }: Scene): Ran {
  return {
    lines: session.history.map((line, at) => ({ text: `${`${at + 1}`.padStart(5)}  ${line}` })),
    status: 0,
  };
}

function help([name]: readonly string[], { session }: Scene): Ran {
  if (name !== undefined) {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) return said(`help: no command ${name}: help alone lists them`, 1);
    return said(`${name} ${command.takes}\n    ${command.does}`);
  }
  const { pod, namespace, libc } = session.seat;
  const rows = Object.entries(COMMANDS).map(([word, { does }]) => `  ${word.padEnd(14)}  ${does}`);
  return said(
    [
      `A shell in Pod ${namespace}/${pod} (${libc}). Each lookup is a DNS query of your browser's own, over HTTPS.`,
      ...rows,
      "Lines may end in | grep, head, tail, sort or wc. Tab completes names, the arrow keys go through what was typed.",
    ].join("\n"),
  );
}
