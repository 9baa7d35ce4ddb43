import type { Option } from "@/components/ui/select";
import { ASSET_TYPES, type AssetType } from "@/lib/assets/schema";

export const TYPE_LABELS = {
  Text: "Text",
  Number: "Number",
  Boolean: "Boolean",
  Json: "JSON",
  Credential: "Credential",
} as const satisfies Record<AssetType, string>;

export const TYPE_OPTIONS: readonly Option[] = ASSET_TYPES.map((type) => ({
  value: type,
  label: TYPE_LABELS[type],
}));

/** @returns what the value starts as in a form of this type */
export const emptyValue = (type: AssetType): string => (type === "Boolean" ? "true" : "");
