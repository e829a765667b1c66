/**
 * The certificate of the local edge: a small authority of this checkout, and a leaf for localhost.
 *
 * Browsers refuse a self-signed leaf even where they trust it, so there are two.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** Path of the authority's certificate, to trust. */
  readonly authority: string;
}

const DAYS_VALID = 365;
const DAY = 86_400_000;

/** Reads the certificate kept in `folder`, or makes it there where it is missing or about to end. */
export async function localCertificate(folder: string): Promise<Certificate> {
  const paths = {
    key: join(folder, "localhost.key"),
    cert: join(folder, "localhost.pem"),
    authority: join(folder, "authority.pem"),
    made: join(folder, "made"),
  };
  const age = existsSync(paths.made)
    ? Date.now() - Number(readFileSync(paths.made, "utf8"))
    : DAY * DAYS_VALID;
  if (age > (DAYS_VALID - 30) * DAY) await make(folder, paths);
  return {
    key: readFileSync(paths.key, "utf8"),
    cert: readFileSync(paths.cert, "utf8"),
    authority: paths.authority,
  };
}

async function make(
  folder: string,
  paths: Record<"key" | "cert" | "authority" | "made", string>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const ends = {
    notBeforeDate: new Date(Date.now() - DAY),
    notAfterDate: new Date(Date.now() + DAYS_VALID * DAY),
  };
  const authority = await generate([{ name: "commonName", value: "ndots local authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    ...ends,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    ...ends,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  writeFileSync(paths.key, leaf.private, { mode: 0o600 });
  writeFileSync(paths.cert, `${leaf.cert}\n${authority.cert}`);
  writeFileSync(paths.authority, authority.cert);
  writeFileSync(paths.made, String(Date.now()));
}
