import { randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { decrypt, derivedKey, encrypt, readingKeys } from "@/lib/keys";
import { numericDate } from "@/lib/time";

export const SECOND_FACTOR_SEALING = "second-factor sealing";

/** RFC 4226 §4 recommends 160 bits. */
const SECRET_BYTES = 20;
/** RFC 6238 §5.2; what every authenticator app knows. */
const STEP_SECONDS = 30;
/** Clocks differ and typing takes time: the step before and the step after count, too. */
const STEPS_ASIDE = 1;

/** @returns a new shared secret as it is stored, bound to its owner */
export function makeEncryptedSecret(adminId: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encrypt(derivedKey(SECOND_FACTOR_SEALING), randomBytes(SECRET_BYTES), adminId));
}

/** @returns the shared secret of somebody's authenticator app. @throws when it was encrypted for somebody else */
export function openSecret(encrypted: Uint8Array, adminId: string): Buffer {
  return decrypt(readingKeys(SECOND_FACTOR_SEALING), encrypted, adminId);
}

function totpOf(encrypted: Uint8Array, adminId: string, email = ""): TOTP {
  const secret = new Secret({ buffer: Uint8Array.from(openSecret(encrypted, adminId)).buffer });
  return new TOTP({ issuer: "Latchkey", label: email, secret, period: STEP_SECONDS, digits: 6 });
}

/** What an authenticator app is given, once, while it is set up. */
export type TotpEnrolment = {
  /** `otpauth://totp/…`, for the picture. */
  readonly uri: string;
  /** In base32, for typing. */
  readonly secret: string;
};

/** @returns what the app of this person must know */
export function enrolmentOf(encrypted: Uint8Array, admin: { id: string; email: string }): TotpEnrolment {
  const totp = totpOf(encrypted, admin.id, admin.email);
  return { uri: totp.toString(), secret: totp.secret.base32 };
}

/** @returns the time step whose code this is (RFC 6238 §4.2); null for any other code */
export function stepOfCode(encrypted: Uint8Array, adminId: string, code: string, now: Date): number | null {
  const token = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return null;
  const aside = totpOf(encrypted, adminId).validate({ token, timestamp: now.getTime(), window: STEPS_ASIDE });
  return aside === null ? null : Math.floor(numericDate(now) / STEP_SECONDS) + aside;
}
