import { createHmac, timingSafeEqual } from "node:crypto";
import { canonicalJson } from "@/lib/audit/digest";
import type { Renewal } from "@/lib/encrypted-column";
import { derivedKey, keyName, previousKey, readingKeys } from "@/lib/keys";
import type { CredentialKind } from "./schema";

/** What the key of all MACs is derived for. */
export const AUTHENTICATION = "credential authentication";

/** What of a credential's row decides whether it opens, and what. */
export type CredentialContent = {
  readonly id: string;
  readonly tenantId: string;
  readonly machineId: string;
  readonly kind: CredentialKind;
  readonly digest: Uint8Array | null;
  readonly pepperId: string | null;
  /** A JSON value: what `JSON.parse` gives. */
  readonly publicJwk: unknown;
  readonly algorithms: readonly string[];
  readonly expiresAt: Date | null;
  readonly expiryCutAt: Date | null;
  readonly revokedAt: Date | null;
  readonly disabledAt: Date | null;
  readonly allowedAddresses: readonly string[];
  readonly purchasesMax: number | null;
};

/** What a credential says that nobody has restricted. */
export const UNRESTRICTED = { disabledAt: null, allowedAddresses: [], purchasesMax: null };

type Mac = { readonly mac: Uint8Array; readonly macKeyId: string };
export type CredentialRow = CredentialContent & Mac;

/** The columns of a row with its MAC, as Prisma is asked for them. */
export const ROW = {
  id: true,
  tenantId: true,
  machineId: true,
  kind: true,
  digest: true,
  pepperId: true,
  publicJwk: true,
  algorithms: true,
  expiresAt: true,
  expiryCutAt: true,
  revokedAt: true,
  disabledAt: true,
  allowedAddresses: true,
  purchasesMax: true,
  mac: true,
  macKeyId: true,
} as const;

const instant = (at: Date | null) => at?.getTime() ?? null;

/**
 * @returns the one text of a row that its MAC is over: a JSON array that begins with what it is and its version. What the second version has
 *   more is left out where a row has none of it, so that rows from before keep their MACs.
 */
export function contentText(row: CredentialContent): string {
  const { disabledAt, allowedAddresses, purchasesMax } = row;
  const isRestricted = disabledAt !== null || allowedAddresses.length > 0 || purchasesMax !== null;
  return JSON.stringify([
    isRestricted ? "latchkey credential 2" : "latchkey credential 1",
    row.id,
    row.tenantId,
    row.machineId,
    row.kind,
    row.digest && Buffer.from(row.digest).toString("hex"),
    row.pepperId,
    row.publicJwk && canonicalJson(row.publicJwk),
    row.algorithms,
    instant(row.expiresAt),
    instant(row.expiryCutAt),
    instant(row.revokedAt),
    ...(isRestricted ? [instant(disabledAt), allowedAddresses, purchasesMax] : []),
  ]);
}

const macOf = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();

const isEqual = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && timingSafeEqual(one, other);

/** @returns what is written beside a row that says this: its MAC under the present APP_SECRET */
export function authenticated(content: CredentialContent): {
  mac: Uint8Array<ArrayBuffer>;
  macKeyId: string;
} {
  const key = derivedKey(AUTHENTICATION);
  return { mac: Uint8Array.from(macOf(key, contentText(content))), macKeyId: keyName(key) };
}

/** Whether the row is as Latchkey wrote it. Costs the same for any row, right or wrong. */
export function isAuthentic(row: CredentialRow): boolean {
  const named = readingKeys(AUTHENTICATION).find((key) => keyName(key) === row.macKeyId);
  return isEqual(macOf(named ?? derivedKey(AUTHENTICATION), contentText(row)), row.mac);
}

/** @returns under which APP_SECRET a MAC is right; what is under the previous one also comes anew under the present one */
export function renewedMac(text: string, mac: Uint8Array): Renewal {
  const key = derivedKey(AUTHENTICATION);
  const anew = macOf(key, text);
  if (isEqual(anew, mac)) return { under: "current" };
  const previous = previousKey(AUTHENTICATION);
  if (!previous || !isEqual(macOf(previous, text), mac)) return { under: "neither" };
  return { under: "previous", anew: Uint8Array.from(anew) };
}
