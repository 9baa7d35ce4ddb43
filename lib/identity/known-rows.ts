import { LRUCache } from "lru-cache";
import { isAuthentic } from "@/lib/credentials/authentic";
import type { SharedStatement, Sql } from "@/lib/ctx";
import {
  type AuthenticatedClient,
  CONTENT,
  type CredentialWithMachine,
  clientOf,
  readContent,
  TABLES,
  VERSION,
} from "./credential-row";

/** A row as it was when it was last read, under its version; the database says each time whether that is still the version. */
export type KnownRow = {
  readonly version: string;
  /** Null where its MAC is wrong. */
  readonly authentic: { readonly row: CredentialWithMachine; readonly client: AuthenticatedClient } | null;
};

/** Some fifteen megabytes. Robots ask for the same credential again and again, and reading it costs more than asking whether it changed. */
const knownRows = new LRUCache<string, KnownRow>({ max: 10_000 });

/** @returns what is known of a credential: nothing may be decided by it before the database has named the same version */
export const knownRow = (credentialId: string): KnownRow | null => knownRows.get(credentialId) ?? null;

/** @returns the row under its version, as it is known from now on */
export function rememberRow(row: CredentialWithMachine, version: string): KnownRow {
  const known = { version, authentic: isAuthentic(row.credential) ? { row, client: clientOf(row) } : null };
  knownRows.set(row.credential.id, known);
  return known;
}

export const each = <T>(values: readonly T[]) => [...new Set(values)];

/** Asks for the version of a credential, and nothing else: reading what a row says costs ten times as much. */
const VERSIONS: SharedStatement<string, string | null> = {
  name: "credential_versions",
  text: `SELECT c.id, ${VERSION} AS version FROM ${TABLES} WHERE c.id = ANY($1::text[])`,
  values: (ids) => [each(ids)],
  answers: (rows: readonly { id: string; version: string }[], ids) => {
    const versions = new Map(rows.map(({ id, version }) => [id, version]));
    return ids.map((id) => versions.get(id) ?? null);
  },
  asker: (id) => id,
};

/** @returns whether the row is at this moment as it is known */
export const isUnchanged = async (db: Sql, credentialId: string, { version }: KnownRow): Promise<boolean> =>
  (await db.ask(VERSIONS, credentialId)) === version;

type ReadRow = { readonly id: string; readonly version: string; readonly content: string };

const ROWS: SharedStatement<string, KnownRow | null> = {
  name: "credential_rows",
  text: `SELECT c.id, ${VERSION} AS version, ${CONTENT} AS content FROM ${TABLES} WHERE c.id = ANY($1::text[])`,
  values: (ids) => [each(ids)],
  answers: (rows: readonly ReadRow[], ids) => {
    const read = new Map(
      rows.map(({ id, version, content }) => [id, rememberRow(readContent(content), version)]),
    );
    return ids.map((id) => read.get(id) ?? null);
  },
  asker: (id) => id,
};

/** @returns the row where it is known in this version, or as it is read now; null where there is none */
export async function rowOfVersion(db: Sql, credentialId: string, version: string): Promise<KnownRow | null> {
  const known = knownRow(credentialId);
  return known?.version === version ? known : db.ask(ROWS, credentialId);
}
