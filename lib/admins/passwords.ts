import { compare, hash } from "bcryptjs";
import { newPasswordSchema } from "./schema";

const COST = 12;

/** A hash of nothing anyone knows, so that an unknown email costs what a known one costs. */
const NOBODY = hash(crypto.randomUUID(), COST);

/**
 * @returns the bcrypt hash that is stored for a password
 * @throws ZodError for a password that `newPasswordSchema` refuses; bcrypt would cut a longer one
 */
export async function hashPassword(password: string): Promise<string> {
  return hash(newPasswordSchema.parse(password), COST);
}

/** @returns whether the password fits the hash; without a hash it does the same work and says no. */
export async function isRightPassword(password: string, stored: string | null): Promise<boolean> {
  // A longer password cannot have been set, and bcrypt would compare only its first 72 bytes.
  const isPossible = newPasswordSchema.safeParse(password).success;
  const isMatch = await compare(isPossible ? password : "", stored ?? (await NOBODY));
  return isMatch && isPossible && stored !== null;
}
