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
    case "Number": {
      const number = Number(value);
      return value.trim() !== "" && Number.isFinite(number)
        ? { ok: true, content: number }
        : wrong("Enter a number, such as 3 or 2.5.");
    }
    case "Boolean":
      return value === "true" || value === "false"
        ? { ok: true, content: value === "true" }
        : wrong("Choose true or false.");
    case "Json":
      try {
        return { ok: true, content: JSON.parse(value) as AssetContent };
      } catch {
        return wrong("This is not JSON. Strings and names need double quotes.");
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
