import { inTurn } from "./password-work";
import { newPasswordSchema } from "./schema";

const COST = 12;

/** A hash of nothing anyone knows, so that an unknown email costs what a known one costs. */
let nobody: Promise<string> | undefined;
function hashOfNobody(): Promise<string> {
  nobody ??= inTurn((bcrypt) => bcrypt.hash(crypto.randomUUID(), COST)).catch((error: unknown) => {
    nobody = undefined;
    throw error;
  });
  return nobody;
}

/**
 * @returns the bcrypt hash that is stored for a password
 * @throws PasswordsBusyError, and ZodError for a password that `newPasswordSchema` refuses; bcrypt would cut a longer one
 */
export async function hashPassword(password: string): Promise<string> {
  const allowed = newPasswordSchema.parse(password);
  return inTurn((bcrypt) => bcrypt.hash(allowed, COST));
}

/**
 * @returns whether the password fits the hash; without a hash it does the same work and says no
 * @throws PasswordsBusyError when too many wait to be checked
 */
export async function isRightPassword(password: string, stored: string | null): Promise<boolean> {
  // A longer password cannot have been set, and bcrypt would compare only its first 72 bytes.
  const isPossible = newPasswordSchema.safeParse(password).success;
  const against = stored ?? (await hashOfNobody());
  const isMatch = await inTurn((bcrypt) => bcrypt.compare(isPossible ? password : "", against));
  return isMatch && isPossible && stored !== null;
}
