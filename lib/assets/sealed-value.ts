import { derivedKey, readingKeys, seal, unseal } from "@/lib/keys";
import type { AssetContent } from "./schema";

/** What the key of all values is derived for. */
export const ASSET_SEALING = "asset sealing";

/**
 * Encrypts a value under APP_SECRET, bound to its tenant and the asset's name, so that a row moved elsewhere opens nowhere.
 * Every type is encrypted: nobody has to know which values are secret.
 */
export function sealValue(content: AssetContent, boundTo: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(seal(derivedKey(ASSET_SEALING), Buffer.from(JSON.stringify(content)), boundTo));
}

/** Opens what `sealValue` made. */
export function openValue(sealed: Uint8Array, boundTo: string): AssetContent {
  return JSON.parse(unseal(readingKeys(ASSET_SEALING), sealed, boundTo).toString()) as AssetContent;
}

/** What a value is bound to. */
export const bindingOf = (tenantId: string, assetId: string) => `asset ${tenantId} ${assetId}`;
