import { opaqueString } from "@/lib/fold";
import { type Asker, inTurn } from "./password-work";
import { newPasswordSchema, PASSWORD_MAX_BYTES } from "./schema";

const COST = 12;

/** Nobody on the network asked for it. */
const AT_SERVER: Asker = { kind: "known", account: "" };

/** A hash of nothing anyone knows, so that an unknown email costs what a known one costs. */
let nobody: Promise<string> | undefined;
function hashOfNobody(asker: Asker): Promise<string> {
  nobody ??= inTurn(asker, (bcrypt) => bcrypt.hash(crypto.randomUUID(), COST)).catch((error: unknown) => {
    nobody = undefined;
    throw error;
  });
  return nobody;
}

/**
 * @returns the bcrypt hash that is stored for a password
 * @throws PasswordsBusyError, and ZodError for a password that `newPasswordSchema` refuses; bcrypt would cut a longer one
 */
export async function hashPassword(password: string, asker: Asker = AT_SERVER): Promise<string> {
  const allowed = newPasswordSchema.parse(password);
  return inTurn(asker, (bcrypt) => bcrypt.hash(allowed, COST));
}

/** Older hashes are of what was typed then, as it was typed. */
const formsOf = (typed: string): readonly string[] => [...new Set([opaqueString(typed), typed])];

/** What bcrypt reads all of, up to its end. */
const isWhole = (form: string) =>
  Buffer.byteLength(form) <= PASSWORD_MAX_BYTES && form.isWellFormed() && !form.includes("\0");

/**
 * @returns whether the password fits the hash; without a hash it does the same work and says no
 * @throws PasswordsBusyError when too many wait to be checked
 */
export async function isRightPassword(
  password: string,
  stored: string | null,
  asker: Asker = AT_SERVER,
): Promise<boolean> {
  const against = stored ?? (await hashOfNobody(asker));
  for (const form of formsOf(password)) {
    // What bcrypt would cut cannot have been set.
    const isMatch = await inTurn(asker, (bcrypt) => bcrypt.compare(isWhole(form) ? form : "", against));
    if (isMatch && isWhole(form) && stored !== null) return true;
  }
  return false;
}
