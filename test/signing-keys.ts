import { decodeProtectedHeader } from "jose";
import type { SigningAlgorithm } from "@/lib/algorithms";
import type { SystemActor } from "@/lib/ctx";
import { ensureSigningKey } from "@/lib/identity/commands/keep-keys";
import { publishKey } from "@/lib/identity/commands/publish-key";
import { makeKey } from "@/lib/identity/key-material";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { call, inTransaction, prisma, systemCtx } from "@/test/world";

/** What tests do to the keys of their installation. */
export const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid);

/** @returns the kids in the JWK set */
export async function publishedKids(): Promise<string[]> {
  const body = (await (await call("GET", "/api/identity/jwks")).json()) as { keys: { kid: string }[] };
  return body.keys.map(({ kid }) => kid).sort();
}

/** Back to one key that signs, as after a first start. */
export async function oneKey(): Promise<string> {
  await prisma().signingKey.deleteMany({});
  const { kid } = await inTransaction((db) => ensureSigningKey(systemCtx(db)));
  forgetSigningKeys();
  return kid;
}

/** A key of that algorithm that signs from now on. */
export async function signingWith(algorithm: SigningAlgorithm): Promise<string> {
  const key = await makeKey(algorithm);
  const now = new Date();
  await inTransaction((db) => publishKey(systemCtx(db, now), key, { activatesAt: now }));
  forgetSigningKeys();
  return key.kid;
}

type Instants = { activatesAt?: Date; retiredAt?: Date; createdAt?: Date };

/** Time passes for one key: its instants are moved, and every process reads the keys again. */
export async function moved(kid: string, instants: Instants): Promise<void> {
  await prisma().signingKey.update({ where: { kid }, data: instants });
  forgetSigningKeys();
}

/** The types of all events of keys that a deed wrote, and who did them. */
export async function keyEvents(): Promise<{ type: string; kid: unknown; by: string }[]> {
  const events = await prisma().auditEvent.findMany({
    where: { type: { startsWith: "signing_key." } },
    orderBy: { id: "asc" },
  });
  return events.map(({ type, details, actorKind }) => ({
    type: type.replace("signing_key.", ""),
    kid: (details as { kid?: unknown }).kid,
    by: actorKind satisfies SystemActor["kind"] | string,
  }));
}
