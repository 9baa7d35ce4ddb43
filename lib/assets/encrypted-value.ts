import { decrypt, derivedKey, encrypt, readingKeys } from "@/lib/keys";
import type { AssetContent, AssetType } from "./schema";

/** What the key of all values is derived for. */
export const ASSET_SEALING = "asset sealing";

/**
 * Encrypts a value under APP_SECRET, bound to where it belongs, so that a row moved elsewhere opens nowhere.
 * Every type is encrypted: nobody has to know which values are secret.
 */
export function encryptValue(content: AssetContent, boundTo: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encrypt(derivedKey(ASSET_SEALING), Buffer.from(JSON.stringify(content)), boundTo));
}

/** Opens what `encryptValue` made. */
export function openValue(encrypted: Uint8Array, boundTo: string): AssetContent {
  return JSON.parse(decrypt(readingKeys(ASSET_SEALING), encrypted, boundTo).toString()) as AssetContent;
}

type Asset = { readonly tenantId: string; readonly id: string; readonly type: AssetType };

/** What a value is bound to: whose robots it is for (null: all that have none of their own), and what it may be shown as. */
export const bindingOf = ({ tenantId, id, type }: Asset, machineId: string | null) =>
  `asset value ${tenantId} ${id} ${type} ${machineId ?? "all"}`;

/** What an older version bound it to. */
export const olderBindingOf = ({ tenantId, id }: Asset) => `asset ${tenantId} ${id}`;
