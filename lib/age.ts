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
