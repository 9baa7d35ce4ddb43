import { isJsonNumber, isKept, readJson } from "@/lib/json-text";
import type { AssetContent, AssetType } from "./schema";

type Typed = { readonly type: AssetType; readonly value: string; readonly username: string };

/**
 * Reads what a person typed as a value of the type.
 * @returns the value, or what is wrong with it
 */
export function assetContent({
  type,
  value,
  username,
}: Typed):
  | { readonly ok: true; readonly content: AssetContent }
  | { readonly ok: false; readonly field: "value" | "username"; readonly message: string } {
  const wrong = (message: string, field: "value" | "username" = "value") => ({
    ok: false as const,
    field,
    message,
  });
  switch (type) {
    case "Text":
      return { ok: true, content: value };
    case "Number":
      if (!isJsonNumber(value)) return wrong("Enter a number, such as 3, -2.5 or 1e6.");
      return isKept(value)
        ? { ok: true, content: Number(value) }
        : wrong("Robots would get another number than this one. Use an asset of type Text for it.");
    case "Boolean":
      return value === "true" || value === "false"
        ? { ok: true, content: value === "true" }
        : wrong("Choose true or false.");
    case "Json": {
      const read = readJson(value);
      return read.ok ? { ok: true, content: read.value as AssetContent } : wrong(read.message);
    }
    case "Credential":
      if (username === "") return wrong("Enter a user name.", "username");
      return value === "" ? wrong("Enter a password.") : { ok: true, content: { username, password: value } };
  }
}

/** @returns the value as a person reads it; null for a credential, which nobody reads again */
export function shownContent(type: AssetType, content: AssetContent): string | null {
  if (type === "Credential") return null;
  return type === "Json" ? JSON.stringify(content, null, 2) : String(content);
}
