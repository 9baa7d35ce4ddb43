import { armor, Encrypter } from "age-encryption";
import { Refusal } from "./errors";

/**
 * Who may read a file: the owner of the identity that belongs to an age recipient (https://age-encryption.org/v1).
 * @returns encrypts a text to them, as an armored age file
 * @throws Refusal `invalid` at `recipient` when it is none
 */
export function encrypterTo(recipient: string): (text: string) => Promise<string> {
  const encrypter = new Encrypter();
  try {
    encrypter.addRecipient(recipient);
  } catch {
    throw new Refusal("invalid", "This is no age recipient: check that it was copied whole.", {
      field: "recipient",
    });
  }
  return async (text) => armor.encode(await encrypter.encrypt(text));
}

type WithSecret<K extends string> = { readonly [key in K]: { readonly clientSecret: string | null } | null };

/**
 * Puts the client secrets of an answer into one file where somebody is named who may read it: a JSON array of what the lines say of them.
 * @param key the member of a line that holds its secret
 * @param encrypt as {@link encrypterTo} made it; null leaves them where they are
 * @returns the lines, whose secrets have no value any more, and the file
 */
export async function sealed<K extends string, L extends WithSecret<K>>(
  lines: readonly L[],
  key: K,
  encrypt: ((text: string) => Promise<string>) | null,
): Promise<{ results: readonly L[]; encrypted: string | null }> {
  if (!encrypt) return { results: lines, encrypted: null };
  const secrets = lines
    .flatMap((line) => line[key] ?? [])
    .filter(({ clientSecret }) => clientSecret !== null);
  const results = lines.map((line) => ({
    ...line,
    [key]: line[key] && { ...line[key], clientSecret: null },
  }));
  return { results, encrypted: await encrypt(JSON.stringify(secrets, null, 2)) };
}
