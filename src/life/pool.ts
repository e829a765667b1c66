/**
 * The sockets that servers keep open to the next ones, as CoreDNS's `forward` does (`plugin/pkg/proxy/persistent.go`): one
 * that waits for a reply is nobody else's, and the one that has been idle longest is taken first.
 *
 * Queries that reach a server together wait together, so what a lookup's step has taken stays taken until the next step.
 * A step is over long before `expire` ends, which is 10 s.
 *
 * @module
 */
import type { TcpConnection } from "./tcp.ts";
import type { Flow } from "./wire.ts";

export interface ServerSocket {
  readonly flow: Flow;
  tcp?: TcpConnection;
  /** Without a reply it is closed, not kept. */
  answered: boolean;
}

export class Pool {
  readonly #idle = new Map<string, ServerSocket[]>();
  #taken: { readonly key: string; readonly socket: ServerSocket }[] = [];

  /** @param make opens one where none is idle */
  take(key: string, make: () => Flow): ServerSocket {
    const socket = this.#idle.get(key)?.shift() ?? { flow: make(), answered: false };
    socket.answered = false;
    this.#taken.push({ key, socket });
    return socket;
  }

  /** The step is over: what was answered is idle again. */
  release(): void {
    for (const { key, socket } of this.#taken) {
      if (!socket.answered) continue;
      const idle = this.#idle.get(key) ?? [];
      this.#idle.set(key, idle);
      idle.push(socket);
    }
    this.#taken = [];
  }
}
