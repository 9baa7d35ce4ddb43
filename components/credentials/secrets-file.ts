import type { IssuedSecret } from "@/lib/credentials/schema";
import { csvRecord } from "@/lib/csv";

/** A new client secret of one of many machines; its value is null where it is in an encrypted file. */
export type ManySecret = Omit<IssuedSecret, "clientSecret"> & {
  readonly clientSecret: string | null;
  /** The secret id of the one that it takes the place of. */
  readonly replaces?: string;
};

/** What one deed on many machines gives, once. */
export type SecretsAnswer = {
  readonly secrets: readonly ManySecret[];
  /** Who got none, and why. */
  readonly problems: readonly { readonly name: string; readonly detail: string }[];
  /** An armored age file with the secrets' values, where a recipient was named. */
  readonly encrypted: string | null;
  /** What else there is to know. */
  readonly note?: string | null;
};

const COLUMNS: readonly (readonly [name: string, value: (secret: ManySecret) => string])[] = [
  ["name", ({ machineName }) => machineName],
  ["clientId", ({ clientId }) => clientId],
  ["clientSecret", ({ clientSecret }) => clientSecret ?? ""],
  ["secretId", ({ secretId }) => secretId],
  ["expiresAt", ({ expiresAt }) => expiresAt?.toISOString() ?? ""],
];
const REPLACES: (typeof COLUMNS)[number] = ["replaces", ({ replaces }) => replaces ?? ""];

/** @returns the file that is downloaded, by its name */
export function secretsFile({ secrets, encrypted }: SecretsAnswer): { name: string; text: string } {
  if (encrypted !== null) return { name: "latchkey-secrets.json.age", text: encrypted };
  const columns = secrets.some(({ replaces }) => replaces) ? [...COLUMNS, REPLACES] : COLUMNS;
  const head = csvRecord(columns.map(([name]) => name));
  const lines = secrets.map((secret) => csvRecord(columns.map(([, value]) => value(secret))));
  return { name: "latchkey-secrets.csv", text: head + lines.join("") };
}
