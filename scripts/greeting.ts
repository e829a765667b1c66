/**
 * Where the local servers listen, and what they say when they are ready.
 *
 * @module
 */
export interface Addresses {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
}

/** Of `HOST`, `PORT` and `TLS_PORT`. @throws where a port is none */
export function addresses(env: Readonly<Record<string, string | undefined>>): Addresses {
  return {
    host: env.HOST || "127.0.0.1",
    port: portOf("PORT", env.PORT, 8787),
    tlsPort: portOf("TLS_PORT", env.TLS_PORT, 8443),
  };
}

function portOf(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined || value === "") return otherwise;
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${name} takes a port from 1 to 65535: received ${value}`);
}

export function greeting({ host, port, tlsPort }: Addresses): string {
  const shown = host.includes(":") ? `[${host}]` : host;
  return `ready
  http://${shown}:${port}
  https://${shown}:${tlsPort}  (TLS, HTTP/2; trust .cache/tls/authority.pem)

try
  curl -sS 'http://${shown}:${port}/resolve?name=web-service'
  dig @${host} -p ${tlsPort} +https api.example.com
  curl -sS -D- -o /dev/null 'http://${shown}:${port}/dns-query?name=api.example.com'`;
}
