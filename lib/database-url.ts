import { readFileSync } from "node:fs";
import type { ClientConfig } from "pg";

/** Where the database is and how it is reached. */
export type DatabasePlace = {
  /** For `pg`. */
  readonly client: ClientConfig;
  /** The schema that holds the tables, as Prisma's URLs name it; `public` otherwise. */
  readonly schema: string;
  /** What people are told: host and port, or the folder of the socket. Nothing of the password. */
  readonly name: string;
  /** TLS without looking at the server's certificate. */
  readonly isUnverified: boolean;
};

/** The URL cannot be read. The message ends a sentence that begins with DATABASE_URL, and quotes nothing of it. */
export class DatabaseUrlError extends Error {
  override readonly name = "DatabaseUrlError";
}

const FORM = "must be a PostgreSQL URL, like postgresql://user:password@host:5432/latchkey";
const MODES = ["disable", "allow", "prefer", "require", "no-verify", "verify-ca", "verify-full"];

/** As libpq does; a lone percent sign, which libpq refuses, means itself. */
function decode(text: string): string {
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent);
  } catch {
    throw new DatabaseUrlError("holds percent-encoded bytes that are not UTF-8");
  }
}

function parametersOf(query: string): Map<string, string> {
  const pairs = query.split("&").filter(Boolean);
  if (pairs.some((pair) => !/^[^=]+=[^=]*$/.test(pair)))
    throw new DatabaseUrlError("must have parameters of the form name=value after its question mark");
  return new Map(pairs.map((pair) => pair.split("=", 2).map(decode) as [string, string]));
}

function fileOf(parameter: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new DatabaseUrlError(`has ${parameter}=${path}, a file that cannot be read`);
  }
}

/** libpq's `sslmode` (PostgreSQL documentation, 32.19), except that without one `pg` decides: no TLS, unless PGSSLMODE says so. */
function tlsOf(parameters: Map<string, string>): ClientConfig["ssl"] {
  const isAsked = ["true", "1", "no-verify"].includes(parameters.get("ssl") ?? "");
  const mode = parameters.get("sslmode") ?? (isAsked ? "require" : undefined);
  if (mode === undefined) return undefined;
  if (!MODES.includes(mode)) throw new DatabaseUrlError(`has an sslmode that is none of ${MODES.join(", ")}`);
  if (mode === "disable") return false;
  const root = parameters.get("sslrootcert");
  const [certificate, key, password] = ["sslcert", "sslkey", "sslpassword"].map((name) =>
    parameters.get(name),
  );
  const isVerified = mode.startsWith("verify-") || (mode === "require" && root !== undefined);
  if (mode === "verify-ca" && (root === undefined || root === "system"))
    throw new DatabaseUrlError(
      "has sslmode=verify-ca and names no authority: add sslrootcert=/path/to/its/certificate.pem, or use sslmode=verify-full",
    );
  return {
    rejectUnauthorized: isVerified,
    ...(root === undefined || root === "system" || !isVerified ? {} : { ca: fileOf("sslrootcert", root) }),
    ...(certificate === undefined ? {} : { cert: fileOf("sslcert", certificate) }),
    ...(key === undefined ? {} : { key: fileOf("sslkey", key) }),
    ...(password === undefined ? {} : { passphrase: password }),
    // Who is right for any name is asked for by no name.
    ...(isVerified && mode !== "verify-full" && root !== "system"
      ? { checkServerIdentity: () => undefined }
      : {}),
  };
}

/**
 * Reads DATABASE_URL as libpq does (PostgreSQL documentation, 32.1.1.2). WHATWG's URL, which `pg` uses, knows no socket and ends at a `#`.
 * What is left out comes from `pg`: PGHOST and its like, `~/.pgpass`.
 *
 * @throws DatabaseUrlError when it cannot be read, or could be read in two ways.
 */
export function readDatabaseUrl(url: string): DatabasePlace {
  const rest = /^postgres(?:ql)?:\/\/(.*)$/s.exec(url)?.[1];
  if (rest === undefined) throw new DatabaseUrlError(FORM);
  const [, head = "", tail = ""] = /^([^/]*)(.*)$/s.exec(rest) ?? [];
  // Such a URL would be read with a piece of the password as host, port or database.
  if (tail.includes("@"))
    throw new DatabaseUrlError(
      "has an @ after its first slash: write a slash in the password as %2F, and an @ as %40",
    );
  // No host has an @ in it, so a raw one belongs to the password.
  const at = head.lastIndexOf("@");
  const [, user = "", password] = /^([^:]*)(?::(.*))?$/s.exec(head.slice(0, Math.max(at, 0))) ?? [];
  const [, place = "", path = "", query = ""] =
    /^([^?/]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(head.slice(at + 1) + tail) ?? [];
  if (place.includes(","))
    throw new DatabaseUrlError("names several hosts: name the one that takes writes, or a pooler's");
  const [, plain = "", digits = ""] = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5})?)?$/.exec(place) ?? [
    undefined,
    undefined,
  ];
  const parameters = parametersOf(query);
  const host = parameters.get("host") || decode(plain.replace(/^\[(.*)\]$/, "$1"));
  const port = parameters.get("port") || digits;
  const isWhole = place === "" || plain !== "" || digits !== "";
  if (!isWhole || !/^\d{0,5}$/.test(port) || Number(port) > 65_535)
    throw new DatabaseUrlError(`${FORM}; a : / @ or % in the password is written as %3A %2F %40 or %25`);
  if (/search_path/i.test(parameters.get("options") ?? ""))
    throw new DatabaseUrlError(
      "sets search_path in its options: name the schema with schema=, like ?schema=portal",
    );
  // A socket is not encrypted, whatever is asked for.
  const ssl = host.startsWith("/") ? false : tlsOf(parameters);
  const given = {
    host,
    port: port === "" ? undefined : Number(port),
    user: parameters.get("user") || decode(user),
    password: parameters.get("password") || decode(password ?? ""),
    database: parameters.get("dbname") || decode(path),
    options: parameters.get("options"),
  };
  return {
    client: { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value)), ssl },
    schema: parameters.get("schema") || "public",
    name: host.startsWith("/") ? host : `${host || "localhost"}:${port || "5432"}`,
    isUnverified: typeof ssl === "object" && ssl.rejectUnauthorized === false,
  };
}
